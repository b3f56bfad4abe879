"""Who gets what at which route for companies, by key and by session; what is foreign looks like what is missing."""

import pytest
from django.core.cache import cache
from django.test import Client

from coalition_portal import clock
from coalition_portal.identity.models import User
from coalition_portal.public_ids import new_public_id
from manufacturers.models import Company, CompanyRole, DroneModel, Person
from manufacturers.registration import change_role, remove_person
from tenders.api import keys
from tenders.api.models import ApiKey, Scope
from tenders.api.tokens import read_token
from tenders.proposals import staging_jobs, submission
from tenders.proposals.models import Answer, Bundle, Document, Proposal, Receipt, StagingJob
from tests.architecture.matrix import undone
from tests.factories import companies, people
from tests.factories.keys import ALL, WRITES, key_of
from tests.factories.proposals import complete_proposal, staged_bundle
from tests.factories.sessions import signed_in
from tests.factories.tenders import published_tender
from tests.tenders.api.asking import Robot

pytestmark = pytest.mark.django_db

COLUMNS = (
    "nobody",
    "other company",
    "viewer",
    "editor",
    "signatory",
    "once signatory",
    "officer",
    "revoked",
    "run out",
    "left",
    "reads",
    "writes",
)
"""All but nobody and the officer, who has a session, come with a key. `once signatory` is an editor by now, with a key
of all scopes; `reads` and `writes` are keys of the signatory with fewer scopes."""

TABLE = """
GET    me                        401 200 200 200 200 200 200 401 401 401 200 200
GET    proposals                 401 200 200 200 200 200 200 401 401 401 200 200
POST   proposals                 401 201 403 201 201 201 403 401 401 401 403 201
GET    {draft}                   401 404 200 200 200 200 404 401 401 401 200 200
GET    {draft}/answers           401 404 200 200 200 200 404 401 401 401 200 200
PATCH  {draft}/answers           401 404 403 200 200 200 404 401 401 401 403 200
GET    {draft}/offer             401 404 200 200 200 200 404 401 401 401 200 200
PATCH  {draft}/offer             401 404 403 200 200 200 404 401 401 401 403 200
GET    {draft}/declarations      401 404 200 200 200 200 404 401 401 401 200 200
PUT    {draft}/declarations      401 404 403 403 200 403 404 401 401 401 403 403
GET    {draft}/documents         401 404 200 200 200 200 404 401 401 401 200 200
GET    {document}                401 404 200 200 200 200 404 401 401 401 200 200
DELETE {document}                401 404 403 204 204 204 404 401 401 401 403 204
GET    {document}/content        401 404 200 200 200 200 404 401 401 401 200 200
POST   {draft}/stage             401 404 403 202 202 202 404 401 401 401 403 202
GET    {job}                     401 404 200 200 200 200 404 401 401 401 200 200
POST   {staged}/submit           401 404 403 403 201 403 404 401 401 401 403 403
POST   {submitted}/withdraw      401 404 403 403 200 403 404 401 401 401 403 403
GET    {submitted}/receipt       401 404 200 200 200 200 404 401 401 401 200 200
GET    tenders/{number}/proposals 401 404 404 404 404 404 403 401 401 401 404 404
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]


class World:
    """A company with three proposals, and somebody of every kind. `other` holds the same of another company."""

    def __init__(self):
        self.tender = published_tender()
        self.company = companies.company(undertaking=True)
        self.askers = self._askers()
        self.places = self._places(self.company)
        self.other = self._places(self.stranger.person.company)

    def _askers(self):
        found = {name: self._person(CompanyRole.SIGNATORY) for name in ("viewer", "once signatory", "left")}
        found |= {name: self._person(CompanyRole.SIGNATORY) for name in ("signatory", "revoked", "run out")}
        found |= {"editor": self._person(CompanyRole.EDITOR), "reads": found["signatory"], "writes": found["signatory"]}
        found["other company"] = self.stranger = companies.owner_of(companies.company(undertaking=True))
        scopes = {"reads": (Scope.READ,), "writes": WRITES, "editor": WRITES}
        made = {name: key_of(user, scopes=scopes.get(name, ALL)) for name, user in found.items()}
        self._end(made, found)
        robots = {name: Robot(Client(), str(token)) for name, (_key, token) in made.items()}
        officer = Robot(signed_in(people.officer("NL")), None)
        return robots | {"nobody": Robot(Client(), None), "officer": officer}

    def _end(self, made, found):
        owner, now = companies.owner_of(self.company), clock.now()
        change_role(person=found["viewer"].person, role=CompanyRole.VIEWER, by=owner, now=now)
        change_role(person=found["once signatory"].person, role=CompanyRole.EDITOR, by=owner, now=now)
        remove_person(person=found["left"].person, by=owner, now=now)
        keys.revoke(key=made["revoked"][0], by=owner, now=now)
        ApiKey.objects.filter(pk=made["run out"][0].pk).update(expires_at=clock.now())

    def _person(self, role):
        return companies.person_of(self.company, role)

    def _places(self, company):
        by = companies.owner_of(company)
        draft = complete_proposal(tender=self.tender, company=company)
        job = staging_jobs.ask(proposal=draft, by=by, now=clock.now())
        self.staged = staged_bundle(tender=self.tender, company=company)
        submitted = staged_bundle(tender=self.tender, company=company)
        submission.submit(bundle=submitted, sha256=submitted.sha256, by=by)
        here = f"proposals/{draft.public_id}"
        return {
            "draft": here,
            "document": f"{here}/documents/{Document.objects.filter(proposal=draft).first().public_id}",
            "job": f"{here}/stage/{job.public_id}",
            "staged": f"proposals/{self.staged.proposal.public_id}",
            "sha256": self.staged.sha256,
            "submitted": f"proposals/{submitted.proposal.public_id}",
            "number": self.tender.number,
        }

    def body_for(self, method, path):
        """Something that the route takes."""
        bodies = {
            "proposals": {"tender": self.tender.number, "drone_model": "Another example"},
            "{draft}/answers": {"answers": {}},
            "{draft}/offer": {"lead_time_days": 30},
            "{draft}/declarations": {"accepted": []},
            "{staged}/submit": {"version": 1, "sha256": self.places["sha256"]},
            "{submitted}/withdraw": {"version": 1},
        }
        return bodies.get(path) if method in ("POST", "PATCH", "PUT") else None

    def ask(self, column, method, path, places=None):
        headers = {"If_Match": "*"} if method in ("PATCH", "PUT", "DELETE") else {}
        headers |= {"Idempotency_Key": "once"} if method == "POST" else {}
        place = path.format(**(places or self.places))
        with undone():
            response = self.askers[column].ask(method, place, self.body_for(method, path), **headers)
            response.whole = response.getvalue()
        return response


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), undone():
        yield World()


@pytest.fixture(autouse=True)
def nobody_has_asked_too_often():
    cache.clear()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[1]}")
def test_who_gets_what(world, row):
    method, path, *cells = row

    answers = [world.ask(column, method, path) for column in COLUMNS]

    told = [str(one.status_code) for one in answers]
    assert dict(zip(COLUMNS, told, strict=True)) == dict(zip(COLUMNS, cells, strict=True))
    for one in answers:
        assert one["Cache-Control"] == "private, no-store"
        assert {"Authorization", "Cookie"} <= set(one["Vary"].split(", "))
        assert not [name for name in one.headers if name.startswith("Access-Control")]
        assert "sandbox" in one["Content-Security-Policy"] or "default-src 'none'" in one["Content-Security-Policy"]


ABOUT_THINGS = [row for row in ROWS if "{" in row[1] and "number" not in row[1]]


@pytest.mark.parametrize("row", ABOUT_THINGS, ids=lambda row: f"{row[0]} {row[1]}")
def test_foreign_looks_like_missing(world, row):
    method, path = row[:2]
    missing = {name: _with_other_ids(place) for name, place in world.other.items()}

    foreign, nothing = (world.ask("signatory", method, path, places) for places in (world.other, missing))

    assert foreign.status_code == nothing.status_code == 404
    assert _without_place(foreign, path, world.other) == _without_place(nothing, path, missing)


def _with_other_ids(place):
    return "/".join(new_public_id() if len(part) == 26 else part for part in place.split("/"))


def _without_place(response, path, places):
    body = response.json()
    body.pop("instance")
    return body | {"detail": body["detail"].replace(path.format(**places), "")}


@pytest.mark.parametrize(
    ("method", "part"), [("GET", "document"), ("DELETE", "document"), ("GET", "document/content"), ("GET", "job")]
)
def test_parts_of_others_are_not_found_under_ones_own(world, method, part):
    """A swap of the second id alone."""
    name, _slash, rest = part.partition("/")
    foreign = world.other[name].rsplit("/", 1)[1]
    mixed = f"{world.places[name].rsplit('/', 1)[0]}/{foreign}" + (f"/{rest}" if rest else "")

    assert world.ask("signatory", method, mixed).status_code == 404


def test_lists_have_ones_own_alone(world):
    for column in ("signatory", "other company"):
        own = Person.objects.get(user__api_keys__digest=_digest(world.askers[column].token)).company
        listed = {row["id"] for row in world.askers[column].get("proposals").json()["data"]}

        assert listed == set(Proposal.objects.filter(company=own).values_list("public_id", flat=True))
        assert len(listed) == 3


def _digest(token):
    return read_token(token).digest


def test_sealed_is_all_that_is_told_before_the_opening(world):
    """Of a tender with submitted proposals and of one without any."""
    empty = published_tender()

    told = {
        number: world.ask("officer", "GET", f"tenders/{number}/proposals").json()
        for number in (world.tender.number, empty.number)
    }

    for number, body in told.items():
        assert body["type"].endswith("/problems/sealed")
        assert body["detail"] == (
            f"The proposals of {number} are sealed. They can be opened from {body['opens_at']} on."
        )
        assert body["opens_at"].endswith("Z")
    assert [len(body) for body in told.values()] == [6, 6]


OPTIONS = [("me", "GET, HEAD, OPTIONS"), ("{draft}/answers", "GET, PATCH, HEAD, OPTIONS")]


@pytest.mark.parametrize(("path", "allowed"), OPTIONS)
def test_options_reveal_nothing(world, path, allowed):
    told = [
        world.ask(column, "OPTIONS", path, places)
        for column in ("nobody", "viewer", "signatory", "officer")
        for places in (world.places, world.other)
    ]

    assert {(one.status_code, one["Allow"], one.whole) for one in told} == {(204, allowed, b"")}


WRITTEN = ["proposals", "{draft}/answers", "{draft}/offer", "{draft}/declarations", "{staged}/submit"]
MODELS = (Proposal, Answer, Document, Bundle, Receipt, StagingJob, Company, Person, User, ApiKey, DroneModel)


@pytest.mark.parametrize("path", WRITTEN)
def test_no_field_of_a_model_can_be_set_from_outside(world, path):
    """Every name that a model has, sent where it is no member of the body."""
    method = {"{draft}/answers": "PATCH", "{draft}/offer": "PATCH", "{draft}/declarations": "PUT"}.get(path, "POST")
    body = world.body_for(method, path)
    names = {field.name for model in MODELS for field in model._meta.get_fields()}
    names |= {field.attname for model in MODELS for field in model._meta.fields}
    names -= MEMBERS.get(path, set(body))
    robot = world.askers["signatory"]

    with undone():
        response = robot.ask(
            method, path.format(**world.places), body | dict.fromkeys(names, "x"), If_Match="*", Idempotency_Key="once"
        )

    assert response.status_code == 422
    told = {(error["pointer"], error["code"]) for error in response.json()["errors"]}
    assert told == {(f"/{name}", "unknown") for name in names}
    assert len(names) > 80


MEMBERS = {
    "{draft}/offer": {
        "prices",
        "step_prices",
        "capacity_by_month",
        "delivery_place",
        "vat_basis",
        "validity_days",
        "lead_time_days",
        "monthly_capacity",
        "production_region",
        "partners",
        "trial_support",
        "prevailing_language",
    }
}

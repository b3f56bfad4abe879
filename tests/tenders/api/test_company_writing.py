"""How a program writes: bodies read strictly, changes on the revision it read, each act once, in time or not."""

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError
from django.test import Client
from django.urls import reverse

from coalition_portal import clock
from manufacturers.models import CompanyRole, Person
from tenders.api import idempotency, submitting_views, throttling
from tenders.api.models import KeptAnswer
from tenders.api.tasks import forget_old_answers
from tenders.proposals import drafting, offering, submit_limit
from tenders.proposals.models import Proposal, Receipt, Refusal, Withdrawal
from tests.factories import companies
from tests.factories.keys import WRITES
from tests.factories.proposals import draft_proposal, staged_bundle
from tests.factories.sessions import signed_in
from tests.factories.tenders import published_tender
from tests.tenders.api.asking import AROUND, MICROSECOND

pytestmark = pytest.mark.django_db
HOURS = timedelta(hours=1)


@pytest.fixture
def company():
    return companies.company(undertaking=True)


@pytest.fixture
def owner(company):
    return companies.owner_of(company)


@pytest.fixture
def draft(company):
    return draft_proposal(company=company)


@pytest.fixture
def robot(robot_of, owner):
    return robot_of(owner)


def told(response):
    """Kind, pointers and codes of a problem."""
    body = response.json()
    found = [(error["pointer"], error["code"]) for error in body.get("errors", ())]
    return response.status_code, body["type"].rsplit("/", 1)[1], found


# Bodies


NO_BODIES = [
    (b'{"lead_time_days": 30, "lead_time_days": 31}', 400, "bad-request"),
    (b'{"prices": {"a": 1, "a": 2}}', 400, "bad-request"),
    (b"not json", 400, "bad-request"),
    (b"[]", 400, "bad-request"),
    (b"null", 400, "bad-request"),
    (b'"\xff"', 400, "bad-request"),
    (b'{"trial_support": "\\u0000"}', 400, "bad-request"),
    (b'{"trial_support": "\\ud800"}', 400, "bad-request"),
    (b'{"\\ud800": 1}', 400, "bad-request"),
    (b'{"lead_time_days": NaN}', 400, "bad-request"),
    (b'{"lead_time_days": 1e999999}', 400, "bad-request"),
    (b'{"lead_time_days": ' + b"9" * 5000 + b"}", 400, "bad-request"),
    (b"[" * 100_000, 400, "bad-request"),
    (b'{"a": ' * 30 + b"1" + b"}" * 30, 400, "bad-request"),
    (b'{"trial_support": "' + b"x" * 1024 * 1024 + b'"}', 413, "too-large"),
    (b"x" * 3 * 1024 * 1024, 413, "too-large"),
]


def test_what_is_no_body(robot, draft):
    for content, status, kind in NO_BODIES:
        response = robot.ask("PATCH", f"proposals/{draft.public_id}/offer", content=content, If_Match="*")

        assert told(response) == (status, kind, []), content[:80]


REFUSED = [
    ({"nonsense": 1, "state": "SUBMITTED"}, [("/nonsense", "unknown"), ("/state", "unknown")]),
    ({"lead_time_days": "21"}, [("/lead_time_days", "type")]),
    ({"lead_time_days": 21.5}, [("/lead_time_days", "type")]),
    ({"lead_time_days": True}, [("/lead_time_days", "type")]),
    ({"lead_time_days": 0}, [("/lead_time_days", "refused")]),
    ({"trial_support": 7}, [("/trial_support", "type")]),
    ({"trial_support": "bell \x07"}, [("/trial_support", "characters")]),
    ({"prices": {"trial_unit_price": "1"}}, [("/prices/trial_unit_price", "type")]),
    ({"prices": {"trial_unit_price": -1}}, [("/prices/trial_unit_price", "refused")]),
    ({"prices": {"a/b~c": 1}}, [("/prices/a~1b~0c", "refused")]),
    ({"prices": [1]}, [("/prices", "not_a_dict")]),
    ({"partners": [{"name": "A", "country": "LV", "part": "B"}, {"name": "C"}]}, None),
    ({"partners": [{"name": "A", "country": "XX", "part": "B"}]}, [("/partners/0/country", "refused")]),
    ({"production_region": "Street 5"}, [("/production_region", "refused")]),
    ({"vat_basis": "NONE"}, [("/vat_basis", "refused")]),
]


def test_members_that_cannot_be_taken(robot, draft):
    for body, faults in REFUSED:
        response = robot.ask("PATCH", f"proposals/{draft.public_id}/offer", body, If_Match="*")

        expected = faults or [("/partners/1/country", "required"), ("/partners/1/part", "required")]
        assert told(response) == (422, "validation", expected), body
        draft.refresh_from_db()
        assert draft.revision == 1


MEDIA_TYPES = [
    ("application/json", 200),
    ("application/json; charset=utf-8", 200),
    ('Application/JSON; charset="UTF-8"', 200),
    ("application/json; charset=latin-1", 415),
    ("text/plain", 415),
    ("application/x-www-form-urlencoded", 415),
    ("multipart/form-data; boundary=x", 415),
    ("application/merge-patch+json", 415),
    ("", 415),
]


def test_the_type_of_a_body_is_exact(robot, draft):
    for media_type, status in MEDIA_TYPES:
        response = robot.ask(
            "PATCH", f"proposals/{draft.public_id}/offer", content=b"{}", content_type=media_type, If_Match="*"
        )

        assert response.status_code == status, media_type


def test_types_of_answers(robot, draft):
    read = robot.get(f"proposals/{draft.public_id}/answers").json()
    wrong = {"number": "6.5", "yes_no": "yes", "choice": True, "text": 7}
    first = {one["type"]: one["code"] for one in reversed(read["requirements"])}

    response = robot.ask(
        "PATCH",
        f"proposals/{draft.public_id}/answers",
        {"answers": {code: {"value": wrong[kind]} for kind, code in first.items()}},
        If_Match="*",
    )

    assert told(response)[:2] == (422, "validation")
    assert {*told(response)[2]} == {(f"/answers/{code}/value", "type") for code in first.values()}
    assert len(first) >= 3


def test_an_answer_that_the_verb_refuses_is_placed(robot, draft):
    response = robot.ask(
        "PATCH", f"proposals/{draft.public_id}/answers", {"answers": {"no-such": {"value": 1, "page": 2}}}, If_Match="*"
    )

    assert told(response) == (
        422,
        "validation",
        [("/answers/no-such/value", "refused"), ("/answers/no-such/page", "refused")],
    )


def test_an_answer_is_taken_back_with_null(robot, draft):
    here = f"proposals/{draft.public_id}/answers"
    code = next(one["code"] for one in robot.get(here).json()["requirements"] if one["type"] == "number")

    kept = robot.ask("PATCH", here, {"answers": {code: {"value": 7}}}, If_Match="*").json()["answers"][code]["value"]
    gone = robot.ask("PATCH", here, {"answers": {code: {"value": None}}}, If_Match="*").json()["answers"][code]["value"]

    assert (kept, gone) == (7, None)


def test_partners_are_replaced_as_a_whole(robot, draft):
    here = f"proposals/{draft.public_id}/offer"
    partners = [{"name": name, "country": "LV", "part": "Motors"} for name in ("First", "Second")]

    both = robot.ask("PATCH", here, {"partners": partners}, If_Match="*").json()["partners"]
    one = robot.ask("PATCH", here, {"partners": partners[1:]}, If_Match="*").json()["partners"]

    assert (both, one) == (partners, partners[1:])


def test_a_query_that_the_route_does_not_know(robot, draft):
    for method, path in (("GET", "proposals"), ("POST", "proposals"), ("GET", f"proposals/{draft.public_id}/offer")):
        response = robot.ask(method, f"{path}?depth=1", {} if method == "POST" else None, Idempotency_Key="a")

        assert response.status_code == 400
        assert [error["parameter"] for error in response.json()["errors"]] == ["depth"]


def test_the_list_is_walked_to_its_end(robot, company):
    tender = published_tender()
    made = [draft_proposal(tender=tender, company=company).public_id for _time in range(3)]

    pages, path = [], f"proposals?limit=2&tender={tender.number}"
    while path:
        body = robot.get(path).json()
        pages.append([row["id"] for row in body["data"]])
        path = body["links"].get("next")

    assert sum(pages, []) == made[::-1]
    assert [len(page) for page in pages] == [2, 1]
    assert robot.get(f"proposals?cursor={'a' * 26}").status_code == 400
    assert robot.get("proposals?cursor=x").status_code == 422
    assert robot.get("proposals?tender=x").status_code == 422


def test_the_list_asks_as_often_for_one_as_for_three(robot, company, django_assert_num_queries):
    draft_proposal(company=company)
    robot.get("proposals")

    with django_assert_num_queries(3):
        robot.get("proposals")
    for _time in range(2):
        draft_proposal(company=company)
    with django_assert_num_queries(3):
        robot.get("proposals")


# Revisions


def test_a_change_names_what_it_is_made_on(robot, draft):
    here = f"proposals/{draft.public_id}/offer"
    etag = robot.get(here)["ETag"]

    assert told(robot.ask("PATCH", here, {"lead_time_days": 30}))[:2] == (428, "precondition-required")
    for wrong in ('"1"', "1", '"2-0123456789abcdef"', '"x"', f"{etag}, {etag}"):
        assert told(robot.ask("PATCH", here, {}, If_Match=wrong))[:2] == (412, "precondition-failed")
    changed = robot.ask("PATCH", here, {"lead_time_days": 30}, If_Match=etag)
    assert (changed.status_code, changed.json()["lead_time_days"]) == (200, 30)
    assert told(robot.ask("PATCH", here, {"lead_time_days": 31}, If_Match=etag))[:2] == (412, "precondition-failed")
    weak = robot.ask("PATCH", here, {"lead_time_days": 32}, If_Match=f"W/{changed['ETag']}")
    assert weak.json()["lead_time_days"] == 32


def test_any_part_of_the_draft_has_the_same_revision(robot, draft):
    here = f"proposals/{draft.public_id}"

    for part in ("", "/answers", "/offer", "/documents", "/declarations"):
        etag = robot.get(here + part)["ETag"]
        assert robot.ask("PATCH", f"{here}/offer", {}, If_Match=etag).status_code == 200


def test_somebody_who_saves_meanwhile_is_not_overwritten(robot, draft, owner, monkeypatch):
    """Between the look at If-Match and the lock of the verb."""
    here = f"proposals/{draft.public_id}/offer"
    etag = robot.get(here)["ETag"]
    real = offering.save_offer_fields

    def overtaken(**facts):
        real(proposal=draft, texts={"lead_time_days": "99"}, revision=1, by=owner, now=clock.now())
        return real(**facts)

    monkeypatch.setattr(offering, "save_offer_fields", overtaken)

    assert told(robot.ask("PATCH", here, {"lead_time_days": 30}, If_Match=etag))[:2] == (412, "precondition-failed")
    assert Proposal.objects.get().lead_time_days == 99


@pytest.mark.parametrize("part", ["offer", "answers"])
def test_whoever_changes_any_revision_is_not_refused_for_what_was_saved_meanwhile(
    robot, draft, owner, monkeypatch, part
):
    """RFC 9110, 13.1.1: `*` holds for whatever stands there, also for the same field between the look and the lock."""
    code = draft.tender.requirements.filter(answer_type="NUMBER").order_by("order")[0].code
    module, verb, texts, body = {
        "offer": (offering, "save_offer_fields", {"texts": {"lead_time_days": "99"}}, {"lead_time_days": 30}),
        "answers": (drafting, "save_answers", {"answers": {code: "99"}}, {"answers": {code: {"value": 30}}}),
    }[part]
    real = getattr(module, verb)

    def overtaken(**facts):
        real(proposal=draft, revision=1, by=owner, now=clock.now(), **texts)
        return real(**facts)

    monkeypatch.setattr(module, verb, overtaken)

    response = robot.ask("PATCH", f"proposals/{draft.public_id}/{part}", body, If_Match="*")

    told_now = response.json()
    assert response.status_code == 200, told_now
    assert (told_now["lead_time_days"] if part == "offer" else told_now["answers"][code]["value"]) == 30


def test_the_etag_is_another_one_in_another_language(robot, draft):
    here = f"proposals/{draft.public_id}/declarations"

    assert robot.get(here)["ETag"] != robot.get(here, Accept_Language="uk")["ETag"]


# Acts once


def begin(robot, tender, name="Example 9", key="one"):
    return robot.ask("POST", "proposals", {"tender": tender.number, "drone_model": name}, Idempotency_Key=key)


def test_an_act_needs_a_key(robot, company):
    bundle = staged_bundle(company=company)
    here = f"proposals/{bundle.proposal.public_id}"

    for path in ("proposals", f"{here}/submit", f"{here}/withdraw"):
        for key in (None, "", " ", "x" * 201, "two words", "ключ".encode().decode("latin-1")):
            response = robot.ask("POST", path, {"version": 1}, Idempotency_Key=key)
            assert told(response)[:2] == (400, "idempotency-key-missing"), (path, key)


def test_a_repeat_gets_the_same_answer_and_another_body_none(robot):
    tender = published_tender()

    first, again = begin(robot, tender), begin(robot, tender)
    other = begin(robot, tender, name="Other")

    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert (again["Idempotent-Replayed"], again["Location"]) == ("true", first["Location"])
    assert "Idempotent-Replayed" not in first
    assert told(other)[:2] == (422, "idempotency-key-reused")
    assert Proposal.objects.count() == 1


def test_a_proposal_that_is_there_is_given_back(robot):
    tender = published_tender()

    first, second = begin(robot, tender), begin(robot, tender, key="two")

    assert (second.status_code, second.json()["id"]) == (200, first.json()["id"])


def test_the_same_key_of_two_people_is_two_keys(robot_of, company, robot):
    tender = published_tender()
    colleague = robot_of(companies.person_of(company, CompanyRole.EDITOR), scopes=WRITES)

    assert begin(robot, tender).status_code == 201
    assert begin(colleague, tender, name="Other").status_code == 201


def test_who_acts_for_another_company_since_is_told_nothing_of_the_first(robot, robot_of, owner):
    tender = published_tender()
    first = begin(robot, tender)
    Person.objects.filter(user=owner).update(company=companies.company(undertaking=True))

    again = begin(robot_of(owner), tender)

    assert (first.status_code, told(again)) == (201, (422, "idempotency-key-reused", []))
    assert begin(robot_of(owner), tender, key="two").json()["id"] != first.json()["id"]


def test_who_acts_for_no_company_any_more_is_told_nothing(robot, owner):
    tender, browser = published_tender(), signed_in(owner)
    begin(robot, tender)
    Person.objects.filter(user=owner).delete()
    body = {"tender": tender.number, "drone_model": "Example 9"}

    again = browser.post("/api/v1/proposals", body, content_type="application/json", headers={"Idempotency-Key": "one"})

    assert told(again)[:2] == (422, "idempotency-key-reused")


def test_a_refused_act_may_be_tried_again(robot):
    tender = published_tender()

    refused = robot.ask("POST", "proposals", {"tender": "IDC-2001-0001", "drone_model": "A"}, Idempotency_Key="one")

    assert told(refused) == (422, "validation", [("/tender", "not_found")])
    assert begin(robot, tender).status_code == 201


@pytest.mark.parametrize("step", AROUND)
def test_an_answer_is_kept_for_a_day(robot, time_machine, fixed_now, step):
    tender = published_tender(closes_at=fixed_now.replace(year=2030))
    time_machine.move_to(fixed_now.replace(year=2029), tick=False)
    begin(robot, tender)

    time_machine.move_to(fixed_now.replace(year=2029) + 24 * HOURS + step, tick=False)
    again = begin(robot, tender)

    assert ("Idempotent-Replayed" in again) is (step < timedelta(0))


@pytest.mark.parametrize("step", AROUND)
def test_kept_answers_are_deleted_after_a_day(robot, fixed_now, time_machine, step):
    tender = published_tender(closes_at=fixed_now.replace(year=2030))
    time_machine.move_to(fixed_now.replace(year=2029), tick=False)
    begin(robot, tender)

    time_machine.move_to(fixed_now.replace(year=2029) + 24 * HOURS + step, tick=False)
    forget_old_answers()

    assert KeptAnswer.objects.count() == (step < timedelta(0))


def test_a_key_of_an_earlier_day_keeps_the_new_answer(robot, company):
    bundle = staged_bundle(company=company)
    submit(robot, bundle)
    KeptAnswer.objects.update(begun_at=clock.now() - 24 * HOURS, fingerprint="x")

    new, again = submit(robot, bundle), submit(robot, bundle)

    assert (new.status_code, again.status_code, again.content) == (200, 200, new.content)
    assert ("Idempotent-Replayed" in new, "Idempotent-Replayed" in again) == (False, True)
    assert KeptAnswer.objects.count() == 1


@pytest.mark.parametrize(
    ("age", "status"), [(timedelta(0), 409), (timedelta(minutes=1), 409), (idempotency.GIVEN_UP, 201)]
)
def test_an_act_that_still_runs_is_waited_for(robot, owner, age, status, time_machine, fixed_now):
    tender = published_tender(closes_at=fixed_now.replace(year=2030))
    time_machine.move_to(fixed_now.replace(year=2029), tick=False)
    begin(robot, tender)
    Proposal.objects.all().delete()
    KeptAnswer.objects.update(status=None, begun_at=clock.now() - age)

    response = begin(robot, tender)

    assert response.status_code == status
    if status == 409:
        assert (told(response)[1], response["Retry-After"]) == ("conflict", "2")


# Submitting


def submit(robot, bundle, key="one", **body):
    wanted = {"version": bundle.version, "sha256": bundle.sha256} | body
    return robot.ask("POST", f"proposals/{bundle.proposal.public_id}/submit", wanted, Idempotency_Key=key)


@pytest.mark.parametrize("step", AROUND)
def test_the_deadline_is_exact(robot, cutoff, company, step):
    bundle = staged_bundle(tender=cutoff.tender, company=company)
    cutoff.at(step)

    response = submit(robot, bundle)

    assert response.status_code == (201 if step < timedelta(0) else 409)
    assert (Receipt.objects.count(), Refusal.objects.count()) == ((1, 0) if step < timedelta(0) else (0, 1))


@pytest.mark.parametrize("act", ["submit", "withdraw"])
def test_what_a_route_waits_for_makes_nobody_late(robot, cutoff, company, monkeypatch, act):
    bundle = staged_bundle(tender=cutoff.tender, company=company)
    if act == "withdraw":
        cutoff.submit(bundle, -timedelta(seconds=2))
    person_of = submitting_views.person_of

    def find_slowly(user):
        cutoff.at(timedelta(seconds=1))
        return person_of(user)

    monkeypatch.setattr(submitting_views, "person_of", find_slowly)
    cutoff.at(-MICROSECOND)

    here, wanted = f"proposals/{bundle.proposal.public_id}/{act}", {"version": 1, "sha256": bundle.sha256}
    response = robot.ask("POST", here, wanted if act == "submit" else {"version": 1}, Idempotency_Key="one")

    assert (response.status_code, Refusal.objects.count()) == (201 if act == "submit" else 200, 0)


def test_a_late_act_says_when_it_arrived(robot, cutoff, company):
    bundle = staged_bundle(tender=cutoff.tender, company=company)
    cutoff.submit(bundle, -MICROSECOND)
    cutoff.at(timedelta(0))
    deadline = cutoff.closes_at.strftime("%Y-%m-%dT%H:%M:%S.000000Z")

    late = robot.ask("POST", f"proposals/{bundle.proposal.public_id}/withdraw", {"version": 1}, Idempotency_Key="two")

    assert told(late)[:2] == (409, "deadline-passed")
    assert (late.json()["deadline"], late.json()["server_time"]) == (deadline, deadline)
    assert Withdrawal.objects.count() == 0


def test_a_draft_stays_readable_after_the_deadline(robot, draft, time_machine):
    time_machine.move_to(clock.now() + timedelta(days=400), tick=False)
    here = f"proposals/{draft.public_id}"

    changed = robot.ask("PATCH", f"{here}/offer", {"lead_time_days": 30}, If_Match="*")

    assert told(changed)[:2] == (409, "deadline-passed")
    assert {"deadline", "server_time"} <= changed.json().keys()
    assert robot.get(here).json()["open"] is False


def test_what_arrived_while_it_closed_is_provisional(robot, cutoff, company):
    bundle = staged_bundle(tender=cutoff.tender, company=company)
    cutoff.close()
    cutoff.at(-MICROSECOND)

    response = submit(robot, bundle)

    assert (response.status_code, response.json()["standing"]) == (202, "PROVISIONAL")
    assert robot.get(f"proposals/{bundle.proposal.public_id}").json()["standing"] == "NOT SUBMITTED"


def test_what_cannot_be_submitted(robot, company):
    bundle = staged_bundle(company=company)

    assert told(submit(robot, bundle, version=2))[:2] == (409, "conflict")
    assert told(submit(robot, bundle, sha256="0" * 64))[:2] == (409, "conflict")
    assert told(submit(robot, bundle, sha256="A" * 64)) == (422, "validation", [("/sha256", "digest")])
    assert told(submit(robot, bundle, version=0)) == (422, "validation", [("/version", "min_value")])
    assert submit(robot, bundle).status_code == 201


def test_only_the_version_that_is_named_is_withdrawn(robot, company):
    bundle = staged_bundle(company=company)
    here = f"proposals/{bundle.proposal.public_id}"
    before = robot.ask("POST", f"{here}/withdraw", {"version": 1}, Idempotency_Key="zero")
    submit(robot, bundle)

    other = robot.ask("POST", f"{here}/withdraw", {"version": 2}, Idempotency_Key="one-more")
    done = robot.ask("POST", f"{here}/withdraw", {"version": 1}, Idempotency_Key="two")
    twice = robot.ask("POST", f"{here}/withdraw", {"version": 1}, Idempotency_Key="three")

    assert (told(before)[:2], told(other)[:2]) == ((409, "conflict"), (409, "conflict"))
    assert (done.status_code, twice.status_code, twice.content) == (200, 200, done.content)
    assert Withdrawal.objects.count() == 1


def test_what_was_withdrawn_is_never_said_to_be_submitted(robot, company):
    bundle = staged_bundle(company=company)
    here = f"proposals/{bundle.proposal.public_id}"
    submit(robot, bundle, key="one")
    robot.ask("POST", f"{here}/withdraw", {"version": 1}, Idempotency_Key="back")

    repeated = [submit(robot, bundle, key=key) for key in ("one", "two")]

    sentence = "NOT SUBMITTED: this proposal was withdrawn. Stage the draft again and submit the new version."
    assert [(response.status_code, response.json()["detail"]) for response in repeated] == [(409, sentence)] * 2
    assert told(submit(robot, bundle, key="one", version=2))[1] == "idempotency-key-reused"
    again = submit(robot, staged_bundle(proposal=bundle.proposal), key="three")
    assert (again.status_code, again.json()["standing"], again.json()["version"]) == (201, "SUBMITTED", 2)
    stale = robot.ask("POST", f"{here}/withdraw", {"version": 1}, Idempotency_Key="back")
    assert told(stale)[:2] == (409, "conflict")
    assert robot.get(here).json()["standing"] == "SUBMITTED"

    robot.ask("POST", f"{here}/withdraw", {"version": 2}, Idempotency_Key="back-too")
    assert told(submit(robot, bundle, key="the-replaced-one"))[1] == "conflict"


def test_the_receipt_is_that_of_the_page(robot, company, owner):
    bundle = staged_bundle(company=company)
    here = f"proposals/{bundle.proposal.public_id}/receipt"
    assert [robot.get(path).status_code for path in (here, f"{here}?version=1")] == [404, 404]

    submit(robot, bundle)
    page = signed_in(owner).get(reverse("proposal-receipt-json", args=[bundle.proposal.public_id, 1]))

    assert robot.get(here).content == robot.get(f"{here}?version=1").content == page.content
    assert robot.get(f"{here}?version=2").status_code == 404
    assert robot.get(f"{here}?version=x").status_code == 422


def test_submitting_has_a_limit_for_each_company(robot_of, company, robot, monkeypatch):
    monkeypatch.setattr(submit_limit, "MOST", 2)
    monkeypatch.setattr(throttling, "KEY", throttling.Limit("key", quota=1, window_seconds=600))
    bundle = staged_bundle(company=company)
    colleague = robot_of(companies.person_of(company, CompanyRole.SIGNATORY))
    stranger = robot_of(companies.owner_of(companies.company()))
    for one in (robot, robot):
        one.get("me")

    answers = [submit(one, bundle, key="new") for one in (robot, colleague, robot, stranger)]
    by_page = signed_in(companies.owner_of(company)).post(reverse("proposal-submit", args=[bundle.proposal.public_id]))

    assert [one.status_code for one in answers] == [201, 200, 429, 404]
    assert int(answers[2]["Retry-After"]) in range(1, 601)
    assert by_page.status_code == 429


def test_a_dead_cache_stops_nobody_from_submitting(robot, company, monkeypatch):
    def gone(*_arguments):
        raise ConnectionError("no cache server")

    monkeypatch.setattr(cache, "incr", gone)

    assert submit(robot, staged_bundle(company=company)).status_code == 201


def test_nothing_is_written_before_the_instant_of_arrival(robot, company, monkeypatch, django_assert_max_num_queries):
    """A lock of the database would make an arrival late."""
    bundle = staged_bundle(company=company)
    seen = []
    real = clock.database_now

    def look():
        seen.append(KeptAnswer.objects.count())
        return real()

    monkeypatch.setattr(clock, "database_now", look)
    with django_assert_max_num_queries(30):
        submit(robot, bundle)

    assert (seen[0], KeptAnswer.objects.count()) == (0, 1)


@pytest.mark.parametrize("error", [DatabaseError("locked"), InterfaceError("connection already closed")])
def test_an_answer_that_cannot_be_kept_is_given_all_the_same(robot, company, monkeypatch, error):
    bundle = staged_bundle(company=company)

    def fails(*_arguments, **_options):
        raise error

    monkeypatch.setattr(KeptAnswer, "save", fails)

    assert [submit(robot, bundle).status_code for _time in range(2)] == [201, 200]


# In a browser


def in_browser(user, **options):
    browser = signed_in(user)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser.cookies
    return strict


def test_a_browser_writes_with_its_token_only(owner, draft):
    browser = in_browser(owner)
    path = f"/api/v1/proposals/{draft.public_id}/offer"
    asked = {"data": json.dumps({"lead_time_days": 30}), "content_type": "application/json"}

    without = browser.patch(path, **asked, headers={"If-Match": "*"})
    browser.get(reverse("proposal-offer", args=[draft.public_id]))
    token = browser.cookies["portal_csrf"].value
    with_token = browser.patch(path, **asked, headers={"If-Match": "*", "X-CSRFToken": token})

    assert (without.status_code, without["Content-Type"]) == (403, "application/problem+json")
    assert "X-CSRFToken" in without.json()["detail"]
    assert with_token.status_code == 200


def test_a_browser_binds_the_company_only_after_a_fresh_sign_in(owner, company):
    bundle = staged_bundle(company=company)
    path = f"/api/v1/proposals/{bundle.proposal.public_id}/submit"
    wanted = {"version": bundle.version, "sha256": bundle.sha256}

    stale, fresh = (
        signed_in(owner, seconds_ago=seconds).post(
            path, wanted, content_type="application/json", headers={"Idempotency-Key": "one"}
        )
        for seconds in (3600, 0)
    )

    assert (stale.status_code, "/accounts/reauthenticate/" in stale.json()["detail"]) == (403, True)
    assert fresh.status_code == 201

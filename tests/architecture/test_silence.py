"""What may not be known changes no answer, and what may not be set is not set by naming it."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db.models import Model
from django.test import Client

from coalition_portal import clock
from coalition_portal.identity.models import User
from manufacturers.models import Company, Person
from tenders.notices.models import Tender
from tenders.proposals import intents, submission
from tenders.proposals.models import Proposal
from tenders.reviews.models import Assignment, ScoreSheet
from tests.architecture import matrix
from tests.architecture.world import World
from tests.factories import companies
from tests.factories.proposals import complete_proposal, staged_bundle
from tests.journeys.pages import Page

pytestmark = pytest.mark.django_db

COLUMNS, ROWS = matrix.read()
OUTSIDERS = [column for column in COLUMNS if column != "rival"]
BEFORE_THE_OPENING = [
    row for row in ROWS if row.method == "GET" and row.thing in ("-", "open-tender") and not row.is_summary
]
OF_FACTS = ("api-index", "api-openapi", "api-tenders", "api-tender", "api-tender-status")
OUR_APPS = ("portal_identity", "portal_ledger", "portal_post", "manufacturers", "tenders_")

GUARDED = {
    User: ("email", "is_staff", "is_superuser", "is_active", "session_epoch", "public_id"),
    Company: ("state", "public_id"),
    Person: ("company", "user", "role"),
    Tender: ("state", "number", "officer", "officer_country", "published_at", "opened_at", "version"),
    Proposal: ("state", "tender", "company", "drone_model", "created_by", "public_id"),
    Assignment: ("opened", "member", "ended_at"),
    ScoreSheet: ("state", "locked_at", "assignment"),
}
FORMS = [
    ("owner", "company-edit", ""),
    ("owner", "proposal-answers", "own draft"),
    ("owner", "proposal-offer", "own draft"),
    ("officer", "admin:desk-tender-edit", "draft tender"),
    ("reviewer", "admin:desk-review", "opened"),
]
"""Forms that are complete as they stand, so that what is sent along comes as far as it can."""


@pytest.fixture
def world(database_clock):
    return World(database_clock)


def test_nobody_learns_of_a_proposal_before_the_opening(world, monkeypatch):
    """Another company means to bid, drafts, freezes and submits: for everybody else no byte of any answer differs."""
    moment = clock.now() + timedelta(minutes=1)
    tender = Tender.objects.get(number=world.objects["open tender"]["number"])
    asker = matrix.Asker(world.people)

    def everything_seen():
        cache.clear()
        told = {(column, row): seen(asker, column, row, world) for row in BEFORE_THE_OPENING for column in OUTSIDERS}
        own = seen(asker, "rival", next(row for row in BEFORE_THE_OPENING if row.where == "dashboard"), world)
        return told, own

    monkeypatch.setattr(clock, "now", lambda: moment)
    before, own_before = everything_seen()
    intents.give(tender=tender, by=companies.owner_of(world.rival), now=moment)
    complete_proposal(tender=tender, company=world.rival)
    bundle = staged_bundle(tender=tender, company=world.rival)
    submission.submit(bundle=bundle, sha256=bundle.sha256, by=bundle.staged_by)
    after, own_after = everything_seen()

    assert [key for key in before if before[key] != after[key]] == []
    assert own_before != own_after


def test_what_is_recused_is_nowhere_for_the_recused(world):
    """On no page and in no file that a person may open stands the company with which they declared a conflict."""
    asker, conflicted = matrix.Asker(world.people), world.company
    marks = [
        conflicted.legal_name,
        conflicted.public_id,
        *Proposal.objects.filter(company=conflicted).values_list("public_id", flat=True),
    ]

    def pages_that_tell(column):
        found = set()
        for row in ROWS:
            if row.method == "GET" and not row.is_summary and row.cells[COLUMNS.index(column)] == "200":
                told = unpacked(seen(asker, column, row, world)[2])
                found |= {str(row) for mark in marks if mark.encode() in told}
        return found

    assert pages_that_tell("recused") == set()
    assert "GET admin:desk-ranking-xlsx ranked-tender" in pages_that_tell("reviewer")


def unpacked(content):
    """What a workbook holds; anything else as it is."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return b"".join(book.read(name) for name in book.namelist())


def seen(asker, column, row, world):
    response = asker.ask(column, "GET", matrix.path_in(world, row))
    # The tag of a page for people is made of its bytes, and so of its token too; that of the API is made of facts.
    names = ["Last-Modified", "Location", *(["ETag"] if row.where in OF_FACTS else [])]
    headers = [response.headers.get(name) for name in names]
    return response.status_code, headers, matrix.bare(response)


@pytest.mark.parametrize(("column", "name", "thing"), FORMS)
def test_no_form_sets_what_it_does_not_ask_for(world, column, name, thing):
    """Every field name of every model of ours, sent along with a form as it stands."""
    path = matrix.path_of(name, world.objects[thing])
    browser = Client()
    browser.force_login(world.people[column])
    assert browser.post(path, form_at(browser, path).values).status_code in (200, 302)
    form, before = form_at(browser, path), guarded_values()

    smuggled = {field: value for field, value in named_fields() if field not in form.names}
    assert browser.post(path, smuggled | form.values).status_code in (200, 302)

    assert guarded_values() == before


def form_at(browser, path):
    forms = Page(browser.get(path), path).forms
    return next(form for form in forms if "csrfmiddlewaretoken" in form.names and not form.action)


def named_fields():
    """Names as a form, a relation's key or a formset would send them, with values that would do harm."""
    for model in apps.get_models():
        if not model._meta.app_label.startswith(OUR_APPS):
            continue
        for field in model._meta.concrete_fields:
            value = "SUBMITTED" if field.name == "state" else "OWNER" if field.name == "role" else "1"
            yield field.name, value
            yield field.attname, value


def guarded_values() -> dict[type[Model], list]:
    return {model: list(model.objects.order_by("pk").values_list("pk", *fields)) for model, fields in GUARDED.items()}

"""Colleagues who save one draft at the same moment: real connections, no mocks."""

from datetime import timedelta
from functools import partial

import pytest

from coalition_portal import clock
from manufacturers.models import CompanyRole
from tenders.proposals.drafting import keep_answer_fields, kept_answers
from tenders.proposals.models import Presence, Proposal
from tenders.proposals.presence import seen
from tests.concurrency.clients import run_at
from tests.factories import companies
from tests.factories.proposals import draft_proposal
from tests.factories.tenders import published_tender

pytestmark = pytest.mark.django_db(transaction=True)

CODES = ["FPV-01", "FPV-02", "FPV-03", "FPV-04", "FPV-05", "FPV-06"]
SOON = timedelta(milliseconds=300)


@pytest.fixture
def draft():
    return draft_proposal(tender=published_tender(template_code="advanced_fpv"))


@pytest.fixture
def people(draft):
    return [companies.person_of(draft.company, CompanyRole.EDITOR) for _code in CODES]


def _keep(draft, user, code, text):
    return keep_answer_fields(proposal=draft, typed={code: text}, seen={code: ""}, by=user, now=clock.now())


def _at_once(acts):
    instant = clock.now() + SOON
    return run_at([(instant, act) for act in acts])


def _codes(draft):
    return {row.requirement.code for row in kept_answers(draft)}


def test_fields_saved_at_one_moment_are_all_kept(draft, people):
    saves = [partial(_keep, draft, user, code, "7") for user, code in zip(people, CODES, strict=True)]

    kept = _at_once(saves)

    assert [one.mistakes or one.clashes for one in kept] == [{}] * len(CODES)
    assert _codes(draft) == set(CODES)
    assert Proposal.objects.get().revision == 1 + len(CODES)


def test_one_field_saved_at_one_moment_has_one_value_and_all_others_are_told(draft, people):
    saves = [partial(_keep, draft, user, "FPV-01", str(number)) for number, user in enumerate(people, start=1)]

    kept = _at_once(saves)

    [answer] = kept_answers(draft)
    winners = [number for number, one in enumerate(kept, start=1) if not one.clashes]
    assert winners == [answer.number]
    assert {one.clashes["FPV-01"] for one in kept if one.clashes} == {str(winners[0])}


def test_signs_of_one_person_in_two_windows_are_one_row(draft, people):
    now = clock.now()
    signs = [partial(seen, proposal=draft, task="answers", field=code, by=people[0], now=now) for code in CODES]

    assert _at_once(signs) == [None] * len(CODES)
    assert Presence.objects.count() == 1

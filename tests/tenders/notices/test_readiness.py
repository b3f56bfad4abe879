from datetime import timedelta
from decimal import Decimal

import pytest

from coalition_portal import clock
from coalition_portal.identity.granting import end_role
from coalition_portal.identity.models import MemberCountry
from coalition_portal.identity.roles import Role
from tenders.notices.drafting import fill_in
from tenders.notices.readiness import blocks_publication, publication_checks
from tests.factories import people, tenders

pytestmark = pytest.mark.django_db

MICROSECOND = timedelta(microseconds=1)


def blocks(tender, now=None):
    return [(check.field, check.sentence) for check in blocks_publication(tender, now or clock.now())]


def test_a_draft_from_a_template_lacks_the_six_fields_and_nothing_else():
    assert [field for field, _sentence in blocks(tenders.blank_draft())] == [
        "deadline",
        "contact_mailbox",
        "budget_amount",
        "batches_max",
        "second_approver",
        "panel_countries",
    ]


def test_a_filled_draft_lacks_nothing():
    draft = tenders.draft_tender()

    assert blocks(draft) == []
    assert [check.is_met for check in publication_checks(draft, clock.now())] == [True] * 9


@pytest.mark.parametrize(("offset", "is_blocked"), [(-MICROSECOND, False), (timedelta(0), True), (MICROSECOND, True)])
def test_a_deadline_lies_ahead(offset, is_blocked):
    draft = tenders.draft_tender()

    found = blocks(draft, draft.planned_closes_at + offset)

    assert found == (
        [("deadline", "The deadline that is set has passed already. Set one that lies ahead.")] if is_blocked else []
    )


def test_a_chair_who_lost_the_role_blocks():
    draft = tenders.draft_tender()
    end_role(grant=people.grant_of(draft.second_approver, Role.CHAIR), by=None, now=clock.now())

    sentence = f"{draft.second_approver} is not a chair of another country. Name somebody who is."
    assert blocks(draft) == [("second_approver", sentence)]


def test_the_panel_needs_three_countries():
    draft = tenders.draft_tender()
    two = [people.country("LV"), people.country("GB")]
    fill_in(tender=draft, panel_countries=two, by=draft.officer, now=clock.now())

    assert blocks(draft) == [("panel_countries", "The panel has 2 countries and needs at least 3.")]


def test_an_observer_sends_no_reviewers():
    draft = tenders.draft_tender()
    MemberCountry.objects.filter(code="EE").update(level=MemberCountry.Level.OBSERVER)

    sentence = "Estonia sends no reviewers at its level of membership. Leave it out."
    assert blocks(draft) == [("panel_countries", sentence)]


@pytest.mark.parametrize("field", ["title_en", "title_uk", "summary_en", "summary_uk"])
def test_texts_stand_in_both_languages(field):
    draft = tenders.draft_tender()
    draft = fill_in(tender=draft, by=draft.officer, now=clock.now(), **{field: " "})

    assert blocks(draft) == [("title_en", "Write title and summary in English and in Ukrainian.")]


def test_a_tender_wants_something():
    draft = tenders.draft_tender()
    draft.requirements.all().delete()

    assert blocks(draft) == [("requirements", "A tender needs at least one requirement.")]


def test_every_flaw_of_the_criteria_is_told():
    draft = tenders.draft_tender()
    draft.criteria.filter(code="performance").update(weight_percent=Decimal(0), scale=[{"points": 0}], minimum_points=1)

    assert blocks(draft) == [
        (
            "criteria",
            "The weights sum to 70.00 and must sum to 100. performance: the weight is 0.00 and must be more than 0. "
            "performance: the points are 0; they must rise from 0 to 10. "
            "performance: the minimum 1 is none of the described points.",
        )
    ]


def test_the_price_is_one_criterion():
    draft = tenders.draft_tender()
    draft.criteria.filter(code="performance").update(method="COMPUTED", group="")

    assert blocks(draft) == [("criteria", "2 criteria are computed from the price; one is allowed.")]

"""Answers that save themselves field by field, and the documents and pages that they point to."""

from decimal import Decimal

import pytest

from coalition_portal import clock
from coalition_portal.permission import Denied
from manufacturers.models import CompanyRole
from tenders.notices.queries import deadline_in_force
from tenders.proposals.documents import add_document, remove_document
from tenders.proposals.drafting import answers_pointing_to, keep_answer_fields, kept_answers, save_answers
from tenders.proposals.models import Answer
from tenders.proposals.offering import keep_offer_fields
from tenders.proposals.saving import Unanswerable
from tests.factories import companies
from tests.factories.proposals import draft_proposal, file_of

pytestmark = pytest.mark.django_db

GONE = "This document is not in the draft any more. Choose another one."


@pytest.fixture
def flights(draft, owner):
    return add_document(proposal=draft, kind_code="flight_evidence", upload=file_of("csv"), by=owner, now=clock.now())


def _save(draft, typed, *, by, seen=None, now=None):
    shown = dict.fromkeys(typed, "") | (seen or {})
    return keep_answer_fields(proposal=draft, typed=typed, seen=shown, by=by, now=now or clock.now())


def _held(kept, *fields):
    return {field: kept.values[field] for field in fields}


def _rows(draft):
    rows = Answer.objects.filter(proposal=draft).order_by("requirement__order")
    return {row.requirement.code: (row.number, row.evidence_id, row.evidence_page) for row in rows}


def test_each_field_is_saved_by_itself(draft, owner):
    kept = _save(draft, {"FPV-01": "6,50", "FPV-05": "about 1200", "FPV-08": "both"}, by=owner)

    assert _held(kept, "FPV-01", "FPV-05", "FPV-08") == {"FPV-01": "6.5", "FPV-05": "", "FPV-08": "both"}
    assert list(kept.mistakes) == ["FPV-05"]
    assert kept.mistakes["FPV-05"].startswith("We got “about 1200”. We need a whole number in m.")
    assert (kept.clashes, kept.before, kept.draft.revision, kept.draft.updated_by) == ({}, 1, 2, owner)


def test_fields_of_two_colleagues_are_joined(draft, owner, colleague):
    _save(draft, {"FPV-01": "6.5"}, by=owner)

    kept = _save(draft, {"FPV-03": "20"}, by=colleague)

    assert _held(kept, "FPV-01", "FPV-03") == {"FPV-01": "6.5", "FPV-03": "20"}
    assert (kept.clashes, kept.before, kept.draft.revision) == ({}, 2, 3)


def test_field_that_both_changed_stays_and_comes_with_what_is_saved(draft, owner, colleague):
    _save(draft, {"FPV-01": "6.5"}, by=owner)

    kept = _save(draft, {"FPV-01": "7", "FPV-03": "20"}, by=colleague)

    assert kept.clashes == {"FPV-01": "6.5"}
    assert _held(kept, "FPV-01", "FPV-03") == {"FPV-01": "6.5", "FPV-03": "20"}


def test_same_value_from_both_is_no_clash(draft, owner, colleague):
    _save(draft, {"FPV-01": "6.5"}, by=owner)

    kept = _save(draft, {"FPV-01": "6,5"}, by=colleague)

    assert (kept.clashes, kept.draft.revision) == ({}, 2)


def test_chosen_value_is_saved_over_the_one_that_was_seen(draft, owner, colleague):
    _save(draft, {"FPV-01": "6.5"}, by=owner)

    kept = _save(draft, {"FPV-01": "7"}, seen={"FPV-01": "6.5"}, by=colleague)

    assert (kept.clashes, kept.values["FPV-01"]) == ({}, "7")


def test_emptied_field_takes_the_answer_back(draft, owner):
    _save(draft, {"FPV-01": "6.5"}, by=owner)

    kept = _save(draft, {"FPV-01": ""}, seen={"FPV-01": "6.5"}, by=owner)

    assert (kept.values["FPV-01"], _rows(draft)) == ("", {})


def test_unknown_field_is_a_mistake_and_costs_no_other(draft, owner):
    kept = _save(draft, {"FPV-99": "1", "page-FPV-99": "1", "evidence-FPV-08": "x", "FPV-01": "6.5"}, by=owner)

    assert list(kept.mistakes) == ["FPV-99", "page-FPV-99", "evidence-FPV-08"]
    assert list(_rows(draft)) == ["FPV-01"]


def test_nothing_is_saved_at_the_deadline(draft, owner):
    with pytest.raises(Denied, match="no longer changed"):
        _save(draft, {"FPV-01": "6.5"}, by=owner, now=deadline_in_force(draft.tender).closes_at)


def test_viewer_saves_nothing(draft):
    with pytest.raises(Denied):
        _save(draft, {"FPV-01": "6.5"}, by=companies.person_of(draft.company, CompanyRole.VIEWER))


# Evidence


def test_answer_points_to_a_document_and_its_page(draft, owner, flights):
    pointing = {"FPV-02": "12", "evidence-FPV-02": flights.public_id, "page-FPV-02": "14"}

    kept = _save(draft, pointing, by=owner)

    assert _held(kept, *pointing) == pointing
    assert _rows(draft) == {"FPV-02": (Decimal(12), flights.pk, 14)}


def test_evidence_can_come_before_the_claim(draft, owner, flights):
    kept = _save(draft, {"evidence-FPV-02": flights.public_id}, by=owner)

    assert _rows(draft) == {"FPV-02": (None, flights.pk, None)}
    assert kept.values["FPV-02"] == ""

    _save(draft, {"evidence-FPV-02": ""}, seen={"evidence-FPV-02": flights.public_id}, by=owner)
    assert _rows(draft) == {}


def test_form_saves_evidence_too(draft, owner, flights):
    answers = {"FPV-02": "12", "evidence-FPV-02": flights.public_id, "page-FPV-02": "14"}

    save_answers(proposal=draft, answers=answers, revision=2, by=owner, now=clock.now())

    assert _rows(draft) == {"FPV-02": (Decimal(12), flights.pk, 14)}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1", ""),
        ("32767", ""),
        ("0", "We got “0”. We want a number from 1 to 32,767."),
        ("32768", "We got “32768”. We want a number from 1 to 32,767."),
        ("row 14", "We got “row 14”. We need a whole number. Type digits only, without words or the unit."),
    ],
)
def test_page_is_a_number(draft, owner, text, sentence):
    kept = _save(draft, {"page-FPV-02": text}, by=owner)

    assert kept.mistakes.get("page-FPV-02", "") == sentence


def test_document_of_another_draft_is_no_evidence(draft, owner, flights):
    other = draft_proposal(tender=draft.tender, company=draft.company, by=owner)

    kept = _save(other, {"evidence-FPV-02": flights.public_id}, by=owner)

    assert kept.mistakes == {"evidence-FPV-02": GONE}


def test_removed_document_is_evidence_no_more(draft, owner, flights):
    _save(draft, {"FPV-02": "12", "evidence-FPV-02": flights.public_id, "page-FPV-02": "14"}, by=owner)
    pointing = [row.code for row in answers_pointing_to(flights)]
    remove_document(document=flights, by=owner, now=clock.now())

    kept = _save(draft, {"FPV-03": "20"}, by=owner)

    assert pointing == ["FPV-02"]
    assert _held(kept, "FPV-02", "evidence-FPV-02", "page-FPV-02") == {
        "FPV-02": "12",
        "evidence-FPV-02": "",
        "page-FPV-02": "",
    }
    with pytest.raises(Unanswerable, match="not in the draft any more"):
        save_answers(
            proposal=draft, answers={"evidence-FPV-02": flights.public_id}, revision=3, by=owner, now=clock.now()
        )


def test_reading_the_answers_takes_one_query(draft, owner, flights, django_assert_num_queries):
    _save(draft, {"FPV-01": "6", "FPV-02": "12", "evidence-FPV-02": flights.public_id}, by=owner)

    with django_assert_num_queries(1):
        assert [(row.requirement.code, row.evidence) for row in kept_answers(draft)] == [
            ("FPV-01", None),
            ("FPV-02", flights),
        ]


# The offer


def _save_offer(draft, typed, *, by, seen=None):
    shown = dict.fromkeys(typed, "") | (seen or {})
    return keep_offer_fields(proposal=draft, typed=typed, seen=shown, by=by, now=clock.now())


def test_each_field_of_the_offer_is_saved_by_itself(draft, owner):
    typed = {"price-trial_unit_price": "4 380,50", "lead_time_days": "soon", "production_region": "Example region"}

    kept = _save_offer(draft, typed, by=owner)

    assert _held(kept, *typed) == {
        "price-trial_unit_price": "4380.5",
        "lead_time_days": "",
        "production_region": "Example region",
    }
    assert list(kept.mistakes) == ["lead_time_days"]
    assert (kept.before, kept.draft.revision, kept.draft.prices) == (1, 2, {"trial_unit_price": "4380.50"})


def test_offer_of_two_colleagues_is_joined_and_a_clash_is_told(draft, owner, colleague):
    _save_offer(draft, {"lead_time_days": "21"}, by=owner)

    kept = _save_offer(draft, {"lead_time_days": "30", "monthly_capacity": "400"}, by=colleague)

    assert kept.clashes == {"lead_time_days": "21"}
    assert _held(kept, "lead_time_days", "monthly_capacity") == {"lead_time_days": "21", "monthly_capacity": "400"}


def test_same_offer_makes_no_new_revision(draft, owner):
    _save_offer(draft, {"lead_time_days": "21"}, by=owner)

    kept = _save_offer(draft, {"lead_time_days": "21"}, seen={"lead_time_days": "21"}, by=owner)

    assert (kept.before, kept.draft.revision) == (2, 2)


def test_unknown_field_of_the_offer_is_a_mistake(draft, owner):
    assert list(_save_offer(draft, {"price-nothing": "5"}, by=owner).mistakes) == ["price-nothing"]


# Declarations


def test_ticks_of_two_signatories_are_joined_each_by_itself(draft, owner, company):
    partner = companies.person_of(company, CompanyRole.SIGNATORY)
    _save_offer(draft, {"declarations-truth": "truth", "declarations-validity": "validity"}, by=owner)

    kept = _save_offer(draft, {"declarations-sanctions": "sanctions"}, by=partner)
    again = _save_offer(
        draft, {"declarations-truth": ""}, seen={"declarations-truth": "truth", "declarations-validity": ""}, by=partner
    )

    assert _held(kept, "declarations-truth", "declarations-sanctions", "declarations-no_collusion") == {
        "declarations-truth": "truth",
        "declarations-sanctions": "sanctions",
        "declarations-no_collusion": "",
    }
    assert (kept.draft.declarations_accepted, kept.clashes) == (["sanctions", "truth", "validity"], {})
    assert (again.draft.declarations_accepted, again.draft.revision) == (["sanctions", "validity"], 4)


def test_a_tick_that_is_not_of_the_tender_is_a_mistake(draft, owner):
    kept = _save_offer(draft, {"declarations-other": "other", "declarations-truth": "yes"}, by=owner)

    assert list(kept.mistakes) == ["declarations-other", "declarations-truth"]
    assert kept.draft.declarations_accepted == []


def test_an_editor_ticks_no_declaration(draft, owner, colleague):
    with pytest.raises(Denied):
        _save_offer(draft, {"declarations-truth": "truth", "lead_time_days": "21"}, by=colleague)

    draft.refresh_from_db()
    assert (draft.declarations_accepted, draft.lead_time_days) == ([], None)

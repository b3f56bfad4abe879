from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from coalition_portal import clock
from coalition_portal.formatting import SPACE
from tenders.notices import sheet
from tenders.notices.models import Tender
from tests.factories import tenders

pytestmark = pytest.mark.django_db


def row(code, template_code="advanced_fpv"):
    tender = tenders.blank_draft(template_code=template_code)
    return sheet.requirement_row(tender.requirements.get(code=code))


def test_a_measured_number():
    found = row("FPV-02")

    assert (found.code, found.title, found.must_have) == ("FPV-02", "Range with payload", True)
    assert found.wanted.replace(SPACE, " ") == "at least 10 km"
    assert found.objective.replace(SPACE, " ") == "20 km"
    assert found.in_trials.replace(SPACE, " ") == "Measured, 5 %"
    assert (found.bar.code, found.bar_unit) == ("FPV-02", "km")


@pytest.mark.parametrize(
    ("code", "wanted", "in_trials"),
    [
        ("FPV-01", "more than 5 kg", "Measured"),
        ("FPV-07", "at most −15 °C", "Measured, 2 °C"),
        ("FPV-16", "at least 100 a month", "Claim"),
    ],
)
def test_other_bounds(code, wanted, in_trials):
    found = row(code)

    assert (found.wanted.replace(SPACE, " "), found.in_trials.replace(SPACE, " ")) == (wanted, in_trials)


@pytest.mark.parametrize("code", ["FPV-08", "FPV-09", "FPV-18"])
def test_what_has_no_bound_has_no_drawing(code):
    assert (row(code).bar, row(code).objective) == (None, "")


def test_no_deadline_was_moved():
    assert sheet.moves(list(tenders.published_tender().deadlines.all())) == []


def test_the_latest_move_stands_first():
    tender = tenders.published_tender(closes_at=tenders.in_days(3))
    tenders.extended_tender(tender, tenders.in_days(5), reason="First.")
    tenders.extended_tender(tender, tenders.in_days(9), reason="Second.")

    found = sheet.moves(list(tender.deadlines.order_by("seq")))

    assert [move.reason for move in found] == ["Second.", "First."]
    assert found[0].was == found[1].closes_at


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("OPENED", "Ranking by "),
        ("RANKED", "Ranked; award to be announced"),
        ("UNSUCCESSFUL", "Ended without an award"),
    ],
)
def test_what_comes_next(state, told):
    tender = tenders.published_tender()
    Tender.objects.filter(pk=tender.pk).update(state=state)
    tender = Tender.objects.with_deadline().get(pk=tender.pk)

    assert sheet.what_comes_next(tender, tender.closes_at + timedelta(days=1)).startswith(told)


def test_a_tender_whose_requirements_are_all_registered_still_says_how_many():
    tender = tenders.published_tender()
    tender.requirements.update(visibility="REGISTERED")

    public = sheet.context_of(tender, [], AnonymousUser(), clock.now())["public"]()

    assert (public["rows"], public["hidden"], public["total"]) == ([], 18, 18)


def test_a_draft_without_a_deadline_can_be_previewed():
    context = sheet.as_published(tenders.blank_draft(), clock.now())

    assert (context["timeline"], context["moves"], context["is_open"]) == ([], [], False)

from datetime import date

import pytest
from django.utils import translation

from coalition_portal.formatting import SPACE
from tenders.notices import words
from tenders.notices.models import ApprovalKind, ApprovalOutcome
from tenders.notices.states import TenderState
from tenders.notices.timetable import PublicStatus, Stage


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2024-02-14", "14 February 2024"),
        ("2024-10", "October 2024"),
        ("", ""),
    ],
)
def test_a_date_is_told_as_exactly_as_its_source(text, told):
    assert words.sourced_date(text).replace(SPACE, " ") == told


def test_a_month_is_told_in_ukrainian():
    with translation.override("uk"):
        assert words.sourced_date("2024-10").lower().replace(SPACE, " ") == "жовтень 2024"


@pytest.mark.parametrize(
    ("tolerance", "unit", "told"),
    [
        ({"kind": "percent", "value": 5}, "km", "5 %"),
        ({"kind": "absolute", "value": 2}, "°C", "2 °C"),
        ({"kind": "percent", "value": 0}, "km", ""),
        ({}, "km", ""),
    ],
)
def test_a_tolerance_in_words(tolerance, unit, told):
    assert words.tolerance_text(tolerance, unit).replace(SPACE, " ") == told


def test_every_status_state_outcome_and_kind_has_its_word():
    assert set(words.STATUS) == set(PublicStatus)
    assert set(words.OUTCOME) == {"", *ApprovalOutcome}
    assert set(words.ASKED) == set(ApprovalKind)
    assert set(words.STATE) <= set(TenderState)


def test_the_timetable_marks_the_deadline_until_it_has_passed():
    ahead = Stage("deadline", is_done=False, at=None, by=date(2026, 10, 14))
    [event] = words.line_events([ahead])

    assert (event["label"], event["text"].replace(SPACE, " ")) == ("Deadline for proposals", "by 14 October")
    assert (event["cut"], event["done"]) == (True, False)
    assert words.line_events([Stage("deadline", is_done=True)])[0]["cut"] is False

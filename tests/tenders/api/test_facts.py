from datetime import UTC, datetime, timedelta

import pytest

from tenders.api import facts
from tenders.api.facts import DeadlineFacts
from tenders.notices.timetable import PublicStatus
from tests.tenders.api.asking import AROUND, MICROSECOND

PUBLISHED = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)
CLOSES = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
LATER = CLOSES + timedelta(days=7)
FIRST = DeadlineFacts(CLOSES, PUBLISHED, "")


def row(state="PUBLISHED", **changed):
    stored = {"state": state, "published_at": PUBLISHED, "updated_at": PUBLISHED, "closes_at": CLOSES}
    return stored | {"opened_at": None, "cancelled_at": None} | changed


@pytest.mark.parametrize(("offset", "status"), list(zip(AROUND, ["open", "sealed", "sealed"], strict=True)))
def test_the_clock_alone_seals(offset, status):
    now = CLOSES + offset

    assert facts.status_of(row(), now) == status
    assert facts.next_event_at(row(), now) == (CLOSES if status == "open" else None)
    assert facts.updated_at(row(), now) == (PUBLISHED if status == "open" else CLOSES)
    assert facts.status_since(row(), [FIRST], now) == (PUBLISHED if status == "open" else CLOSES)


def test_every_status_has_a_word_in_ocds_and_a_stage():
    assert set(facts.OCDS_STATUS) == set(PublicStatus)
    assert {status.value: facts.stage_of(status) for status in PublicStatus} == {
        "planned": "planning",
        "open": "tender",
        "sealed": "tender",
        "evaluation": "tender",
        "unsuccessful": "tender",
        "cancelled": "tender",
    }


def test_what_people_did_after_the_deadline_is_the_last_change():
    opened = CLOSES + timedelta(days=2)

    assert facts.updated_at(row("OPENED", opened_at=opened, updated_at=opened), LATER) == opened
    assert facts.updated_at(row(updated_at=CLOSES + MICROSECOND), LATER) == CLOSES + MICROSECOND


def test_a_deadline_that_never_came_changed_nothing():
    cancelled = CLOSES - timedelta(days=2)
    stored = row("CANCELLED", cancelled_at=cancelled, updated_at=cancelled)

    assert facts.updated_at(stored, LATER) == cancelled
    assert facts.next_event_at(stored, cancelled) is None


@pytest.mark.parametrize(
    ("state", "changed", "since"),
    [
        ("OPENED", {"opened_at": LATER}, LATER),
        ("RANKED", {"opened_at": LATER}, LATER),
        ("CANCELLED", {"cancelled_at": LATER}, LATER),
        ("UNSUCCESSFUL", {"updated_at": LATER}, LATER),
        ("DRAFT", {"published_at": None}, PUBLISHED),
    ],
)
def test_since_when_by_state(state, changed, since):
    assert facts.status_since(row(state, **changed), [FIRST], LATER + timedelta(days=1)) == since


@pytest.mark.parametrize(("offset", "is_reopened"), list(zip(AROUND, [False, True, True], strict=True)))
def test_an_extension_after_the_deadline_opens_anew(offset, is_reopened):
    """The extension is open to all again, so the status began with it; before the deadline it changes no status."""
    extended = CLOSES + offset
    deadlines = [FIRST, DeadlineFacts(LATER, extended, "Power cuts.")]

    since = facts.status_since(row(closes_at=LATER), deadlines, LATER - MICROSECOND)

    assert since == (extended if is_reopened else PUBLISHED)


def test_without_a_deadline_nothing_is_open():
    stored = row(closes_at=None)

    assert facts.status_of(stored, PUBLISHED) == "sealed"
    assert facts.updated_at(stored, PUBLISHED) == PUBLISHED
    assert facts.status_since(stored, [], PUBLISHED) == PUBLISHED

"""The Python rule and its SQL twin say the same of every state around the deadline."""

from datetime import timedelta

import pytest

from coalition_portal import clock
from tenders.notices.models import Tender
from tenders.notices.queries import status_of
from tenders.notices.states import TenderState
from tenders.notices.timetable import PublicStatus
from tests.factories.tenders import extended_tender, in_days, published_tender

pytestmark = pytest.mark.django_db

OFFSETS = [timedelta(microseconds=-1), timedelta(0), timedelta(microseconds=1)]


def in_every_state(tender):
    """Rows that differ in nothing but the state; the constraints say which columns go with it."""
    for state in TenderState:
        is_public = state not in (TenderState.DRAFT, TenderState.AWAITING_APPROVAL)
        is_cancelled = state == TenderState.CANCELLED
        Tender.objects.filter(pk=tender.pk).update(
            state=state,
            published_at=tender.published_at if is_public else None,
            cancelled_at=tender.published_at if is_cancelled else None,
            cancel_reason="No budget." if is_cancelled else "",
        )
        yield state


@pytest.mark.parametrize("offset", OFFSETS)
def test_sql_and_python_agree(offset):
    tender = published_tender()
    now = tender.closes_at + offset

    for state in in_every_state(tender):
        row = Tender.objects.with_deadline().get(pk=tender.pk)
        by_sql = [status for status in PublicStatus if Tender.objects.with_status_at([status], now).exists()]

        assert by_sql == [status_of(row, now)], state
        assert Tender.objects.open_at(now).exists() == (by_sql == [PublicStatus.OPEN])


@pytest.mark.parametrize("offset", OFFSETS)
def test_the_deadline_in_force_decides_and_not_the_first(offset):
    tender = published_tender(closes_at=in_days(3))
    tender = extended_tender(tender, in_days(5))
    first = tender.deadlines.get(seq=1).closes_at

    assert Tender.objects.open_at(first + offset).exists()
    assert Tender.objects.open_at(tender.closes_at + offset).exists() == (offset < timedelta(0))


def test_several_statuses_are_asked_for_at_once():
    tender = published_tender()

    assert Tender.objects.with_status_at(["open", "sealed"], tender.closes_at).count() == 1
    assert Tender.objects.with_status_at([], clock.now()).count() == 0


def test_an_unknown_status_is_an_error():
    with pytest.raises(ValueError, match="awarded"):
        Tender.objects.with_status_at(["awarded"], clock.now())


def test_the_deadline_is_annotated_once_and_for_all():
    tender = extended_tender(published_tender(closes_at=in_days(3)), in_days(5))

    row = Tender.objects.with_deadline().with_deadline().open_at(clock.now()).get()

    assert (row.closes_at, row.deadline_seq, row.deadline_changes) == (tender.closes_at, 2, 1)

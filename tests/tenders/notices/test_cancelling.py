import pytest

from coalition_portal import clock
from coalition_portal.ledger.models import Entry
from coalition_portal.permission import Denied
from tenders.notices.cancelling import ReasonMissing, cancel
from tenders.notices.extending import request_extension
from tenders.notices.models import Approval, Change
from tests.factories import people, tenders

pytestmark = pytest.mark.django_db


def test_a_tender_is_cancelled_with_a_reason_for_everybody():
    tender, now = tenders.published_tender(), clock.now()

    tender = cancel(tender=tender, reason=" The budget is gone. ", by=tender.officer, now=now)

    assert (tender.state, tender.cancelled_at, tender.cancel_reason, tender.version) == (
        "CANCELLED",
        now,
        "The budget is gone.",
        2,
    )
    change = Change.objects.order_by("number").last()
    assert (change.kind, change.snapshot["status"]) == ("tender.cancelled", "cancelled")
    assert Entry.objects.order_by("index").last().event == "notices:tender:cancelled"


def test_open_requests_are_taken_back_with_it():
    tender = tenders.published_tender()
    request_extension(tender=tender, closes_at=tenders.in_days(30), reason="Storm.", by=tender.officer, now=clock.now())

    cancel(tender=tender, reason="No budget.", by=tender.second_approver, now=clock.now())

    last = Approval.objects.order_by("pk").last()
    assert (last.outcome, last.decided_by, last.decided_country_id) == ("WITHDRAWN", tender.second_approver, "GB")


@pytest.mark.parametrize("reason", ["", " \n"])
def test_a_reason_is_needed(reason):
    tender = tenders.published_tender()

    with pytest.raises(ReasonMissing):
        cancel(tender=tender, reason=reason, by=tender.officer, now=clock.now())


def test_a_draft_is_not_cancelled():
    draft = tenders.draft_tender()

    with pytest.raises(Denied):
        cancel(tender=draft, reason="No budget.", by=draft.officer, now=clock.now())


def test_a_stranger_cancels_nothing():
    tender = tenders.published_tender()

    with pytest.raises(Denied):
        cancel(tender=tender, reason="No budget.", by=people.officer("EE"), now=clock.now())

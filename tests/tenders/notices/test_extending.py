from datetime import timedelta

import pytest

from coalition_portal import clock
from coalition_portal.identity.models import User
from coalition_portal.ledger.models import Entry
from coalition_portal.permission import Denied
from tenders.notices.extending import NotExtendable, request_extension
from tenders.notices.models import Approval, Change, Deadline, Tender
from tenders.notices.publishing import approve, reject
from tenders.notices.queries import deadline_in_force
from tenders.notices.requests import AlreadyAsked
from tests.factories import people, tenders

pytestmark = pytest.mark.django_db


def ask(tender, closes_at, *, reason="Power cuts.", by: User | None = None):
    return request_extension(
        tender=tender, closes_at=closes_at, reason=reason, by=by or tender.officer, now=clock.now()
    )


def test_asking_moves_nothing():
    tender = tenders.published_tender()

    approval = ask(tender, tender.closes_at + timedelta(days=3), reason=" Power cuts. ")

    assert (approval.kind, approval.reason, approval.outcome) == ("EXTEND", "Power cuts.", "")
    assert deadline_in_force(tender).seq == 1


def test_approval_moves_the_deadline_for_everybody():
    tender = tenders.published_tender()
    closes_at = tender.closes_at + timedelta(days=3)
    now = clock.now()

    approve(approval=ask(tender, closes_at), by=tender.second_approver, now=now)

    moved = Tender.objects.with_deadline().get(pk=tender.pk)
    assert (moved.closes_at, moved.deadline_seq, moved.deadline_changes, moved.version) == (closes_at, 2, 1, 2)
    assert (moved.state, moved.updated_at) == ("PUBLISHED", now)
    assert list(Deadline.objects.order_by("seq").values_list("seq", "closes_at", "reason")) == [
        (1, tender.closes_at, ""),
        (2, closes_at, "Power cuts."),
    ]
    change = Change.objects.get(kind="tender.deadline_changed")
    assert change.snapshot == {
        "id": tender.number,
        "status": "open",
        "version": 2,
        "deadline": closes_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    assert Entry.objects.order_by("index").last().event == "notices:deadline:extended"


@pytest.mark.parametrize("later", [timedelta(seconds=-1), timedelta(0)])
def test_a_deadline_only_moves_later(later):
    tender = tenders.published_tender()

    with pytest.raises(NotExtendable, match="not later than the one in force"):
        ask(tender, tender.closes_at + later)


def test_one_second_later_is_later():
    tender = tenders.published_tender()

    assert ask(tender, tender.closes_at + timedelta(seconds=1)).pk


def test_parts_of_a_second_are_refused():
    tender = tenders.published_tender()

    with pytest.raises(NotExtendable, match="whole second"):
        ask(tender, tender.closes_at + timedelta(seconds=1, microseconds=1))


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_reason_is_needed(reason):
    tender = tenders.published_tender()

    with pytest.raises(NotExtendable, match="Say why"):
        ask(tender, tender.closes_at + timedelta(days=1), reason=reason)


def test_one_request_at_a_time():
    tender = tenders.published_tender()
    ask(tender, tender.closes_at + timedelta(days=1))

    with pytest.raises(AlreadyAsked):
        ask(tender, tender.closes_at + timedelta(days=2))
    assert Approval.objects.filter(kind="EXTEND").count() == 1


@pytest.mark.parametrize("who", [lambda: people.officer("EE"), lambda: people.reviewer("LV")])
def test_only_officers_of_its_country_ask(who):
    tender = tenders.published_tender()

    with pytest.raises(Denied):
        ask(tender, tender.closes_at + timedelta(days=1), by=who())


def test_a_draft_has_nothing_to_extend():
    with pytest.raises(Denied):
        ask(tenders.draft_tender(), tenders.in_days(30))


def test_a_request_that_was_sent_back_moves_nothing():
    tender = tenders.published_tender()
    approval = ask(tender, tender.closes_at + timedelta(days=1))

    reject(approval=approval, note="Two days are enough.", by=tender.second_approver, now=clock.now())

    tender.refresh_from_db()
    assert (tender.state, deadline_in_force(tender).seq) == ("PUBLISHED", 1)


class TestAfterTheDeadline:
    """An incident may move a deadline that has passed; the tender is open again under the new row."""

    @pytest.fixture
    def sealed(self, database_clock):
        closes_at = tenders.whole_second(clock.now()) - timedelta(seconds=20)
        database_clock(closes_at - timedelta(seconds=30))
        tender = tenders.published_tender(closes_at=closes_at)
        database_clock(closes_at + timedelta(seconds=5))
        return tender

    def test_it_is_open_again(self, sealed):
        moved = tenders.extended_tender(sealed, tenders.in_days(1), reason="The portal was down for an hour.")

        assert Tender.objects.with_status_at(["sealed"], clock.now()).count() == 0
        assert Tender.objects.open_at(clock.now()).get() == moved

    def test_an_instant_that_has_passed_is_refused(self, sealed):
        with pytest.raises(NotExtendable, match="has passed already"):
            ask(sealed, sealed.closes_at + timedelta(seconds=5))

    def test_an_approval_that_comes_too_late_moves_nothing(self, sealed, database_clock):
        approval = ask(sealed, sealed.closes_at + timedelta(seconds=6))
        database_clock(sealed.closes_at + timedelta(seconds=6))

        with pytest.raises(NotExtendable, match="has passed already"):
            approve(approval=approval, by=sealed.second_approver, now=clock.now())
        approval.refresh_from_db()
        assert (approval.outcome, deadline_in_force(sealed).seq) == ("", 1)

from datetime import timedelta

import pytest

from coalition_portal import clock
from coalition_portal.ledger.models import Entry
from coalition_portal.permission import Denied
from coalition_portal.post.models import OutgoingMail
from tenders.notices.models import Approval, Change, Deadline
from tenders.notices.publishing import NoteMissing, NotReady, approve, reject, request_publication, withdraw_request
from tenders.notices.requests import AlreadyDecided
from tests.factories import people, tenders

pytestmark = pytest.mark.django_db


def mails():
    return [(mail.template, mail.to) for mail in OutgoingMail.objects.order_by("pk")]


def events(tender):
    return list(Entry.objects.filter(subject=tender.number).order_by("index").values_list("event", flat=True))


def test_asking_freezes_the_draft_and_tells_the_chair():
    draft = tenders.draft_tender()
    now = clock.now()

    approval = request_publication(tender=draft, by=draft.officer, now=now)

    draft.refresh_from_db()
    assert draft.state == "AWAITING_APPROVAL"
    assert (approval.kind, approval.closes_at, approval.outcome) == ("PUBLISH", draft.planned_closes_at, "")
    assert (approval.proposed_by, approval.proposed_country_id, approval.proposed_at) == (draft.officer, "LV", now)
    assert mails() == [("tender_approval_asked", draft.second_approver.email)]
    assert events(draft)[-1] == "notices:approval:requested"


def test_a_draft_that_lacks_something_is_not_put_forward():
    draft = tenders.blank_draft()

    with pytest.raises(NotReady, match="Set the deadline. Name a mailbox for bidders. Give the amount"):
        request_publication(tender=draft, by=draft.officer, now=clock.now())
    assert Approval.objects.count() == 0


def test_approval_publishes():
    approval = tenders.requested_tender()
    tender, now = approval.tender, clock.now()

    approval = approve(approval=approval, by=tender.second_approver, now=now)

    tender.refresh_from_db()
    deadline = Deadline.objects.get(tender=tender)
    assert (tender.state, tender.published_at, tender.version) == ("PUBLISHED", now, 1)
    assert (deadline.seq, deadline.closes_at, deadline.reason) == (1, approval.closes_at, "")
    assert (deadline.proposed_by, deadline.approved_by) == (tender.officer, tender.second_approver)
    assert (approval.outcome, approval.decided_by, approval.decided_country_id) == (
        "APPROVED",
        tender.second_approver,
        "GB",
    )
    assert mails()[-1] == ("tender_approved", tender.officer.email)
    assert events(tender)[-2:] == ["notices:deadline:set", "notices:tender:published"]


def test_publication_is_the_first_change():
    tender = tenders.published_tender()

    assert list(Change.objects.values("number", "kind", "at", "snapshot")) == [
        {
            "number": 1,
            "kind": "tender.published",
            "at": tender.published_at,
            "snapshot": {
                "id": tender.number,
                "status": "open",
                "version": 1,
                "deadline": tender.closes_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            },
        }
    ]


@pytest.mark.parametrize("who", [lambda tender: tender.officer, lambda tender: people.chair("EE")])
def test_nobody_but_the_chair_approves(who):
    approval = tenders.requested_tender()

    with pytest.raises(Denied):
        approve(approval=approval, by=who(approval.tender), now=clock.now())
    assert Deadline.objects.count() == 0


@pytest.mark.parametrize("offset", [timedelta(microseconds=-1), timedelta(0), timedelta(microseconds=1)])
def test_a_first_deadline_in_the_past_is_refused_by_the_databases_clock(offset, database_clock):
    closes_at = tenders.whole_second(clock.now()) - timedelta(seconds=20)
    database_clock(closes_at - timedelta(seconds=30))
    approval = tenders.requested_tender(closes_at=closes_at)
    database_clock(closes_at + offset)

    if offset < timedelta(0):
        approve(approval=approval, by=approval.tender.second_approver, now=clock.now())
    else:
        with pytest.raises(NotReady, match="The deadline asked for has passed"):
            approve(approval=approval, by=approval.tender.second_approver, now=clock.now())

    approval.tender.refresh_from_db()
    approval.refresh_from_db()
    published = ("PUBLISHED", "APPROVED", 1)
    waiting = ("AWAITING_APPROVAL", "", 0)
    found = (approval.tender.state, approval.outcome, Deadline.objects.count())
    assert found == (published if offset < timedelta(0) else waiting)


def test_a_second_approval_finds_the_first():
    approval = tenders.requested_tender()
    approve(approval=approval, by=approval.tender.second_approver, now=clock.now())

    with pytest.raises(AlreadyDecided):
        approve(approval=approval, by=approval.tender.second_approver, now=clock.now())
    assert (Deadline.objects.count(), Change.objects.count()) == (1, 1)


def test_sending_back_makes_it_a_draft_again_and_says_why():
    approval = tenders.requested_tender()
    tender = approval.tender

    approval = reject(
        approval=approval, note=" The budget is missing a zero. ", by=tender.second_approver, now=clock.now()
    )

    tender.refresh_from_db()
    assert (tender.state, approval.outcome, approval.note) == ("DRAFT", "REJECTED", "The budget is missing a zero.")
    assert mails()[-1] == ("tender_sent_back", tender.officer.email)
    assert events(tender)[-1] == "notices:approval:rejected"


def test_sending_back_without_a_note_is_refused():
    approval = tenders.requested_tender()

    with pytest.raises(NoteMissing):
        reject(approval=approval, note="  ", by=approval.tender.second_approver, now=clock.now())


def test_nobody_but_the_chair_sends_back():
    approval = tenders.requested_tender()

    with pytest.raises(Denied):
        reject(approval=approval, note="No.", by=approval.tender.officer, now=clock.now())


def test_a_request_is_taken_back_and_made_again():
    approval = tenders.requested_tender()
    tender = approval.tender

    withdraw_request(approval=approval, by=tender.officer, now=clock.now())
    again = request_publication(tender=tender, by=tender.officer, now=clock.now())
    approve(approval=again, by=tender.second_approver, now=clock.now())

    outcomes = Approval.objects.order_by("pk").values_list("outcome", flat=True)
    assert list(outcomes) == ["WITHDRAWN", "APPROVED"]


def test_the_chair_takes_nothing_back():
    approval = tenders.requested_tender()

    with pytest.raises(Denied):
        withdraw_request(approval=approval, by=approval.tender.second_approver, now=clock.now())

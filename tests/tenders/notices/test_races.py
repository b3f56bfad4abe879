"""Two people at once, each over a real connection of their own: one of them finds it done."""

from collections import Counter
from datetime import timedelta

import pytest

from coalition_portal import clock
from coalition_portal.ledger.verify import verify
from tenders.notices.drafting import draft_from_template
from tenders.notices.extending import request_extension
from tenders.notices.models import Approval, Change, Deadline
from tenders.notices.publishing import approve, reject, request_publication
from tests.concurrency.clients import run_at
from tests.factories import people, tenders

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    start = clock.now() + timedelta(milliseconds=200)
    return Counter(type(result).__name__ for result in run_at([(start, act) for act in acts]))


def deciding(approval, act, **more):
    """Each caller reads the request for itself, as two web requests would."""
    return lambda: act(
        approval=Approval.objects.select_related("tender__second_approver").get(pk=approval.pk),
        by=approval.tender.second_approver,
        now=clock.now(),
        **more,
    )


def test_eight_approvals_at_once_publish_once():
    approval = tenders.requested_tender()

    results = at_once(*[deciding(approval, approve)] * 8)

    assert results == {"Approval": 1, "AlreadyDecided": 7}
    assert (Deadline.objects.count(), Change.objects.count()) == (1, 1)
    verify()


def test_approving_and_sending_back_at_once_end_in_one_of_them():
    approval = tenders.requested_tender()

    results = at_once(*[deciding(approval, approve), deciding(approval, reject, note="Not yet.")] * 3)

    approval.refresh_from_db()
    approval.tender.refresh_from_db()
    ends = {"APPROVED": ("PUBLISHED", 1), "REJECTED": ("DRAFT", 0)}
    assert results == {"Approval": 1, "AlreadyDecided": 5}
    assert (approval.tender.state, Deadline.objects.count()) == ends[approval.outcome]


def test_two_requests_to_extend_at_once_are_one():
    tender = tenders.published_tender()

    def ask(days):
        closes_at = tender.closes_at + timedelta(days=days)
        return lambda: request_extension(
            tender=tender, closes_at=closes_at, reason="Storm.", by=tender.officer, now=clock.now()
        )

    results = at_once(*[ask(days) for days in range(1, 5)])

    assert results == {"Approval": 1, "AlreadyAsked": 3}


def test_two_requests_to_publish_at_once_are_one():
    draft = tenders.draft_tender()

    results = at_once(*[lambda: request_publication(tender=draft, by=draft.officer, now=clock.now())] * 4)

    assert results == {"Approval": 1, "Denied": 3}


def test_drafts_at_once_take_different_numbers():
    officers = [people.officer("LV") for _one in range(6)]

    results = at_once(
        *[
            lambda officer=officer: draft_from_template(template_code="interceptor", by=officer, now=clock.now()).number
            for officer in officers
        ]
    )

    assert results == {"str": 6}


def test_publications_at_once_are_numbered_without_gaps():
    approvals = [tenders.requested_tender() for _one in range(5)]

    results = at_once(*[deciding(approval, approve) for approval in approvals])

    assert results == {"Approval": 5}
    assert list(Change.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4, 5]
    verify()

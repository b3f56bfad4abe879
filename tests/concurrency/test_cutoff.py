"""Many clients across a deadline with Celery stopped: real connections, the real clock, no mocks."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, transaction

from coalition_portal import clock, locks
from coalition_portal.ledger.entries import commit
from tenders.notices import extending, publishing
from tenders.notices.queries import deadline_in_force
from tenders.proposals import closing, submission
from tenders.proposals.models import Closing, Provisional, Receipt, Refusal
from tests.concurrency.clients import next_whole_second, run_at, wait_until
from tests.factories.proposals import staged_bundle
from tests.factories.tenders import published_tender

pytestmark = pytest.mark.django_db(transaction=True)

MILLISECOND = timedelta(milliseconds=1)
SETTLED = timedelta(seconds=2, milliseconds=50)


LEAST, MOST = timedelta(seconds=5), timedelta(seconds=40)
RESERVE = 3
"""So many times the measured work lies before the deadline, so that a busy machine is ready when it comes."""


def _tender_with_bundles(count):
    """A tender whose deadline comes soon after `count` staged bundles are ready, and the bundles."""
    rehearsal = published_tender(closes_at=next_whole_second(timedelta(minutes=10)))
    staged_bundle(tender=rehearsal)
    begun_at = clock.now()
    staged_bundle(tender=rehearsal)
    needed = RESERVE * count * (clock.now() - begun_at)
    tender = published_tender(closes_at=next_whole_second(min(max(LEAST, needed), MOST)))
    return tender, [staged_bundle(tender=tender) for _number in range(count)]


def _submit(bundle):
    return submission.submit(bundle=bundle, sha256=bundle.sha256, by=bundle.staged_by)


def _row(outcome):
    """The one row that an attempt ended in; an exception is shown as it is."""
    if isinstance(outcome, Exception):
        raise outcome
    [row] = [row for row in (outcome.receipt, outcome.refusal, outcome.provisional) if row]
    return row


@pytest.fixture
def client_count():
    return 50 if connection.vendor == "postgresql" else 20


def test_clients_across_a_deadline_all_get_a_true_answer(client_count):
    tender, bundles = _tender_with_bundles(client_count)
    deadline = deadline_in_force(tender)
    spread = [deadline.closes_at + (index - client_count // 2) * 20 * MILLISECOND for index in range(client_count)]

    outcomes = run_at([(instant, partial(_submit, bundle)) for instant, bundle in zip(spread, bundles, strict=True)])
    wait_until(deadline.closes_at + SETTLED)
    [closing_row] = closing.close_due()

    rows = [_row(outcome) for outcome in outcomes]
    receipts = [row for row in rows if isinstance(row, Receipt)]
    refusals = [row for row in rows if isinstance(row, Refusal)]
    assert all(row.received_at < deadline.closes_at for row in receipts)
    assert all(row.received_at >= deadline.closes_at for row in refusals)
    assert len(receipts) + len(refusals) == client_count
    assert len(receipts) > 0
    assert len(refusals) > 0
    assert (Receipt.objects.count(), Refusal.objects.count(), Provisional.objects.count()) == (
        len(receipts),
        len(refusals),
        0,
    )
    assert closing_row.commitment == commit(closing_row.salt, _final_set(receipts))


def _final_set(receipts):
    rows = sorted((r.proposal.public_id, r.bundle.version, r.bundle.sha256) for r in receipts)
    return {"count": len(rows), "set": [list(row) for row in rows]}


def test_closer_and_clients_at_once_leave_no_receipt_after_the_closing_row(client_count):
    tender, bundles = _tender_with_bundles(client_count)
    closes_at = deadline_in_force(tender).closes_at
    clients = [
        (closes_at - (index + 1) * 5 * MILLISECOND, partial(_submit, bundle)) for index, bundle in enumerate(bundles)
    ]
    closers = [(closes_at + SETTLED + index * 20 * MILLISECOND, closing.close_due) for index in range(4)]

    outcomes = run_at(clients + closers)

    rows = [_row(outcome) for outcome in outcomes[: len(bundles)]]
    final = Closing.objects.get()
    assert [len(closed) for closed in outcomes[len(bundles) :] if not isinstance(closed, Exception)].count(1) == 1
    assert final.commitment == commit(final.salt, _final_set([row for row in rows if isinstance(row, Receipt)]))
    assert all(row.received_at >= closes_at for row in rows if isinstance(row, Refusal))


def test_extension_racing_submits_refuses_nobody_by_a_superseded_deadline(client_count):
    tender, bundles = _tender_with_bundles(client_count)
    old = deadline_in_force(tender)
    approval = extending.request_extension(
        tender=tender,
        closes_at=old.closes_at + timedelta(hours=1),
        reason="The portal was slow in the last hour.",
        by=tender.officer,
        now=clock.now(),
    )
    approve = partial(publishing.approve, approval=approval, by=tender.second_approver, now=clock.now())
    clients = [
        (old.closes_at + (index - client_count // 2) * 10 * MILLISECOND, partial(_submit, bundle))
        for index, bundle in enumerate(bundles)
    ]

    *outcomes, approved = run_at([*clients, (old.closes_at + 50 * MILLISECOND, approve)])

    assert not isinstance(approved, Exception), approved
    new = deadline_in_force(tender)
    rows = [_row(outcome) for outcome in outcomes]
    assert (old.seq, new.seq) == (1, 2)
    assert all(row.seq == old.seq for row in rows if isinstance(row, Refusal))
    assert all(row.received_at >= old.closes_at for row in rows if isinstance(row, Refusal))
    assert all(row.seq == new.seq for row in rows if isinstance(row, Receipt) and row.received_at >= old.closes_at)
    again = [_row(_submit(row.bundle)) for row in rows if isinstance(row, Refusal)]
    assert all(isinstance(row, Receipt) and row.seq == new.seq for row in again)
    assert Receipt.objects.count() == client_count


@pytest.mark.postgres_only
def test_bidder_who_came_before_the_deadline_is_in_though_the_lock_was_held_across_it():
    tender = published_tender(closes_at=next_whole_second(timedelta(seconds=8)))
    bundle = staged_bundle(tender=tender)
    closes_at = deadline_in_force(tender).closes_at

    def hold():
        with transaction.atomic():
            locks.tender_exclusive(tender.pk)
            wait_until(closes_at + timedelta(milliseconds=500))

    _held, outcome = run_at(
        [
            (closes_at - timedelta(seconds=1), hold),
            (closes_at - timedelta(milliseconds=300), partial(_submit, bundle)),
        ]
    )

    row = _row(outcome)
    assert isinstance(row, Receipt)
    assert row.received_at < closes_at


def test_one_bundle_from_many_tabs_gets_one_receipt(client_count):
    tender = published_tender(closes_at=next_whole_second(timedelta(minutes=10)))
    bundle = staged_bundle(tender=tender)
    instant = clock.now() + timedelta(seconds=1)

    outcomes = run_at([(instant, partial(_submit, bundle)) for _tab in range(client_count)])

    assert {_row(outcome).pk for outcome in outcomes} == {Receipt.objects.get().pk}


def test_withdraw_racing_a_replacement_leaves_a_state_that_its_rows_explain(client_count):
    tender = published_tender(closes_at=next_whole_second(timedelta(minutes=10)))
    first = staged_bundle(tender=tender)
    _submit(first)
    second = staged_bundle(proposal=first.proposal, is_changed=True)
    instant = clock.now() + timedelta(seconds=1)

    withdraw = partial(submission.withdraw, proposal=first.proposal, by=first.staged_by)
    withdrawn, submitted = run_at([(instant, withdraw), (instant, partial(_submit, second))])

    first.proposal.refresh_from_db()
    assert isinstance(_row(submitted), Receipt)
    assert withdrawn.withdrawal is not None
    is_second_withdrawn = withdrawn.withdrawal.receipt == _row(submitted)
    assert first.proposal.state == ("WITHDRAWN" if is_second_withdrawn else "SUBMITTED")

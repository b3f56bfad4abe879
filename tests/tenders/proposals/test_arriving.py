"""While a clock is in doubt and the deadline lies between two of them, people decide: the full table of both clocks."""

from contextlib import nullcontext
from datetime import timedelta

import pytest

from coalition_portal import clock
from coalition_portal.permission import Refused
from coalition_portal.watch import clock_guard
from coalition_portal.watch.models import Incident
from tenders.proposals import auto_submit, submission
from tenders.proposals.arriving import arrive
from tenders.proposals.closing import close_due
from tenders.proposals.models import Provisional, Receipt, Refusal, Withdrawal
from tests.factories.cutoffs import MICROSECOND
from tests.factories.proposals import staged_bundle

SECOND = timedelta(seconds=1)


@pytest.fixture
def bundle(cutoff):
    return staged_bundle(tender=cutoff.tender)


@pytest.fixture
def witness(monkeypatch, cutoff):
    """`witness(offset)` makes the steady clock say deadline + offset; with None nobody watches."""

    def say(offset):
        at = None if offset is None else cutoff.closes_at + offset
        monkeypatch.setattr(clock_guard, "witness", lambda: at)

    return say


def _open_incident(cutoff):
    return Incident.objects.create(begun_at=cutoff.closes_at, noticed_by="test", kind="DATABASE")


def _rows():
    return {model.__name__: model.objects.count() for model in (Receipt, Refusal, Provisional) if model.objects.count()}


@pytest.mark.parametrize(
    ("database", "steady", "has_incident", "expected"),
    [
        (-MICROSECOND, None, True, "Receipt"),
        (0 * SECOND, None, True, "Refusal"),
        (-MICROSECOND, -MICROSECOND, True, "Receipt"),
        (-MICROSECOND, 0 * SECOND, True, "Provisional"),
        (0 * SECOND, -MICROSECOND, True, "Provisional"),
        (0 * SECOND, 0 * SECOND, True, "Refusal"),
        (MICROSECOND, -3600 * SECOND, True, "Provisional"),
        # Without an incident a difference within the tolerance is the way clocks are.
        (0 * SECOND, -MICROSECOND, False, "Refusal"),
        (-MICROSECOND, 0 * SECOND, False, "Receipt"),
        (SECOND / 2, 0 * SECOND, False, "Refusal"),
        # A greater one is a doubt that the guard has not noticed yet.
        (SECOND, -3600 * SECOND, False, "Provisional"),
        (-SECOND, 120 * SECOND, False, "Provisional"),
        (SECOND, 3600 * SECOND, False, "Refusal"),
    ],
)
def test_submit_is_judged_by_both_clocks_in_doubt(cutoff, bundle, witness, database, steady, has_incident, expected):
    if has_incident:
        _open_incident(cutoff)
    witness(steady)

    cutoff.submit(bundle, database)

    assert _rows() == {expected: 1}
    for row in Provisional.objects.all():
        assert (row.incident, row.received_at, row.witnessed_at) == (
            Incident.objects.get(),
            cutoff.closes_at + database,
            cutoff.closes_at + steady,
        )


def test_withdrawal_is_judged_by_both_clocks_in_doubt(cutoff, witness):
    proposal = cutoff.submitted()
    _open_incident(cutoff)
    witness(-SECOND)
    cutoff.at(SECOND)

    outcome = submission.withdraw(proposal=proposal, by=Receipt.objects.get().by)

    assert (outcome.provisional.act, Withdrawal.objects.count()) == ("WITHDRAW", 0)


def test_ended_incident_leaves_the_database_to_decide(cutoff, bundle, witness):
    incident = _open_incident(cutoff)
    Incident.objects.filter(pk=incident.pk).update(ended_at=cutoff.closes_at)
    witness(-SECOND / 4)

    cutoff.submit(bundle, SECOND / 4)

    assert _rows() == {"Refusal": 1}


def test_doubt_is_written_down_once_for_many(cutoff, bundle, witness):
    other = staged_bundle(tender=cutoff.tender)
    witness(-3600 * SECOND)

    cutoff.submit(bundle, SECOND)
    cutoff.submit(other, 2 * SECOND)

    assert (Incident.objects.count(), Provisional.objects.count()) == (1, 2)


def test_witness_is_taken_at_the_arrival_that_was_stamped(cutoff, witness):
    now = cutoff.at(4 * SECOND)
    witness(5 * SECOND)

    arrival = arrive(now - 3 * SECOND)

    assert (arrival.received_at, arrival.witnessed_at) == (now - 3 * SECOND, now - 2 * SECOND)


def test_stamp_of_the_proxy_makes_who_queued_in_time(cutoff, bundle):
    cutoff.at(5 * SECOND)

    outcome = submission.submit(
        bundle=bundle, sha256=bundle.sha256, by=bundle.staged_by, arrival=arrive(cutoff.closes_at - MICROSECOND)
    )

    assert outcome.receipt.received_at == cutoff.closes_at - MICROSECOND


@pytest.mark.parametrize("has_incident", [True, False])
@pytest.mark.parametrize(
    ("apart", "stamp", "database", "expected"),
    [
        # The proxy is behind: who came late has a stamp from before the deadline, and is late all the same.
        (-10, -SECOND, 9 * SECOND, "Refusal"),
        (-10, -10 * SECOND, 0 * SECOND, "Refusal"),
        # Who came in time and queued past the deadline has two people to decide.
        (-10, -11 * SECOND, 2 * SECOND, "Provisional"),
        (-10, -20 * SECOND, -SECOND, "Receipt"),
        # The proxy is ahead: a stamp after the deadline does not make late who came before it.
        (10, 9 * SECOND, 10 * SECOND, "Provisional"),
        (10, 10 * SECOND, 10 * SECOND, "Refusal"),
        (10, 5 * SECOND, -SECOND, "Receipt"),
        # A stamp that is right decides by itself.
        (0, -SECOND, 9 * SECOND, "Receipt"),
    ],
)
def test_stamp_that_is_off_decides_nothing(cutoff, bundle, monkeypatch, apart, stamp, database, expected, has_incident):
    if has_incident:
        Incident.objects.create(begun_at=cutoff.closes_at, noticed_by="test", kind="PROXY")
    monkeypatch.setattr(clock_guard, "stamps_apart", lambda: timedelta(seconds=apart))
    now = cutoff.at(database)

    submission.submit(
        bundle=bundle, sha256=bundle.sha256, by=bundle.staged_by, arrival=arrive(cutoff.closes_at + stamp)
    )

    assert _rows() == {expected: 1}
    for row in Provisional.objects.all():
        witnessed_at = cutoff.closes_at + stamp - timedelta(seconds=apart)
        assert (row.received_at, row.witnessed_at, row.incident.kind) == (now, witnessed_at, "PROXY")


@pytest.mark.parametrize(
    ("apart", "witnessed"),
    [(-10, -SECOND), (10, -11 * SECOND)],
    ids=["behind: who came by the right one is no later", "ahead: who came by it is no earlier than it says"],
)
def test_of_several_proxies_the_fault_of_one_makes_nobody_later(cutoff, monkeypatch, settings, apart, witnessed):
    settings.PORTAL_PROXY_CLOCKS = ["http://a.example.test/", "http://b.example.test/"]
    monkeypatch.setattr(clock_guard, "stamps_apart", lambda: timedelta(seconds=apart))
    now = cutoff.at(2 * SECOND)

    told = arrive(cutoff.closes_at - SECOND)

    assert (told.received_at, told.witnessed_at, told.doubted) == (now, cutoff.closes_at + witnessed, "PROXY")


@pytest.mark.parametrize(("apart", "is_kept"), [(-10, False), (0, True)])
def test_tick_by_a_stamp_that_is_off_is_judged_by_the_database(cutoff, bundle, monkeypatch, apart, is_kept):
    monkeypatch.setattr(clock_guard, "stamps_apart", lambda: timedelta(seconds=apart))
    cutoff.at(SECOND)

    with nullcontext() if is_kept else pytest.raises(Refused):
        auto_submit.ask(bundle=bundle, by=bundle.staged_by, stamp=cutoff.closes_at - SECOND)

    bundle.proposal.refresh_from_db()
    assert (bundle.proposal.auto_submit == bundle) is is_kept


@pytest.mark.parametrize(
    ("steady", "count"), [(None, 1), (2 * SECOND - MICROSECOND, 0), (2 * SECOND, 1), (3600 * SECOND, 1)]
)
def test_closing_waits_for_the_steady_clock(cutoff, witness, steady, count):
    cutoff.at(10 * SECOND)
    witness(steady)

    assert len(close_due()) == count


def test_a_process_that_was_held_up_between_two_clocks_is_in_no_doubt(cutoff, bundle, monkeypatch):
    """It read the database's clock just before the deadline and came to read its own when the deadline had passed."""
    received_at = cutoff.at(-SECOND / 10)
    steady = [cutoff.closes_at - SECOND]

    def read_and_be_held_up():
        steady[0] = cutoff.closes_at + SECOND
        return received_at

    monkeypatch.setattr(clock_guard, "witness", lambda: steady[0])
    monkeypatch.setattr(clock, "database_now", read_and_be_held_up)

    outcome = submission.submit(bundle=bundle, sha256=bundle.sha256, by=bundle.staged_by)

    assert outcome.receipt.received_at == received_at
    assert (_rows(), Incident.objects.count()) == ({"Receipt": 1}, 0)

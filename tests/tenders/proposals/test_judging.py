"""Whatever the wait and whatever a clock does meanwhile: an attempt ends in one row, and the row is true."""

import time
from datetime import timedelta

import pytest
from django.db import IntegrityError

from coalition_portal import clock
from coalition_portal.watch import incidents
from coalition_portal.watch.models import Incident
from tenders.proposals import arriving, sealed_log, submission, telling
from tenders.proposals.arriving import Arrival
from tenders.proposals.models import Act, Provisional, Receipt, Refusal, Withdrawal
from tests.benchmarks.checker import violations
from tests.benchmarks.evidence import read_evidence
from tests.factories.cutoffs import MICROSECOND
from tests.factories.proposals import staged_bundle
from tests.factories.tenders import published_tender

SECOND = timedelta(seconds=1)
MINUTE = timedelta(seconds=60)


@pytest.fixture(autouse=True)
def no_violation(db):
    yield
    assert violations([], read_evidence(), is_complete=False) == []


def _closed_since(while_ago):
    """A version in a tender whose deadline lies so far back, and nothing of it is closed; also the deadline."""
    closes_at = clock.now().replace(microsecond=0) - while_ago
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "database_now", lambda: closes_at - SECOND)
        return staged_bundle(tender=published_tender(closes_at=closes_at)), closes_at


def _arrived(age):
    return Arrival(received_at=clock.now() - age, witnessed_at=None)


def _submit(bundle, arrival):
    return submission.submit(bundle=bundle, sha256=bundle.sha256, by=bundle.staged_by, arrival=arrival)


def test_who_waited_for_a_minute_before_the_deadline_is_received_as_of_now():
    bundle, begun_at = staged_bundle(), clock.now()

    receipt = _submit(bundle, _arrived(MINUTE)).receipt

    assert begun_at - SECOND < receipt.received_at < begun_at + MINUTE


@pytest.mark.parametrize("is_closed", [False, True])
def test_who_waited_for_a_minute_across_the_deadline_is_neither_refused_nor_received(cutoff, is_closed):
    bundle = staged_bundle(tender=cutoff.tender)
    if is_closed:
        cutoff.close()
    arrival = Arrival(received_at=cutoff.closes_at - 2 * MINUTE, witnessed_at=None)

    first, again = _submit(bundle, arrival), _submit(bundle, arrival)

    row = Provisional.objects.get()
    assert (first.provisional, again.provisional) == (row, row)
    assert (row.received_at, row.incident) == (arrival.received_at, None)
    assert (Receipt.objects.count(), Refusal.objects.count()) == (0, 0)


def test_who_waited_for_a_minute_after_the_deadline_is_late():
    bundle, closes_at = _closed_since(2 * MINUTE)

    refusal = _submit(bundle, Arrival(received_at=closes_at, witnessed_at=None)).refusal

    assert refusal.received_at > closes_at + MINUTE


def test_withdrawal_that_waited_across_the_deadline_is_left_to_people(cutoff):
    proposal = cutoff.submitted()
    arrival = Arrival(received_at=cutoff.closes_at - 2 * MINUTE, witnessed_at=None)

    outcome = submission.withdraw(proposal=proposal, by=Receipt.objects.get().by, arrival=arrival)

    assert (outcome.provisional.act, Withdrawal.objects.count()) == (Act.WITHDRAW, 0)


@pytest.mark.parametrize("is_across", [False, True])
def test_stamp_that_grows_too_old_before_its_row_is_judged_anew(monkeypatch, is_across):
    bundle = _closed_since(20 * SECOND)[0] if is_across else staged_bundle()
    arrival, seal = _arrived(MINUTE - SECOND / 4), sealed_log.seal_judged

    def seal_slowly(*facts):
        time.sleep(max(0, (arrival.received_at + MINUTE + SECOND / 20 - clock.now()).total_seconds()))
        return seal(*facts)

    monkeypatch.setattr(sealed_log, "seal_judged", seal_slowly)

    outcome = _submit(bundle, arrival)

    assert (outcome.provisional is not None, outcome.receipt is not None) == (is_across, not is_across)


@pytest.mark.parametrize("age", [SECOND, 2 * MINUTE])
def test_fault_of_another_kind_is_raised_and_not_tried_for_ever(monkeypatch, age):
    bundle, tries = staged_bundle(), []

    def fail(*_receipt, **_mail):
        tries.append(1)
        raise IntegrityError("another")

    monkeypatch.setattr(telling, "tell_received", fail)

    with pytest.raises(IntegrityError, match="another"):
        _submit(bundle, _arrived(age))
    assert len(tries) == (1 if age < MINUTE else 4)


# The database's clock goes back while a request waits


def test_clock_that_went_back_behind_the_deadline_refuses_nobody_and_receives_nobody():
    closes_at = (clock.now() + 40 * SECOND).replace(microsecond=0)
    bundle = staged_bundle(tender=published_tender(closes_at=closes_at))

    provisional = _submit(bundle, Arrival(received_at=closes_at, witnessed_at=None)).provisional

    assert (provisional.incident, provisional.witnessed_at) == (Incident.objects.get(), closes_at)
    assert provisional.received_at < closes_at


def test_clock_that_went_back_far_from_the_deadline_is_taken_at_its_word():
    bundle = staged_bundle()
    ahead = clock.now() + 40 * SECOND

    receipt = _submit(bundle, Arrival(received_at=ahead, witnessed_at=None)).receipt

    assert receipt.received_at < ahead


# An incident that ends between two tries


def _in_doubt(cutoff):
    return Arrival(received_at=cutoff.closes_at + SECOND, witnessed_at=cutoff.closes_at - MICROSECOND)


def test_doubt_stands_for_this_arrival_though_its_incident_has_ended_since(cutoff, monkeypatch):
    bundle = staged_bundle(tender=cutoff.tender)

    def open_and_end(**evidence):
        incident = incidents.open_incident(**evidence)
        incidents.end_calm_incident(incident=incident, now=cutoff.closes_at)
        return incident

    monkeypatch.setattr(arriving, "open_incident", open_and_end)

    assert _submit(bundle, _in_doubt(cutoff)).provisional.incident == Incident.objects.get()


def test_doubt_that_somebody_else_wrote_down_and_ended_stands_too(cutoff, monkeypatch):
    bundle = staged_bundle(tender=cutoff.tender)
    columns = {"kind": "DATABASE", "begun_at": cutoff.closes_at, "ended_at": cutoff.closes_at, "noticed_by": "another"}
    monkeypatch.setattr(arriving, "open_incident", lambda **_evidence: Incident.objects.create(**columns) and None)

    assert _submit(bundle, _in_doubt(cutoff)).provisional.incident.noticed_by == "another"

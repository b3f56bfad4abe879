"""The checker finds what is planted, and finds nothing in a true history."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from coalition_portal import guards
from coalition_portal.ledger.entries import Event, commit, new_salt
from coalition_portal.ledger.models import Entry
from tenders.proposals import submission
from tenders.proposals.models import Closing, Receipt, Refusal
from tests.benchmarks.checker import SEALED_ACTS, violations
from tests.benchmarks.evidence import (
    LATE,
    PROVISIONAL,
    RECEIPT,
    SUBMIT,
    WITHDRAW,
    WITHDRAWAL,
    Attempt,
    Closed,
    Evidence,
    Line,
    Row,
    read_evidence,
)
from tests.factories.cutoffs import MICROSECOND, CutOff
from tests.factories.proposals import staged_bundle

D = datetime(2026, 10, 14, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TENDER = "IDC-2026-0001"


def row(kind, proposal, version, at, *, act=SUBMIT, seq=1, closes_at=D, **changes):
    salt = new_salt()
    facts = {
        "act": SEALED_ACTS[kind, act],
        "proposal": proposal,
        "version": version,
        "bundle_sha256": f"digest {version} of {proposal}",
        "deadline_seq": seq,
        "closes_at": closes_at,
        "received_at": at,
    }
    made = Row(
        kind=kind,
        act=act,
        tender=TENDER,
        proposal=proposal,
        version=version,
        sha256=facts["bundle_sha256"],
        seq=seq,
        closes_at=closes_at,
        received_at=at,
        salt=salt,
        commitment=commit(salt, facts),
    )
    return replace(made, **changes)


def attempt_of(made, *, took=SECOND / 100):
    return Attempt(
        client=f"client of {made.proposal}",
        proposal=made.proposal,
        version=made.version,
        sha256=made.sha256,
        sent_at=made.received_at,
        answered_at=made.received_at + took,
        answer=made.kind,
        act=made.act,
    )


def evidence_of(rows, *, counted, **changes):
    """`rows` in the order of the log, then the closing row over the proposals and versions that `counted` names."""
    salt = new_salt()
    entries = sorted([name, version, f"digest {version} of {name}"] for name, version in counted)
    closed = Closed(TENDER, 1, D + 2 * SECOND, salt, commit(salt, {"count": len(entries), "set": entries}))
    commitments = [each.commitment for each in rows] + [closed.commitment]
    events = [Event.PROPOSALS_SEALED_RECORDED] * len(rows) + [Event.PROPOSALS_TENDER_CLOSED]
    made = Evidence(
        deadlines={(TENDER, 1): D},
        rows=tuple(rows),
        closings=(closed,),
        log=tuple(
            Line(index, event, commitment, D + 2 * SECOND)
            for index, (event, commitment) in enumerate(zip(events, commitments, strict=True))
        ),
        committed=frozenset(commitments),
    )
    return replace(made, **changes)


IN_TIME = row(RECEIPT, "a", 1, D - MICROSECOND)
REPLACED, REPLACEMENT = row(RECEIPT, "b", 1, D - 9 * SECOND), row(RECEIPT, "b", 2, D - 8 * SECOND)
TAKEN_BACK = row(RECEIPT, "c", 1, D - 7 * SECOND)
TAKING_BACK = row(WITHDRAWAL, "c", 1, D - 6 * SECOND, act=WITHDRAW)
TOO_LATE = row(LATE, "d", 1, D)
ROWS = [REPLACED, REPLACEMENT, TAKEN_BACK, TAKING_BACK, IN_TIME, TOO_LATE]
COUNTED = [("a", 1), ("b", 2)]
CLEAN = evidence_of(ROWS, counted=COUNTED)
HISTORY = [attempt_of(each) for each in ROWS]


def rules(history, evidence, **options):
    return [violation.rule for violation in violations(history, evidence, **options)]


def without(*gone):
    """Evidence in which these rows and their entries never were."""
    return evidence_of([each for each in ROWS if each not in gone], counted=COUNTED)


def with_rows(*more):
    return evidence_of([*ROWS, *more], counted=COUNTED)


def test_true_history_has_no_violation():
    assert violations(HISTORY, CLEAN) == []


def test_true_history_with_repeats_and_lost_answers_has_no_violation():
    repeat = replace(HISTORY[0], sent_at=D + SECOND, answered_at=D + 2 * SECOND)
    unheard = replace(attempt_of(row(RECEIPT, "e", 1, D - SECOND)), answered_at=None, answer="none")

    assert violations([*HISTORY, repeat, unheard], CLEAN) == []


def test_late_receipt_is_found():
    late = row(RECEIPT, "a", 1, D)
    evidence = evidence_of([late if each is IN_TIME else each for each in ROWS], counted=COUNTED)

    assert rules([attempt_of(late) if each.proposal == "a" else each for each in HISTORY], evidence) == ["I3"]


def test_receipt_stamped_back_before_its_client_sent_it_is_found():
    sent_late = replace(attempt_of(IN_TIME), sent_at=D + SECOND, answered_at=D + 2 * SECOND)

    assert rules([sent_late if each.proposal == "a" else each for each in HISTORY], CLEAN) == ["I3"]


def test_lost_acknowledged_receipt_is_found():
    assert rules(HISTORY, evidence_of(ROWS[:4] + ROWS[5:], counted=COUNTED[1:])) == ["I1"]


def test_receipt_lost_from_the_set_alone_is_found():
    assert rules(HISTORY, evidence_of(ROWS, counted=COUNTED[1:])) == ["I2"]


def test_acknowledged_receipt_missing_from_the_opened_set_is_found():
    everything = frozenset({("a", 1, IN_TIME.sha256), ("b", 2, REPLACEMENT.sha256)})

    assert rules(HISTORY, replace(CLEAN, opened={TENDER: everything})) == []
    assert rules(HISTORY, replace(CLEAN, opened={TENDER: frozenset(list(everything)[:1])})) != []
    assert rules(HISTORY, replace(CLEAN, opened={TENDER: everything | {("z", 1, "digest")}})) == ["I2"]


def test_other_bytes_under_an_acknowledged_receipt_are_found():
    other = replace(HISTORY[4], sha256="another digest")

    assert rules([*HISTORY[:4], other, HISTORY[5]], CLEAN) == ["I1"]


def test_early_refusal_is_found():
    early = row(LATE, "d", 1, D - MICROSECOND)

    assert rules([*HISTORY[:5], attempt_of(early)], evidence_of([*ROWS[:5], early], counted=COUNTED)) == ["I4"]


def test_client_that_sent_in_time_and_was_refused_is_found():
    sent_in_time = replace(HISTORY[5], sent_at=D - SECOND / 10)

    assert rules([*HISTORY[:5], sent_in_time], CLEAN) == ["I4"]
    assert rules([*HISTORY[:5], replace(HISTORY[5], sent_at=D - SECOND / 100)], CLEAN) == []


@pytest.mark.parametrize("kind", [LATE, PROVISIONAL])
def test_second_row_for_one_attempt_is_found(kind):
    second = row(kind, "a", 1, D if kind == LATE else D - SECOND)

    assert set(rules(HISTORY, with_rows(second))) == {"I5"}


def test_refusal_that_has_no_row_is_found():
    assert rules(HISTORY, without(TOO_LATE)) == ["I5"]


def test_row_that_nobody_asked_for_is_found_where_all_attempts_are_known():
    assert rules(HISTORY[:5], CLEAN) == ["I5"]
    assert rules(HISTORY[:5], CLEAN, is_complete=False) == []


def test_receipt_of_the_closer_itself_needs_no_attempt():
    auto = replace(row(RECEIPT, "f", 1, D - 60 * SECOND), is_auto=True)
    evidence = evidence_of([*ROWS, auto], counted=[*COUNTED, ("f", 1)])

    assert rules(HISTORY, evidence) == []


@pytest.mark.parametrize(
    "planted",
    [
        replace(CLEAN, log_fault="Entry 3 was changed."),
        replace(CLEAN, log=CLEAN.log[1:]),
        replace(CLEAN, log=CLEAN.log[:-1]),
        replace(CLEAN, log=(*CLEAN.log, Line(99, Event.PROPOSALS_SEALED_RECORDED, "of no row", D + 3 * SECOND))),
        replace(CLEAN, rows=(*CLEAN.rows[:4], replace(IN_TIME, received_at=D - 2 * MICROSECOND), CLEAN.rows[5])),
        replace(CLEAN, rows=(*CLEAN.rows[:4], replace(IN_TIME, received_at=D - 30 * SECOND), CLEAN.rows[5])),
    ],
    ids=["broken", "entry of a row gone", "entry of the closing gone", "entry too many", "microsecond", "stamp"],
)
def test_log_that_disagrees_is_found(planted):
    assert "I6" in rules(HISTORY, planted)


def test_receipt_behind_the_closing_row_is_found():
    first, *others = CLEAN.log
    evidence = replace(CLEAN, log=(*others, replace(first, index=99)))

    assert rules(HISTORY, evidence) == ["I2"]


def test_row_under_a_deadline_that_is_not_there_is_found():
    assert set(rules(HISTORY, replace(CLEAN, deadlines={(TENDER, 2): D}))) == {"I6"}


def test_accepted_provisional_rows_are_explained():
    arrived = row(PROVISIONAL, "g", 1, D - SECOND)
    leaving = row(PROVISIONAL, "a", 1, D - SECOND, act=WITHDRAW)
    evidence = evidence_of(
        [*ROWS, arrived, leaving],
        counted=COUNTED,
        decided={arrived.key: D + 60 * SECOND, leaving.key: D + 60 * SECOND},
        opened={TENDER: frozenset({("b", 2, REPLACEMENT.sha256), ("g", 1, arrived.sha256)})},
    )

    assert rules([*HISTORY, attempt_of(arrived), attempt_of(leaving)], evidence) == []


# The same over a real database


@pytest.fixture
def played(db, database_clock):
    """A closed tender with one receipt replaced, one withdrawn, one refusal, and what their clients remember."""
    cutoff, history = CutOff(database_clock), []

    def submit(bundle, offset):
        outcome = cutoff.submit(bundle, offset)
        made = outcome.receipt or outcome.refusal
        history.append(_remembered(bundle, made.received_at, RECEIPT if outcome.receipt else LATE))

    first = staged_bundle(tender=cutoff.tender)
    submit(first, -9 * SECOND)
    submit(staged_bundle(proposal=first.proposal, is_changed=True), -8 * SECOND)
    gone = staged_bundle(tender=cutoff.tender)
    submit(gone, -7 * SECOND)
    withdrawal = submission.withdraw(proposal=gone.proposal, by=gone.staged_by).withdrawal
    history.append(replace(_remembered(gone, withdrawal.received_at, WITHDRAWAL), act=WITHDRAW))
    submit(staged_bundle(tender=cutoff.tender), timedelta(0))
    cutoff.close()
    return history


def _remembered(bundle, at, answer):
    return Attempt("client", bundle.proposal.public_id, bundle.version, bundle.sha256, at, at + SECOND, answer)


def test_what_the_portal_wrote_has_no_violation(played):
    assert violations(played, read_evidence()) == []


def _tamper(act):
    connection.check_constraints()  # PostgreSQL alters no table that has rows to be checked at the end.
    with transaction.atomic(), guards.disabled(connection):
        act()
        connection.check_constraints()


def _forget_a_receipt():
    Receipt.objects.filter(bundle__version=2).delete()


def _refuse_what_was_received():
    receipt = Receipt.objects.filter(bundle__version=2).get()
    columns = {name: getattr(receipt, name) for name in ("tender", "seq", "closes_at", "by", "bundle", "proposal")}
    late = receipt.closes_at + SECOND
    Refusal.objects.create(act="SUBMIT", received_at=late, salt=receipt.salt, commitment="0" * 64, **columns)


def _change_the_log():
    Entry.objects.filter(commitment=Receipt.objects.first().commitment).update(subject="other")


def _move_the_closing():
    Closing.objects.update(commitment="0" * 64)


@pytest.mark.parametrize(
    ("act", "found"),
    [
        (_forget_a_receipt, {"I1", "I2", "I6"}),
        (_refuse_what_was_received, {"I5", "I6"}),
        (_change_the_log, {"I6"}),
        (_move_the_closing, {"I2", "I6"}),
    ],
)
def test_what_is_planted_in_the_database_is_found(played, act, found):
    _tamper(act)

    assert set(rules(played, read_evidence())) == found

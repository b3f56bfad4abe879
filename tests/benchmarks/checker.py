"""Replays what clients remember against what a database holds, and names each violation of the invariants I1 to I6.

I1 every acknowledged receipt that was not replaced or withdrawn in time is in the final set; I2 the final set has
nothing else but what two people accepted; I3 nothing was received at or after its deadline; I4 nothing was refused for
lateness before it; I5 each attempt ended in exactly one row; I6 log and tables agree. Slow and plain on purpose: it
derives everything anew and calls none of the portal's own judgements.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from coalition_portal.ledger.entries import Event, commit
from tests.benchmarks.evidence import (
    LATE,
    PROVISIONAL,
    RECEIPT,
    ROW_ANSWERS,
    SUBMIT,
    WITHDRAW,
    WITHDRAWAL,
    Attempt,
    Closed,
    Evidence,
    Row,
)

IN_FLIGHT = timedelta(milliseconds=20)
"""So long a request may be under way to the stamp: what is sent within it before the deadline may be late."""

SEALED_ACTS = {
    (RECEIPT, SUBMIT): "receipt",
    (WITHDRAWAL, WITHDRAW): "withdrawal",
    (LATE, SUBMIT): "refusal of SUBMIT",
    (LATE, WITHDRAW): "refusal of WITHDRAW",
    (PROVISIONAL, SUBMIT): "provisional SUBMIT",
    (PROVISIONAL, WITHDRAW): "provisional WITHDRAW",
}


@dataclass(frozen=True)
class Violation:
    rule: str
    sentence: str

    def __str__(self):
        return f"{self.rule}: {self.sentence}"


def violations(history: Iterable[Attempt], evidence: Evidence, *, is_complete: bool = True) -> list[Violation]:
    """All of them, in the order of the rules.

    `is_complete`: no attempt was made that is not in `history`.
    """
    attempts = list(history)
    found = [
        *_lost(attempts, evidence),
        *_final_sets(evidence),
        *_too_late(attempts, evidence),
        *_refused_early(attempts, evidence),
        *_not_one_row(attempts, evidence, is_complete),
        *_log(evidence),
    ]
    return sorted(found, key=lambda violation: violation.rule)


# I1 and I2


def _lost(attempts: list[Attempt], evidence: Evidence) -> Iterator[Violation]:
    held = {row.key: row for row in evidence.rows if row.kind == RECEIPT}
    for attempt in attempts:
        if attempt.answer != RECEIPT:
            continue
        row = held.get((attempt.proposal, attempt.version, SUBMIT))
        if row is None:
            yield Violation("I1", f"{_name(attempt)} was acknowledged and has no receipt.")
        elif row.sha256 != attempt.sha256:
            yield Violation("I1", f"{_name(attempt)} was acknowledged with digest {attempt.sha256}, not {row.sha256}.")
        elif row.tender in evidence.opened and not _is_kept(row, evidence):
            yield Violation("I1", f"{_name(attempt)} was acknowledged, counts, and is not in the opened set.")


def _is_kept(row: Row, evidence: Evidence) -> bool:
    """In the opened set, or rightly not: replaced by a higher version or withdrawn."""
    wanted = {entry for entry in counted(evidence, row.tender) if entry[0] == row.proposal}
    return wanted <= evidence.opened[row.tender]


def counted(evidence: Evidence, tender: str, closed: Closed | None = None) -> set[tuple[str, int, str]]:
    """The set that the rows explain: of each proposal the highest version received or reinstated, if not withdrawn.

    With `closed` it is the set at that closing row: rows up to its deadline row, decisions before its instant. What was
    withdrawn after a doubtful submit arrived is not brought back by two people who accept that submit.
    """
    rows = [row for row in evidence.rows if row.tender == tender and (closed is None or row.seq <= closed.seq)]
    came_in: dict[str, Row] = {}
    withdrawn = {row.key[:2] for row in rows if row.kind == WITHDRAWAL}
    last_word = {row.proposal: row.received_at for row in sorted(rows, key=_received) if row.kind == WITHDRAWAL}
    for row in rows:
        decided_at = evidence.decided.get(row.key) if row.kind == PROVISIONAL else None
        is_accepted = decided_at is not None and (closed is None or decided_at < closed.closed_at)
        if is_accepted and row.act == WITHDRAW:
            withdrawn.add(row.key[:2])
        elif row.kind == RECEIPT or (is_accepted and row.received_at >= last_word.get(row.proposal, row.received_at)):
            came_in[row.proposal] = max(row, came_in.get(row.proposal, row), key=lambda each: each.version)
    return {(row.proposal, row.version, row.sha256) for row in came_in.values() if row.key[:2] not in withdrawn}


def _received(row: Row) -> datetime:
    return row.received_at


def _final_sets(evidence: Evidence) -> Iterator[Violation]:
    for closed in evidence.closings:
        entries = sorted(counted(evidence, closed.tender, closed))
        secret = {"count": len(entries), "set": [list(entry) for entry in entries]}
        if commit(closed.salt, secret) != closed.commitment:
            yield Violation(
                "I2", f"the closing row {closed.seq} of {closed.tender} commits to another set than its rows explain."
            )
    for number, opened in evidence.opened.items():
        for proposal, version, _digest in sorted(opened - counted(evidence, number)):
            yield Violation("I2", f"version {version} of {proposal} was opened and nothing explains it.")
    yield from _received_after_closing(evidence)


def _received_after_closing(evidence: Evidence) -> Iterator[Violation]:
    place = {line.commitment: line.index for line in evidence.log if line.commitment}
    closed = {(each.tender, each.seq): place.get(each.commitment) for each in evidence.closings}
    for row in evidence.rows:
        end, own = closed.get((row.tender, row.seq)), place.get(row.commitment)
        if row.kind in (RECEIPT, WITHDRAWAL) and end is not None and own is not None and own > end:
            yield Violation("I2", f"the {row.kind} of {_label(row)} stands behind the closing row in the log.")


# I3 and I4


def _too_late(attempts: list[Attempt], evidence: Evidence) -> Iterator[Violation]:
    first_sent = _first_sent(attempts)
    for row in evidence.rows:
        if row.kind not in (RECEIPT, WITHDRAWAL):
            continue
        deadline = evidence.deadlines.get((row.tender, row.seq))
        if deadline is not None and row.received_at >= deadline:
            yield Violation("I3", f"the {row.kind} of {_label(row)} is of {row.received_at}, at or after {deadline}.")
        sent_at = first_sent.get(row.key)
        if sent_at and not row.is_auto and row.received_at < sent_at - IN_FLIGHT:
            yield Violation("I3", f"the {row.kind} of {_label(row)} was stamped before it was sent at {sent_at}.")


def _first_sent(attempts: list[Attempt]) -> dict[tuple[str, int, str], object]:
    first = {}
    for attempt in attempts:
        key = (attempt.proposal, attempt.version, attempt.act)
        first[key] = min(attempt.sent_at, first.get(key, attempt.sent_at))
    return first


def _refused_early(attempts: list[Attempt], evidence: Evidence) -> Iterator[Violation]:
    refusals = {}
    for row in evidence.rows:
        if row.kind != LATE:
            continue
        refusals.setdefault(row.key, []).append(row)
        deadline = evidence.deadlines.get((row.tender, row.seq))
        if deadline is not None and row.received_at < deadline:
            yield Violation("I4", f"{_label(row)} was refused as late at {row.received_at}, before {deadline}.")
    for attempt in attempts:
        rows = refusals.get((attempt.proposal, attempt.version, attempt.act), [])
        if attempt.answer != LATE or not rows:
            continue
        # Under an extended deadline an earlier refusal stays true: the attempt is judged by the first of them.
        deadline = min(row.closes_at for row in rows)
        if attempt.sent_at + IN_FLIGHT < deadline:
            early = (deadline - attempt.sent_at).total_seconds()
            yield Violation("I4", f"{_name(attempt)} was sent {early:.3f} s before the deadline and refused as late.")


# I5


def _not_one_row(attempts: list[Attempt], evidence: Evidence, is_complete: bool) -> Iterator[Violation]:
    by_key: dict[tuple[str, int, str], list[Row]] = {}
    for row in evidence.rows:
        by_key.setdefault(row.key, []).append(row)
    tries = Counter((attempt.proposal, attempt.version, attempt.act) for attempt in attempts)
    for attempt in attempts:
        kinds = {row.kind for row in by_key.get((attempt.proposal, attempt.version, attempt.act), [])}
        # An acknowledged receipt that is gone is a violation of I1.
        if attempt.answer in ROW_ANSWERS and attempt.answer != RECEIPT and attempt.answer not in kinds:
            yield Violation("I5", f"{_name(attempt)} was answered {attempt.answer} and has no such row.")
    place = {line.commitment: line.index for line in evidence.log if line.commitment}
    for key, rows in by_key.items():
        in_order = sorted(rows, key=lambda row: place.get(row.commitment, len(evidence.log)))
        yield from _too_many(key, in_order, tries[key], is_complete)


def _too_many(key: tuple, rows: list[Row], tries: int, is_complete: bool) -> Iterator[Violation]:
    """`rows` in the order of the log. A repeat of what was received gets the same row, so nothing follows a receipt.

    A refusal may stand before it: another request for the same version arrived in time and waited longer.
    """
    for seq in sorted({row.seq for row in rows}):
        under = [row.kind for row in rows if row.seq == seq]
        taken = [number for number, kind in enumerate(under) if kind in (RECEIPT, WITHDRAWAL)]
        if len(set(under)) < len(under) or (taken and taken[0] < len(under) - 1):
            yield Violation("I5", f"{_label(rows[0])} has {' and '.join(under)} under deadline row {seq}.")
    asked = [row for row in rows if not row.is_auto]
    if is_complete and len(asked) > tries:
        yield Violation("I5", f"{_label(rows[0])} has {len(asked)} rows for {tries} attempts to {key[2].lower()}.")


# I6


def _log(evidence: Evidence) -> Iterator[Violation]:
    if evidence.log_fault:
        yield Violation("I6", evidence.log_fault)
    lines = {line.commitment: line for line in evidence.log if line.commitment}
    for row in evidence.rows:
        yield from _row_and_line(row, lines.get(row.commitment), evidence)
    for closed in evidence.closings:
        if closed.commitment not in lines:
            yield Violation("I6", f"the closing row {closed.seq} of {closed.tender} has no entry in the log.")
    sealed = [line for line in evidence.log if line.event == Event.PROPOSALS_SEALED_RECORDED]
    without_row = [line.index for line in sealed if line.commitment not in evidence.committed]
    if without_row:
        yield Violation("I6", f"{len(without_row)} entries of the log commit to no row: {without_row[:9]}.")


def _row_and_line(row: Row, line, evidence: Evidence) -> Iterator[Violation]:
    if evidence.deadlines.get((row.tender, row.seq)) != row.closes_at:
        yield Violation("I6", f"the {row.kind} of {_label(row)} names a deadline that is no row.")
    if line is None:
        yield Violation("I6", f"the {row.kind} of {_label(row)} has no entry in the log.")
    elif line.recorded_at < row.received_at:
        yield Violation("I6", f"the {row.kind} of {_label(row)} was recorded before it was received.")
    if commit(row.salt, _secret(row)) != row.commitment:
        yield Violation("I6", f"the {row.kind} of {_label(row)} is not what its entry in the log commits to.")


def _secret(row: Row) -> dict:
    return {
        "act": SEALED_ACTS[row.kind, row.act],
        "proposal": row.proposal,
        "version": row.version,
        "bundle_sha256": row.sha256,
        "deadline_seq": row.seq,
        "closes_at": row.closes_at,
        "received_at": row.received_at,
    }


def _label(row: Row) -> str:
    return f"version {row.version} of {row.proposal}"


def _name(attempt: Attempt) -> str:
    return f"version {attempt.version} of {attempt.proposal} by client {attempt.client}"

"""What a database holds about a cut-off, copied into plain values, and what clients remember of their attempts."""

from dataclasses import dataclass, field
from datetime import datetime

RECEIPT, WITHDRAWAL, LATE, PROVISIONAL = "receipt", "withdrawal", "late", "provisional"
SUBMIT, WITHDRAW = "SUBMIT", "WITHDRAW"
ROW_ANSWERS = (RECEIPT, WITHDRAWAL, LATE, PROVISIONAL)
"""Answers that a row must stand behind; `refused` (another reason), `error` and `none` (no answer) promise none."""


@dataclass(frozen=True)
class Attempt:
    """One request as its client saw it, by the clock of the client's host. `answered_at` is None without an answer."""

    client: str
    proposal: str
    version: int
    sha256: str
    sent_at: datetime
    answered_at: datetime | None
    answer: str
    act: str = SUBMIT


@dataclass(frozen=True)
class Row:
    """A receipt, withdrawal, lateness refusal or provisional row."""

    kind: str
    act: str
    tender: str
    proposal: str
    version: int
    sha256: str
    seq: int
    closes_at: datetime
    received_at: datetime
    salt: str
    commitment: str
    is_auto: bool = False

    @property
    def key(self):
        return self.proposal, self.version, self.act


@dataclass(frozen=True)
class Closed:
    tender: str
    seq: int
    closed_at: datetime
    salt: str
    commitment: str


@dataclass(frozen=True)
class Line:
    """An entry of the log; `commitment` is None where it commits to nothing."""

    index: int
    event: str
    commitment: str | None
    recorded_at: datetime


@dataclass(frozen=True)
class Evidence:
    """`decided` holds accepted provisional rows as (proposal, version, act) with the instant of the second word.

    `opened` has the opened set of each tender that was opened: (proposal, version, digest). `committed` are the
    commitments of all rows of any table, `log_fault` is the first thing wrong inside the log, or empty.
    """

    deadlines: dict[tuple[str, int], datetime]
    rows: tuple[Row, ...]
    closings: tuple[Closed, ...]
    log: tuple[Line, ...]
    committed: frozenset[str]
    decided: dict[tuple[str, int, str], datetime] = field(default_factory=dict)
    opened: dict[str, frozenset[tuple[str, int, str]]] = field(default_factory=dict)
    log_fault: str = ""


def read_evidence() -> Evidence:
    """Everything from the database that this process is connected to."""
    # A bench reads this module before it has connected itself to a database.
    from coalition_portal.ledger.models import Entry
    from tenders.notices.models import Deadline
    from tenders.proposals.models import Closing

    return Evidence(
        deadlines={(row.tender.number, row.seq): row.closes_at for row in Deadline.objects.select_related("tender")},
        rows=tuple(_rows()),
        closings=tuple(
            Closed(row.tender.number, row.seq, row.closed_at, row.salt, row.commitment)
            for row in Closing.objects.select_related("tender").order_by("tender", "seq")
        ),
        log=tuple(
            Line(entry.index, entry.event, entry.commitment, entry.recorded_at)
            for entry in Entry.objects.order_by("index")
        ),
        committed=frozenset(_commitments()),
        decided=_decided(),
        opened=_opened(),
        log_fault=_log_fault(),
    )


def _rows():
    from tenders.proposals.models import Provisional, Receipt, ReceiptKind, Refusal, Withdrawal

    for row in Receipt.objects.select_related("tender", "proposal", "bundle"):
        yield _row(row, RECEIPT, SUBMIT, row.bundle, is_auto=row.kind == ReceiptKind.AUTO)
    for row in Withdrawal.objects.select_related("tender", "proposal", "receipt__bundle", "reinstatement__bundle"):
        yield _row(row, WITHDRAWAL, WITHDRAW, row.bundle)
    for row in Refusal.objects.select_related("tender", "proposal", "bundle"):
        yield _row(row, LATE, row.act, row.bundle)
    for row in Provisional.objects.select_related("tender", "proposal", "bundle"):
        yield _row(row, PROVISIONAL, row.act, row.bundle)


def _row(row, kind, act, bundle, *, is_auto=False):
    return Row(
        kind=kind,
        act=act,
        tender=row.tender.number,
        proposal=row.proposal.public_id,
        version=bundle.version,
        sha256=bundle.sha256,
        seq=row.seq,
        closes_at=row.closes_at,
        received_at=row.received_at,
        salt=row.salt,
        commitment=row.commitment,
        is_auto=is_auto,
    )


def _commitments():
    from django.apps import apps

    from coalition_portal.ledger.models import Entry

    for model in apps.get_models():
        if model is not Entry and any(field.name == "commitment" for field in model._meta.fields):
            yield from model.objects.exclude(commitment=None).values_list("commitment", flat=True)


def _decided():
    from tenders.proposals.models import Provisional
    from tenders.proposals.queries import WORDS_NEEDED

    decided = {}
    for row in Provisional.objects.select_related("proposal", "bundle").prefetch_related("decisions"):
        words = sorted(word.decided_at for word in row.decisions.all() if word.accepted)
        if len(words) >= WORDS_NEEDED:
            decided[row.proposal.public_id, row.bundle.version, row.act] = words[WORDS_NEEDED - 1]
    return decided


def _opened():
    from tenders.notices.models import Tender
    from tenders.proposals.models import OpenedProposal

    opened = {tender.number: set() for tender in Tender.objects.filter(opening__opened_at__isnull=False).only("number")}
    for row in OpenedProposal.objects.select_related("tender", "proposal", "bundle"):
        opened[row.tender.number].add((row.proposal.public_id, row.bundle.version, row.bundle.sha256))
    return {number: frozenset(found) for number, found in opened.items()}


def _log_fault():
    from coalition_portal.ledger.verify import LogBroken, verify

    try:
        verify()
    except LogBroken as fault:
        return str(fault)
    return ""

"""Public events, numbered in the order of their commits. Mails and feeds read them; nobody writes a second history."""

from datetime import datetime

from django.db.models import Max

from coalition_portal.formatting import iso
from coalition_portal.ledger.append import lock_log
from tenders.notices.models import Change, ChangeKind, Deadline, Tender
from tenders.notices.timetable import status_at


def record_change(*, kind: ChangeKind, tender: Tender, at: datetime, snapshot: dict | None = None) -> Change:
    """Write the next change inside the caller's transaction, just before its log entry: it takes the log lock.

    `tender` must be saved already. `snapshot` is public data only; without one it is made from the tender as it is now.
    """
    lock_log()
    last = Change.objects.aggregate(last=Max("number"))["last"] or 0
    return Change.objects.create(
        number=last + 1, kind=ChangeKind(kind), tender=tender, at=at, snapshot=snapshot or snapshot_of(tender, at)
    )


def snapshot_of(tender: Tender, at: datetime) -> dict:
    """What the public knew of the tender at that instant, in the shape of the status API."""
    closes_at = Deadline.objects.filter(tender=tender).order_by("-seq").values_list("closes_at", flat=True).first()
    return {
        "id": tender.number,
        "status": status_at(tender.state, closes_at, at).value,
        "version": tender.version,
        "deadline": iso(closes_at) if closes_at else None,
    }

"""Settle, then write the closing row. What people see (open, sealed) is computed from the clock, earlier by that."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from coalition_portal import clock, locks
from coalition_portal.ledger.append import append
from coalition_portal.ledger.entries import Event, commit, new_salt
from coalition_portal.watch import clock_guard
from tenders.notices.changes import record_change
from tenders.notices.models import ChangeKind, Deadline
from tenders.proposals.auto_submit import receive_asked
from tenders.proposals.models import Closing
from tenders.proposals.queries import counting_bundles, deadlines_to_close


def close_due() -> list[Closing]:
    """Close every tender whose deadline and settling are over by the database's clock; safe to run twice at once.

    A closing is final, so it waits where the steady clock of this process, if it has one, lies behind. A tender that
    cannot be closed holds up none of the others; what went wrong is raised when all had their turn.
    """
    database_now, steady_now = clock.database_now(), clock_guard.witness()
    settled = min(database_now, steady_now or database_now) - timedelta(seconds=settings.PORTAL_SETTLE_SECONDS)
    closings, errors = [], []
    for deadline in deadlines_to_close(settled):
        try:
            closings.append(close(deadline=deadline))
        except Exception as error:
            errors.append(error)
    if errors:
        raise ExceptionGroup("tenders could not be closed", errors)
    return [closing for closing in closings if closing]


def close(*, deadline: Deadline) -> Closing | None:
    """One closing in its own short transaction under the exclusive lock; None where it is no longer due."""
    with locks.deadline_gate(), transaction.atomic(durable=True):
        locks.tender_exclusive(deadline.tender_id)
        closed_at = clock.database_now()
        if not deadlines_to_close(closed_at).filter(pk=deadline.pk).exists():
            return None
        tender = deadline.tender
        receive_asked(deadline, closed_at)
        salt, root = new_salt(), _set_of(tender)
        closing = Closing.objects.create(
            tender=tender,
            seq=deadline.seq,
            closes_at=deadline.closes_at,
            closed_at=closed_at,
            salt=salt,
            commitment=commit(salt, root),
        )
        record_change(kind=ChangeKind.SEALED, tender=tender, at=closed_at)
        append(
            event=Event.PROPOSALS_TENDER_CLOSED,
            subject=tender.number,
            facts={"seq": deadline.seq, "closes_at": deadline.closes_at},
            at=closed_at,
            commitment=closing.commitment,
        )
        return closing


def _set_of(tender) -> dict:
    """What the closing commits to: the number of proposals and the digest of each, in a stable order."""
    rows = counting_bundles(tender).values_list("proposal__public_id", "version", "sha256")
    return {"count": len(rows), "set": [list(row) for row in rows]}

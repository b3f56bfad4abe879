"""Everything that is due, found from rows alone. Celery runs it every few seconds; `manage.py sweep` does the same."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from coalition_portal.post.delivery import send_due
from tenders.proposals.closing import close_due
from tenders.proposals.orphans import end_expired
from tenders.proposals.reminders import queue_notices, queue_reminders
from tenders.proposals.scanning import rescan_due
from tenders.proposals.staging_jobs import take_up
from tenders.proposals.uploading import finish_received

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Swept:
    """How many things the sweep did; all zero when nothing was due."""

    closed: int
    reminder_rounds: int
    notices: int
    mails: int
    staged: int
    uploads: int = 0
    scanned: int = 0


def sweep(*, now: datetime) -> Swept:
    """Close, remind, tell, send, each in transactions of its own; run it as often and in as many places as you like.

    A part that fails holds up none of the others; what went wrong is raised when all had their turn.
    """
    counts, errors = {}, []
    for name, part in PARTS.items():
        try:
            counts[name] = part(now)
        except Exception as error:
            errors.append(error)
            counts[name] = 0
    swept = Swept(**counts)
    if any(counts.values()):
        logger.info("swept %s", counts)
    if errors:
        raise ExceptionGroup("parts of the sweep failed", errors)
    return swept


def _close(_now: datetime) -> int:
    """By the database's clock alone."""
    return len(close_due())


def _mend_uploads(now: datetime) -> int:
    return finish_received(now=now) + end_expired(now)


# In this order: what reads many bytes comes last.
PARTS: dict[str, Callable[[datetime], int]] = {
    "closed": _close,
    "reminder_rounds": queue_reminders,
    "notices": queue_notices,
    "mails": lambda now: send_due(now=now),
    "staged": take_up,
    "uploads": _mend_uploads,
    "scanned": rescan_due,
}

"""Everything that is due, found from rows alone. Celery runs it every few seconds; `manage.py sweep` does the same."""

import logging
from dataclasses import asdict, dataclass
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
    """Close, remind, tell, send, each in transactions of its own; run it as often and in as many places as you like."""
    swept = Swept(
        closed=len(close_due()),
        reminder_rounds=queue_reminders(now),
        notices=queue_notices(now),
        mails=send_due(now=now),
        # Last, because it may read back half a gigabyte.
        staged=take_up(now),
        uploads=finish_received(now=now) + end_expired(now),
        scanned=rescan_due(now),
    )
    if any(asdict(swept).values()):
        logger.info("swept %s", asdict(swept))
    return swept

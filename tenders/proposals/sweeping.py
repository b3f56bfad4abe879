"""Everything that is due, found from rows alone. Celery runs it every few seconds; `manage.py sweep` does the same."""

import logging
from dataclasses import asdict, dataclass
from datetime import datetime

from coalition_portal.post.delivery import send_due
from tenders.proposals.closing import close_due
from tenders.proposals.reminders import queue_notices, queue_reminders

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Swept:
    """How many things the sweep did; all zero when nothing was due."""

    closed: int
    reminder_rounds: int
    notices: int
    mails: int


def sweep(*, now: datetime) -> Swept:
    """Close, remind, tell, send, each in transactions of its own; run it as often and in as many places as you like."""
    swept = Swept(
        closed=len(close_due()),
        reminder_rounds=queue_reminders(now),
        notices=queue_notices(now),
        mails=send_due(now=now),
    )
    if any(asdict(swept).values()):
        logger.info("swept %s", asdict(swept))
    return swept

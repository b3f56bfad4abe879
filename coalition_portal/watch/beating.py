"""One row for each worker and beat that says when it last did its work.

A thread with a timer would go on beating beside a worker that has silently stopped to take tasks. So a worker beats
when it has run a task, and a beat when it has sent one; each also when it starts.
"""

import logging
import os
import socket
import threading
import time
from datetime import datetime, timedelta

from django.db import Error

from coalition_portal.watch.models import Heartbeat

logger = logging.getLogger(__name__)

BEAT_SECONDS = 10
KEPT = timedelta(days=1)

_lock = threading.Lock()
_last: dict[str, float] = {}


def beat(*, name: str, kind: str, now: datetime) -> None:
    """Write that `name` is alive at `now`: one statement, whether it beat before or not."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, kind=kind, beaten_at=now)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["kind", "beaten_at"],
    )


def beat_at_start(*, name: str, kind: str, now: datetime) -> None:
    """As `beat`, and forget those that have not beaten for a day: every start has a name of its own."""
    Heartbeat.objects.filter(beaten_at__lt=now - KEPT).delete()
    beat(name=name, kind=kind, now=now)


def beat_now_and_then(*, name: str, kind: str, now: datetime) -> bool:
    """As `beat`, at most once in ten seconds in this process; says whether it did.

    A database that refuses is logged and never stops the work that the heartbeat is about.
    """
    if not _is_time(name, time.monotonic()):
        return False
    try:
        beat(name=name, kind=kind, now=now)
    except Error as error:
        logger.warning("no heartbeat of %s: %s", name, error)
        return False
    return True


def name_of(kind: str) -> str:
    """As in worker@host:4711. Children of one worker process share a name when each calls it by its parent's."""
    return f"{kind}@{socket.gethostname()}:{os.getpid()}"[:120]


def _is_time(name: str, at: float) -> bool:
    with _lock:
        if name in _last and at - _last[name] < BEAT_SECONDS:
            return False
        _last[name] = at
        return True

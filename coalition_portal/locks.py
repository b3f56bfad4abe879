"""Locks, in the one order that everybody keeps: deadline gate, transaction, tender lock, row locks, log lock.

PostgreSQL queues advisory locks fairly, so a closing that waits for the exclusive lock is not starved by submissions.
SQLite has one writer at a time already; what it lacks is fairness, and the gate gives that. The gate serves one host.
"""

import fcntl
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from django.conf import settings
from django.db import connection

TENDER_SPACE = 7401
LOG_SPACE = 7402


class FairGate:
    """Lets one thread in at a time, in the order of arrival."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._queue: deque[int] = deque()

    def __enter__(self) -> Self:
        me = threading.get_ident()
        with self._condition:
            if me in self._queue:
                raise RuntimeError("This thread is in the deadline gate already; entering twice would wait for ever.")
            self._queue.append(me)
            try:
                self._condition.wait_for(lambda: self._queue[0] == me)
            except BaseException:
                # Whoever gives up waiting, be it by Ctrl-C, must not stand in the way of those behind.
                self._queue.remove(me)
                self._condition.notify_all()
                raise
        return self

    def __exit__(self, *_exc: object) -> None:
        with self._condition:
            self._queue.popleft()
            self._condition.notify_all()


_gate = FairGate()


@contextmanager
def deadline_gate() -> Iterator[None]:
    """Queue up, first come first served, before a transaction that writes about a deadline.

    Does nothing on PostgreSQL except to refuse an open transaction: a gate inside a transaction would be waited for
    with the write lock in hand. The transaction of a test case is let through.
    """
    if _in_real_transaction():
        raise RuntimeError("The deadline gate was entered inside a transaction; enter it before the transaction.")
    if connection.vendor != "sqlite":
        yield
        return
    with _gate, _file_lock(Path(settings.PORTAL_DATA) / "deadline.lock"):
        yield


def tender_shared(tender_pk: int) -> None:
    """Taken by those who submit or withdraw; held until the transaction ends."""
    _advisory("pg_advisory_xact_lock_shared", TENDER_SPACE, tender_pk)


def tender_exclusive(tender_pk: int) -> None:
    """Taken by those who set a deadline, close or open; held until the transaction ends."""
    _advisory("pg_advisory_xact_lock", TENDER_SPACE, tender_pk)


def first_entry_lock() -> None:
    """Taken by those who found an empty log; later the row of the log's head is locked in its place."""
    _advisory("pg_advisory_xact_lock", LOG_SPACE, 0)


def check_in_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("A lock was asked for outside a transaction; it would be gone with the same statement.")


def _advisory(function: str, space: int, key: int) -> None:
    check_in_transaction()
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, %s)", [space, key])  # The name is one of two literals above.


def _in_real_transaction() -> bool:
    if connection.in_atomic_block:
        return any(not block._from_testcase for block in connection.atomic_blocks)
    return connection.connection is not None and not connection.autocommit


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    """flock on a file opened anew: it belongs to this opening, so it excludes other threads as well as processes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

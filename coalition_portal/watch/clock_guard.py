"""Once a second: does the host's clock go on evenly, and does the database's clock agree with it?

Each web and worker process has one such thread. What it finds goes into an incident; `steady_now` answers with the
clock as it stood before. Where nobody watches (a command, a test) `steady_now` is the host's clock.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.db import Error, connection

from coalition_portal import clock
from coalition_portal.watch import proxy_clock
from coalition_portal.watch.beating import name_of
from coalition_portal.watch.incidents import end_calm_incident, open_incident
from coalition_portal.watch.models import Incident
from coalition_portal.watch.readings import CALM_SECONDS, JUMP_SECONDS, Reading, Watched, begin, observe

logger = logging.getLogger(__name__)

EVERY_SECONDS = 1.0
LOOK_SECONDS = 10.0  # between two looks at the open incidents, and between two marks that a doubt goes on
PRECISE_SECONDS = 0.05
STOP_SECONDS = 2.0


class ClockGuard:
    """What one process knows of its clocks, and what it has seen of open incidents."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.watched: Watched | None = None
        self.proxy_apart = 0.0
        self._proxy_answers = True
        self._proxy_ahead = 0.0
        self._looked_at = float("-inf")
        self._untold: dict[str, float] = {}
        self._told_at: dict[str, float] = {}
        self._seen: dict[int, tuple[object, float]] = {}

    def note_stamp(self, ahead_seconds: float) -> None:
        """A stamp of the proxy that was ahead of the host's clock by so much; the furthest of each second counts."""
        self._proxy_ahead = max(self._proxy_ahead, ahead_seconds)

    def look_at_proxy(self, wall: Callable[[], float]) -> None:
        """What was known stays where the proxy does not answer: no stamp comes from there meanwhile."""
        try:
            self.proxy_apart = proxy_clock.furthest_apart(wall)
            self._proxy_answers = True
        except OSError as error:
            if self._proxy_answers:
                logger.warning("the proxy's clock cannot be compared: %s", error)
            self._proxy_answers = False

    def take_proxy_ahead(self) -> float:
        ahead, self._proxy_ahead = self._proxy_ahead, 0.0
        return ahead

    def watch(self, reading: Reading, now: datetime) -> None:
        """Judge one reading: open incidents for what is in doubt, end those that have been calm for long enough."""
        self.watched = observe(self.watched, reading) if self.watched else begin(reading)
        self._untold |= {doubt.kind: round(doubt.seconds, 3) for doubt in self.watched.doubts}
        self._tell(reading.timer, now)
        if reading.timer - self._looked_at >= LOOK_SECONDS:
            self._looked_at = reading.timer
            self._end_what_is_calm(reading.timer, now)

    @property
    def stamps_apart(self) -> float:
        """Zero also while the host's clock or the database's is in doubt: then nobody knows which of them is wrong."""
        known = self.watched
        if known is None or abs(self.proxy_apart) <= JUMP_SECONDS:
            return 0.0
        is_host_steady = abs(known.before.offset - known.anchor.offset) <= JUMP_SECONDS
        is_alone = all(doubt.kind == "PROXY" for doubt in known.doubts)
        return self.proxy_apart if is_host_steady and is_alone else 0.0

    def steady_now(self) -> datetime:
        if self.watched is None:
            return clock.now()
        return datetime.fromtimestamp(self.watched.steady(timer()), UTC)

    def _tell(self, at: float, now: datetime) -> None:
        """At once, then every LOOK_SECONDS; what a database did not take is told again."""
        for kind, seconds in list(self._untold.items()):
            if at - self._told_at.get(kind, float("-inf")) < LOOK_SECONDS:
                continue
            evidence = {"seconds": seconds, "marks": 1}
            if open_incident(kind=kind, evidence=evidence, noticed_by=self.name, now=now) is None:
                _mark(kind, seconds)
            self._told_at[kind] = at
            del self._untold[kind]

    def _end_what_is_calm(self, at: float, now: datetime) -> None:
        """By this process's own timer: nobody doubted anew for CALM_SECONDS, and neither did this process."""
        rows = list(Incident.objects.filter(ended_at=None).order_by("pk"))
        seen = {row.pk: self._seen.get(row.pk, (row.evidence, at)) for row in rows}
        self._seen = {row.pk: seen[row.pk] if seen[row.pk][0] == row.evidence else (row.evidence, at) for row in rows}
        for row in rows:
            if min(at - self._seen[row.pk][1], self.watched.calm_seconds) >= CALM_SECONDS:
                end_calm_incident(incident=row, now=now)


def _mark(kind: str, seconds: float) -> None:
    """A doubt that goes on changes the evidence, so that no other process takes the incident for calm."""
    row = Incident.objects.filter(kind=kind, ended_at=None).first()
    if row is None:
        return
    evidence = row.evidence | {"last_seconds": seconds, "marks": row.evidence.get("marks", 0) + 1}
    Incident.objects.filter(pk=row.pk, ended_at=None).update(evidence=evidence)


_guard = ClockGuard("nobody")


def steady_now() -> datetime:
    """The host's clock as it would be if it had gone on undisturbed from the last undisputed moment."""
    return _guard.steady_now()


def witness() -> datetime | None:
    """`steady_now` where this process watches its clocks, else None: a clock that nobody compares is no witness."""
    return _guard.steady_now() if _guard.watched is not None else None


def stamps_apart() -> timedelta:
    """How far this process knows the proxy's stamps to be off; behind is negative, zero is to be believed."""
    return timedelta(seconds=_guard.stamps_apart)


def note_stamp(*, stamp: datetime, now: datetime) -> None:
    """Tell the guard of a stamp of the trusted proxy; what is behind `now` may have queued and says nothing."""
    _guard.note_stamp((stamp - now).total_seconds())


def timer() -> float:
    """Seconds of a timer that nobody can set and that goes on while a computer sleeps, where there is one."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def take_reading(guard: ClockGuard) -> Reading | None:
    """The clocks at this moment; None where this thread was held up between two of them."""
    at, wall = timer(), clock.now().timestamp()
    if timer() - at > PRECISE_SECONDS:
        return None
    guard.look_at_proxy(lambda: wall + (timer() - at))
    proxy = {
        "proxy_ahead": max(guard.take_proxy_ahead(), guard.proxy_apart),
        "proxy_behind": max(0.0, -guard.proxy_apart),
    }
    if connection.vendor != "postgresql":
        # SQLite has no clock of its own.
        return Reading(timer=at, wall=wall, **proxy)
    connection.ensure_connection()
    asked = timer()
    database = clock.database_now().timestamp()
    # Told as if asked at `at`: the time that went by in between is known.
    return Reading(timer=at, wall=wall, database=database - (asked - at), round_trip=timer() - asked, **proxy)


class Watch(threading.Thread):
    """Watches until the process ends. Whatever goes wrong in here is logged and disturbs nobody else."""

    def __init__(self, kind: str) -> None:
        super().__init__(name="clock-guard", daemon=True)
        self._ending = threading.Event()
        self._is_well = True
        self._kind = kind

    def run(self) -> None:
        _guard.name = name_of(self._kind)
        while not self._ending.wait(EVERY_SECONDS):
            self.look()
        connection.close()

    def look(self) -> None:
        try:
            reading = take_reading(_guard)
            if reading is not None:
                _guard.watch(reading, clock.now())
            self._is_well = True
        except Exception as error:
            # A database that is down is said once, and the host's clock is watched again with the next reading.
            self._complain(error)
            connection.close()
        if connection.vendor != "postgresql":
            connection.close()

    def stop(self) -> None:
        self._ending.set()
        self.join(STOP_SECONDS)

    def _complain(self, error: Exception) -> None:
        if self._is_well:
            logger.warning("the clocks cannot be compared: %s", error, exc_info=not isinstance(error, Error))
        self._is_well = False


_running: Watch | None = None


def start_watching(kind: str) -> Watch:
    """Begin in this process, after it forked; `kind` (web, worker) names it in incidents. One is enough for both."""
    global _running
    if _running is None or not _running.is_alive():
        _running = Watch(kind)
        _running.start()
    return _running

"""Compare clocks. Pure: readings come in, doubts come out; nothing here reads a clock.

A process has three: the host's wall clock, the host's timer that nobody can set, and the database's clock. The timer is
the ruler. Seconds are floats; a wall clock is seconds since 1970.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

JUMP_SECONDS = 0.5
CALM_SECONDS = 300.0


@dataclass(frozen=True)
class Reading:
    """The timer and the wall at one instant, and the database's clock somewhere within `round_trip` after it.

    `database` is None where it was not asked, `proxy_ahead` how far a stamp of the proxy was ahead of the wall at most,
    `proxy_behind` how far the proxy's clock is behind it at least.
    """

    timer: float
    wall: float
    database: float | None = None
    round_trip: float = 0.0
    proxy_ahead: float = 0.0
    proxy_behind: float = 0.0

    @property
    def offset(self) -> float:
        """Constant as long as nobody sets the wall clock."""
        return self.wall - self.timer


@dataclass(frozen=True)
class Doubt:
    """What jumped, and by how many seconds: positive is ahead."""

    kind: str
    seconds: float


@dataclass(frozen=True)
class Watched:
    """What is known after a reading; `observe` gives the next one.

    `anchor` is the last undisputed reading, `reference` the offset that the wall is held against, `last_doubt` the
    timer at the last doubt, or at the beginning.
    """

    anchor: Reading
    before: Reading
    reference: float
    last_doubt: float
    doubts: tuple[Doubt, ...] = field(default=())

    @property
    def calm_seconds(self) -> float:
        return self.before.timer - self.last_doubt

    def steady(self, timer: float) -> float:
        """The wall clock as it would read now if it had gone on from the anchor undisturbed."""
        return self.anchor.wall + (timer - self.anchor.timer)


def begin(reading: Reading) -> Watched:
    """Nothing is known before the first reading except whether the database and the proxy agree with it."""
    doubts = (*_of_the_database(reading), *_of_the_proxy(reading))
    return Watched(anchor=reading, before=reading, reference=reading.offset, last_doubt=reading.timer, doubts=doubts)


def observe(watched: Watched, reading: Reading) -> Watched:
    """Doubts of this reading, and a new anchor where there was none for CALM_SECONDS.

    A wall clock that was set is in doubt once, at the step; it is held against itself from then on, and the anchor
    stays where it was until it has been calm for long enough.
    """
    host = tuple(_of_the_host(watched, reading))
    back = tuple(_going_back(watched.before, reading))
    doubts = (*host, *(back or _of_the_database(reading)), *_of_the_proxy(reading))
    after = replace(
        watched,
        before=reading,
        doubts=doubts,
        reference=reading.offset if host else watched.reference,
        last_doubt=reading.timer if doubts else watched.last_doubt,
    )
    if min(after.calm_seconds, reading.timer - after.anchor.timer) < CALM_SECONDS:
        return after
    return replace(after, anchor=reading, reference=reading.offset)


def _of_the_host(watched: Watched, reading: Reading) -> Iterator[Doubt]:
    jump = reading.offset - watched.reference
    if abs(jump) > JUMP_SECONDS or reading.wall < watched.before.wall:
        yield Doubt("HOST", jump)


def _of_the_database(reading: Reading) -> Iterator[Doubt]:
    if reading.database is None:
        return
    tolerance = reading.round_trip / 2
    apart = reading.database - (reading.wall + tolerance)
    if abs(apart) > JUMP_SECONDS + tolerance:
        yield Doubt("DATABASE", apart)


def _going_back(before: Reading, reading: Reading) -> Iterator[Doubt]:
    """A server asked later that tells an earlier time was set back, however little."""
    if before.database is not None and reading.database is not None and reading.database < before.database:
        yield Doubt("DATABASE", reading.database - before.database)


def _of_the_proxy(reading: Reading) -> Iterator[Doubt]:
    """A stamp ahead of the wall cannot have queued; one behind it may have, so the proxy itself is asked for that."""
    apart = reading.proxy_ahead if reading.proxy_ahead >= reading.proxy_behind else -reading.proxy_behind
    if abs(apart) > JUMP_SECONDS:
        yield Doubt("PROXY", apart)

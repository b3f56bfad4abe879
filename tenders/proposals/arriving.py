"""The instant at which an act arrived, by the clock that decides and by the one that bears witness.

The database's clock decides. While it is in doubt (an incident is open, or it left the host's steady clock by more than
the tolerance) and the deadline lies between the two, nobody is refused and nobody received: two people decide. A proxy
whose clock is known to be off decides nothing: its stamp, put right, bears witness.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from coalition_portal import clock
from coalition_portal.arrival import arrived_at
from coalition_portal.watch import clock_guard
from coalition_portal.watch.incidents import open_incident

TOLERANCE = timedelta(milliseconds=500)


class ClockInDoubt(Exception):
    """A verdict would depend on which clock is right, and no incident says so yet."""


@dataclass(frozen=True)
class Arrival:
    """`received_at` by the database's clock or a trusted stamp; `witnessed_at` by the steady clock, if there is one.

    `doubted` is the clock that is wrong where the two lie far apart.
    """

    received_at: datetime
    witnessed_at: datetime | None
    doubted: str = "DATABASE"

    @property
    def is_far_apart(self) -> bool:
        return self.witnessed_at is not None and abs(self.witnessed_at - self.received_at) > TOLERANCE

    def is_split_by(self, closes_at: datetime) -> bool:
        """Whether one clock puts the arrival before the deadline and the other one does not."""
        if self.witnessed_at is None:
            return False
        return (self.received_at < closes_at) != (self.witnessed_at < closes_at)


def arrive(stamp: datetime | None) -> Arrival:
    """Read the clocks, as the very first act: whatever is waited for afterwards makes nobody late.

    The steady clock is read on both sides of the database's. A process that is held up between two readings sees a
    long while, and within it the clocks do not disagree: busy is no doubt.
    """
    before = clock_guard.witness()
    database_now = clock.database_now()
    after = clock_guard.witness()
    steady_now = None if before is None or after is None else min(max(database_now, before), after)
    if stamp is not None:
        clock_guard.note_stamp(stamp=stamp, now=database_now)
        if apart := clock_guard.stamps_apart():
            return Arrival(database_now, witnessed_at=arrived_at(stamp - apart, database_now), doubted="PROXY")
    received_at = arrived_at(stamp, database_now)
    witnessed_at = None if steady_now is None else steady_now - (database_now - received_at)
    return Arrival(received_at=received_at, witnessed_at=witnessed_at)


def write_incident(arrival: Arrival) -> None:
    """What the guard has not noticed yet. One that somebody else wrote in the meantime goes on."""
    seconds = (arrival.received_at - arrival.witnessed_at).total_seconds()
    open_incident(
        kind=arrival.doubted,
        evidence={"seconds": round(seconds, 3)},
        noticed_by="submission",
        now=arrival.witnessed_at,
    )

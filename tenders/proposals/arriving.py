"""The instant at which an act arrived, by the clock that decides and by the one that bears witness.

The database's clock decides. While it is in doubt (an incident is open, or it left the host's steady clock by more than
the tolerance) and the deadline lies between the two, nobody is refused and nobody received: two people decide. A proxy
whose clock is known to be off decides nothing: its stamp, put right, bears witness.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings

from coalition_portal import clock
from coalition_portal.arrival import OLDEST, arrived_at
from coalition_portal.watch import clock_guard
from coalition_portal.watch.incidents import open_incident
from coalition_portal.watch.models import Incident

TOLERANCE = timedelta(milliseconds=500)


class ClockInDoubt(Exception):
    """A verdict would depend on which clock is right, and no incident says so yet."""


class ClockWentBack(Exception):
    """The database's clock lies behind what it said of this arrival."""


@dataclass(frozen=True)
class Arrival:
    """`received_at` by the database's clock or a trusted stamp; `witnessed_at` by the steady clock, if there is one.

    `doubted` is the clock that is wrong where the two lie far apart, `incident` the key of the one that this very
    arrival found, None where it found none.
    """

    received_at: datetime
    witnessed_at: datetime | None
    doubted: str = "DATABASE"
    incident: int | None = None

    @property
    def is_far_apart(self) -> bool:
        return self.witnessed_at is not None and abs(self.witnessed_at - self.received_at) > TOLERANCE

    def is_split_by(self, closes_at: datetime) -> bool:
        """Whether one clock puts the arrival before the deadline and the other one does not."""
        if self.witnessed_at is None:
            return False
        return (self.received_at < closes_at) != (self.witnessed_at < closes_at)

    def can_be_stamped_at(self, now: datetime) -> bool:
        """Whether the database takes a receipt or a refusal with this stamp: not after its clock, under 60 s old."""
        return timedelta(0) <= now - self.received_at < OLDEST


def arrive(stamp: datetime | None = None) -> Arrival:
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
            witnessed_at = arrived_at(_put_right(stamp, apart), database_now)
            return Arrival(database_now, witnessed_at=witnessed_at, doubted="PROXY")
    received_at = arrived_at(stamp, database_now)
    witnessed_at = None if steady_now is None else steady_now - (database_now - received_at)
    return Arrival(received_at=received_at, witnessed_at=witnessed_at)


def _put_right(stamp: datetime, apart: timedelta) -> datetime:
    """Of several proxies nobody knows which one wrote it: the fault of one makes nobody later who came by another."""
    is_alone = len(settings.PORTAL_PROXY_CLOCKS) < 2
    return stamp - (apart if is_alone else max(apart, timedelta(0)))


def in_doubt(arrival: Arrival) -> Arrival:
    """With the incident that says so: written here, for the guard looks once a second and has not noticed yet.

    One that somebody else wrote in the meantime stands for it, also where it has ended since.
    """
    seconds = (arrival.received_at - arrival.witnessed_at).total_seconds()
    evidence = {"seconds": round(seconds, 3)}
    written = open_incident(kind=arrival.doubted, evidence=evidence, noticed_by="submission", now=arrival.witnessed_at)
    incident = written or Incident.objects.filter(kind=arrival.doubted).latest("pk")
    return replace(arrival, incident=incident.pk)


def read_again(arrival: Arrival) -> Arrival:
    """What the database's clock says now that it went back. What it said before bears witness against it."""
    return Arrival(received_at=clock.database_now(), witnessed_at=arrival.received_at)

"""What an act about a deadline is judged by, and the tries that it takes where clocks disagree or a wait was long."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from django.db import IntegrityError, models
from django.db.models.functions import Coalesce

from coalition_portal import clock
from coalition_portal.watch.models import Incident
from tenders.notices.models import Deadline
from tenders.proposals.arriving import Arrival, ClockInDoubt, ClockWentBack, in_doubt, read_again
from tenders.proposals.models import Closing, Proposal
from tenders.proposals.queries import received_bundles

T = TypeVar("T")
TRIES = 3


@dataclass(frozen=True)
class Judgement:
    """What an act is judged by: its arrival, the deadline row in force, and whether that row is closed.

    `newest_version` is the highest version of the proposal that was received, 0 where none was. `incident` is the key
    of an open one where the clocks are in doubt and the deadline lies between them. `has_waited` says that the act
    arrived before the deadline and longer ago than a receipt may be stamped, and that the deadline passed meanwhile.
    """

    arrival: Arrival
    deadline: Deadline
    is_closed: bool
    newest_version: int
    incident: int | None
    has_waited: bool

    @property
    def received_at(self) -> datetime:
        return self.arrival.received_at

    @property
    def is_late(self) -> bool:
        return self.received_at >= self.deadline.closes_at

    @property
    def is_left_to_people(self) -> bool:
        """Nobody is refused for a doubt or a queue of ours: two people decide."""
        return bool(self.incident) or self.has_waited or (self.is_closed and not self.is_late)


def until_judged(act: Callable[[Arrival], T], arrival: Arrival) -> T:
    """Try `act`, one transaction each time, until it ends in a row; what stood in its way is known to the next try."""
    for _try in range(TRIES):
        try:
            return act(arrival)
        except ClockInDoubt:
            arrival = in_doubt(arrival)
        except ClockWentBack:
            arrival = read_again(arrival)
        except IntegrityError:
            # Between the judgement and its row the stamp grew too old, or the clock went back behind it.
            if arrival.can_be_stamped_at(clock.database_now()):
                raise
    return act(arrival)


def judge(proposal: Proposal, arrival: Arrival) -> Judgement:
    """Under the tender's lock, in one query, two where clocks disagree. Raises ClockInDoubt and ClockWentBack.

    `until_judged` knows what to do about either. An arrival that is too old for a stamp is judged as of now where that
    comes to the same, and else by people.
    """
    deadline = _deadline_in_force(proposal)
    if deadline.now < arrival.received_at:
        raise ClockWentBack
    is_split = arrival.is_split_by(deadline.closes_at)
    incident = (arrival.incident or _open_incident()) if is_split else None
    if is_split and incident is None and arrival.is_far_apart:
        raise ClockInDoubt
    is_too_old = not arrival.can_be_stamped_at(deadline.now)
    has_waited = is_too_old and arrival.received_at < deadline.closes_at <= deadline.now
    if is_too_old and not has_waited and incident is None:
        arrival = replace(arrival, received_at=deadline.now)
    return Judgement(
        arrival=arrival,
        deadline=deadline,
        is_closed=deadline.is_closed,
        newest_version=deadline.newest_version,
        incident=incident,
        has_waited=has_waited,
    )


def _deadline_in_force(proposal: Proposal) -> Deadline:
    """With everything else that a judgement asks the database, as of one instant `now` of its clock."""
    closings = Closing.objects.filter(tender=proposal.tender_id, seq=models.OuterRef("seq"))
    received = received_bundles().filter(proposal=proposal).order_by("-version").values("version")
    deadlines = Deadline.objects.filter(tender=proposal.tender_id).order_by("-seq")
    return deadlines.only("tender_id", "seq", "closes_at").annotate(
        is_closed=models.Exists(closings),
        newest_version=Coalesce(models.Subquery(received[:1]), 0),
        now=clock.DatabaseNow(),
    )[0]


def _open_incident() -> int | None:
    """The key of the oldest one that has not ended."""
    return Incident.objects.filter(ended_at=None).order_by("pk").values_list("pk", flat=True).first()

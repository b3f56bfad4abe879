"""What time decides about a tender: pure answers from stored instants and `now`. The deadline itself is late."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WORKING_DAYS = 5


class PublicStatus(StrEnum):
    """The one word that pages, API and feeds say about a tender."""

    PLANNED = "planned"
    OPEN = "open"
    SEALED = "sealed"
    EVALUATION = "evaluation"
    UNSUCCESSFUL = "unsuccessful"
    CANCELLED = "cancelled"


STATUS_OF_STATE: Mapping[str, PublicStatus] = {
    "DRAFT": PublicStatus.PLANNED,
    "AWAITING_APPROVAL": PublicStatus.PLANNED,
    "OPENED": PublicStatus.EVALUATION,
    "RANKED": PublicStatus.EVALUATION,
    "CANCELLED": PublicStatus.CANCELLED,
    "UNSUCCESSFUL": PublicStatus.UNSUCCESSFUL,
}
"""What a state alone decides. Only PUBLISHED is missing: there the clock decides."""


def is_open_at(closes_at: datetime | None, now: datetime) -> bool:
    """Half-open: true if and only if now < closes_at. Without a deadline nothing is open."""
    return closes_at is not None and now < closes_at


def takes_proposals(state: str, closes_at: datetime | None, now: datetime) -> bool:
    """Whether drafts may be begun and changed: the tender is published, and now < closes_at."""
    return state == "PUBLISHED" and is_open_at(closes_at, now)


def status_at(state: str, closes_at: datetime | None, now: datetime) -> PublicStatus:
    """The public status; raises ValueError for a state it does not know."""
    if state == "PUBLISHED":
        return PublicStatus.OPEN if is_open_at(closes_at, now) else PublicStatus.SEALED
    if state not in STATUS_OF_STATE:
        raise ValueError(f"No public status for state {state!r}.")
    return STATUS_OF_STATE[state]


@dataclass(frozen=True)
class Reminder:
    """A reminder that falls due `before` the deadline."""

    code: str
    before: timedelta


REMINDERS = (
    Reminder("7d", timedelta(days=7)),
    Reminder("48h", timedelta(hours=48)),
    Reminder("24h", timedelta(hours=24)),
    Reminder("4h", timedelta(hours=4)),
    Reminder("1h", timedelta(hours=1)),
)


def reminders_due(closes_at: datetime, now: datetime) -> list[Reminder]:
    """Those with closes_at - before <= now < closes_at, the nearest to the deadline last; none from closes_at on."""
    if not is_open_at(closes_at, now):
        return []
    return [reminder for reminder in REMINDERS if closes_at - reminder.before <= now]


def is_whole_second(moment: datetime) -> bool:
    return moment.microsecond == 0


def add_working_days(start: date, days: int) -> date:
    """`days` >= 0 working days (Monday to Friday) after `start`; holidays of the member countries are not counted."""
    if days < 0:
        raise ValueError(f"Working days are counted forwards, got {days}.")
    day = start
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < WORKING_DAYS
    return day


def instants_of(day: date, at: time, zone: str) -> list[datetime]:
    """The instants, in UTC and in order, at which a wall clock in `zone` shows this.

    None where the clock jumps over it in spring, two where it is shown twice in autumn, else one.
    """
    wall = datetime.combine(day, at.replace(tzinfo=None))
    candidates = {wall.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(
        moment for moment in candidates if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) == wall
    )


def suggested_deadline(*, start: datetime, days: int, at: time, zone: str, weekdays: Sequence[str]) -> datetime:
    """The first preferred weekday from `days` >= 0 days after `start`, at that time of day in `zone`."""
    day = start.astimezone(ZoneInfo(zone)).date() + timedelta(days=days)
    wanted = {WEEKDAYS.index(name) for name in weekdays} or set(range(7))
    while day.weekday() not in wanted or not instants_of(day, at, zone):
        day += timedelta(days=1)
    return instants_of(day, at, zone)[0]


@dataclass(frozen=True)
class Stage:
    """A step on a tender's timeline: at an instant, or by the end of a day."""

    code: str
    is_done: bool
    at: datetime | None = None
    by: date | None = None


def stages(
    *,
    published_at: datetime,
    closes_at: datetime,
    opened_at: datetime | None,
    is_ranked: bool,
    zone: str,
    plan: Mapping[str, int],
    now: datetime,
) -> list[Stage]:
    """From publication to ranking. `plan` holds working days after the deadline, as the tender's timetable has them."""
    closing_day = closes_at.astimezone(ZoneInfo(zone)).date()
    is_opened = opened_at is not None
    opening_day = None if is_opened else add_working_days(closing_day, plan["opening_within_working_days"])
    return [
        Stage("published", is_done=True, at=published_at),
        Stage("deadline", is_done=not is_open_at(closes_at, now), at=closes_at),
        Stage("opening", is_done=is_opened, at=opened_at, by=opening_day),
        Stage("reviews", is_done=is_ranked, by=add_working_days(closing_day, plan["review_due_working_days"])),
        Stage("ranking", is_done=is_ranked, by=add_working_days(closing_day, plan["consensus_due_working_days"])),
    ]

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tenders.notices import timetable
from tenders.notices.states import TenderState
from tenders.notices.timetable import PublicStatus, Stage

CLOSES_AT = datetime(2026, 10, 14, 9, 0, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
AROUND = [(-MICROSECOND, True), (timedelta(0), False), (MICROSECOND, False)]


@pytest.mark.parametrize(("offset", "is_open"), AROUND)
def test_the_deadline_itself_is_late(offset, is_open):
    now = CLOSES_AT + offset

    assert timetable.is_open_at(CLOSES_AT, now) is is_open
    assert timetable.status_at("PUBLISHED", CLOSES_AT, now) == (PublicStatus.OPEN if is_open else PublicStatus.SEALED)


def test_a_tender_takes_proposals_while_its_status_is_open():
    asked = [(state, CLOSES_AT, CLOSES_AT + offset) for state in TenderState.values for offset, _is_open in AROUND]

    taken = [timetable.takes_proposals(*facts) for facts in asked]

    assert taken == [timetable.status_at(*facts) == PublicStatus.OPEN for facts in asked]
    assert sum(taken) == 1


def test_without_a_deadline_nothing_is_open():
    assert timetable.is_open_at(None, CLOSES_AT) is False
    assert timetable.status_at("PUBLISHED", None, CLOSES_AT) == PublicStatus.SEALED


def test_every_state_has_a_status_whatever_the_clock_says():
    early, late = (
        {state.value: timetable.status_at(state.value, CLOSES_AT, now).value for state in TenderState}
        for now in (CLOSES_AT - MICROSECOND, CLOSES_AT)
    )

    assert early == {
        "DRAFT": "planned",
        "AWAITING_APPROVAL": "planned",
        "PUBLISHED": "open",
        "OPENED": "evaluation",
        "RANKED": "evaluation",
        "CANCELLED": "cancelled",
        "UNSUCCESSFUL": "unsuccessful",
    }
    assert late == early | {"PUBLISHED": "sealed"}


def test_an_unknown_state_is_an_error_and_no_guess():
    with pytest.raises(ValueError, match="No public status for state 'AWARDED'"):
        timetable.status_at("AWARDED", CLOSES_AT, CLOSES_AT)


@pytest.mark.parametrize("index", range(len(timetable.REMINDERS)))
def test_a_reminder_is_due_from_its_instant_on(index):
    at = CLOSES_AT - timetable.REMINDERS[index].before

    def due(now):
        return list(timetable.reminders_due(CLOSES_AT, now))

    assert due(at - MICROSECOND) == list(timetable.REMINDERS[:index])
    assert due(at) == list(timetable.REMINDERS[: index + 1])
    assert due(at + MICROSECOND) == list(timetable.REMINDERS[: index + 1])


@pytest.mark.parametrize(("offset", "count"), [(-MICROSECOND, 5), (timedelta(0), 0), (MICROSECOND, 0)])
def test_nobody_is_reminded_at_the_deadline_or_later(offset, count):
    assert len(timetable.reminders_due(CLOSES_AT, CLOSES_AT + offset)) == count


def test_reminders_come_at_the_published_distances():
    assert [(one.code, one.before) for one in timetable.REMINDERS] == [
        ("7d", timedelta(days=7)),
        ("48h", timedelta(hours=48)),
        ("24h", timedelta(hours=24)),
        ("4h", timedelta(hours=4)),
        ("1h", timedelta(hours=1)),
    ]


@pytest.mark.parametrize(("microsecond", "is_whole"), [(0, True), (1, False), (999_999, False)])
def test_a_whole_second_has_no_parts(microsecond, is_whole):
    assert timetable.is_whole_second(CLOSES_AT.replace(microsecond=microsecond)) is is_whole


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 10, 14), 0, date(2026, 10, 14)),
        (date(2026, 10, 14), 2, date(2026, 10, 16)),
        (date(2026, 10, 14), 3, date(2026, 10, 19)),
        (date(2026, 10, 16), 1, date(2026, 10, 19)),
        (date(2026, 10, 17), 1, date(2026, 10, 19)),
        (date(2026, 10, 18), 1, date(2026, 10, 19)),
        (date(2026, 10, 14), 15, date(2026, 11, 4)),
    ],
)
def test_working_days_jump_over_weekends(start, days, end):
    assert timetable.add_working_days(start, days) == end


def test_working_days_are_not_counted_backwards():
    with pytest.raises(ValueError, match="forwards, got -1"):
        timetable.add_working_days(date(2026, 10, 14), -1)


@pytest.mark.parametrize(
    ("day", "at", "zone", "instants"),
    [
        (date(2026, 10, 14), time(12), "Europe/Kyiv", [datetime(2026, 10, 14, 9, tzinfo=UTC)]),
        (date(2026, 3, 29), time(3, 30), "Europe/Riga", []),
        (date(2026, 3, 29), time(4, 0), "Europe/Riga", [datetime(2026, 3, 29, 1, tzinfo=UTC)]),
        (
            date(2026, 10, 25),
            time(3, 30),
            "Europe/Riga",
            [datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)],
        ),
        (date(2026, 10, 25), time(4, 0), "Europe/Riga", [datetime(2026, 10, 25, 2, tzinfo=UTC)]),
        (date(2026, 10, 25), time(3, 30), "UTC", [datetime(2026, 10, 25, 3, 30, tzinfo=UTC)]),
    ],
    ids=["plain", "skipped in spring", "just after the gap", "twice in autumn", "just after the fold", "UTC"],
)
def test_a_wall_time_may_exist_once_twice_or_never(day, at, zone, instants):
    assert timetable.instants_of(day, at, zone) == instants


@pytest.mark.parametrize("zone", ["Europe/Kyiv", "Europe/Riga", "Europe/Lisbon", "Europe/London", "Europe/Paris"])
@pytest.mark.parametrize("night", [date(2027, 3, 28), date(2027, 10, 31)])
def test_the_night_of_a_clock_change_agrees_with_every_instant_of_it(zone, night):
    """The slow oracle: each quarter of an hour of the day and its neighbours, read off the wall clock of the zone."""
    begins_at = datetime.combine(night, time(0), tzinfo=UTC) - timedelta(days=1)
    shown: dict[datetime, list[datetime]] = {}
    for quarter in range(3 * 24 * 4):
        moment = begins_at + quarter * timedelta(minutes=15)
        shown.setdefault(moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0), []).append(moment)

    day = [datetime.combine(night, time(0)) + quarter * timedelta(minutes=15) for quarter in range(24 * 4)]
    found = {wall: timetable.instants_of(wall.date(), wall.time(), zone) for wall in day}
    assert found == {wall: shown.get(wall, []) for wall in day}
    assert sorted({len(instants) for instants in found.values()}) == ([0, 1] if night.month == 3 else [1, 2])


def test_a_deadline_is_suggested_on_a_preferred_weekday():
    start = datetime(2026, 9, 18, 9, tzinfo=UTC)  # a Friday; 28 days later is a Friday too
    ask = {"start": start, "days": 28, "at": time(12), "zone": "Europe/Riga"}

    assert timetable.suggested_deadline(**ask, weekdays=["tuesday", "wednesday"]) == datetime(
        2026, 10, 20, 9, tzinfo=UTC
    )
    assert timetable.suggested_deadline(**ask, weekdays=["friday"]) == datetime(2026, 10, 16, 9, tzinfo=UTC)
    assert timetable.suggested_deadline(**ask, weekdays=[]) == datetime(2026, 10, 16, 9, tzinfo=UTC)


def test_no_deadline_is_suggested_that_the_clock_jumps_over():
    start = datetime(2026, 3, 29, 0, tzinfo=UTC)

    found = timetable.suggested_deadline(start=start, days=0, at=time(3, 30), zone="Europe/Riga", weekdays=[])

    assert found == datetime(2026, 3, 30, 0, 30, tzinfo=UTC)


PLAN = {"opening_within_working_days": 2, "review_due_working_days": 15, "consensus_due_working_days": 20}


def stages(**changed):
    facts = {
        "published_at": CLOSES_AT - timedelta(days=28),
        "closes_at": CLOSES_AT,
        "opened_at": None,
        "is_ranked": False,
        "zone": "Europe/Riga",
        "plan": PLAN,
        "now": CLOSES_AT - timedelta(days=1),
    }
    return timetable.stages(**(facts | changed))


def test_the_timeline_of_an_open_tender():
    assert stages() == [
        Stage("published", is_done=True, at=CLOSES_AT - timedelta(days=28)),
        Stage("deadline", is_done=False, at=CLOSES_AT),
        Stage("opening", is_done=False, by=date(2026, 10, 16)),
        Stage("reviews", is_done=False, by=date(2026, 11, 4)),
        Stage("ranking", is_done=False, by=date(2026, 11, 11)),
    ]


@pytest.mark.parametrize(("offset", "is_open"), AROUND)
def test_the_timeline_passes_the_deadline_with_the_deadline(offset, is_open):
    assert [stage.is_done for stage in stages(now=CLOSES_AT + offset)] == [True, not is_open, False, False, False]


def test_the_timeline_of_a_ranked_tender():
    opened_at = CLOSES_AT + timedelta(days=1)

    found = stages(now=CLOSES_AT + timedelta(days=30), opened_at=opened_at, is_ranked=True)

    assert [stage.is_done for stage in found] == [True] * 5
    assert found[2] == Stage("opening", is_done=True, at=opened_at)

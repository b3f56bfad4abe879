"""Two clocks at the edge of their tolerance, a clock that drifts or leaps, and the nights on which clocks are set."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from coalition_portal.formatting import instant
from coalition_portal.watch.readings import Reading, begin, observe
from tenders.notices.models import Deadline
from tenders.notices.timetable import instants_of
from tenders.proposals import submission
from tenders.proposals.arriving import TOLERANCE, Arrival
from tenders.proposals.judging import Judgement
from tenders.proposals.models import Provisional, Receipt, Refusal
from tests.factories.cutoffs import MICROSECOND
from tests.factories.proposals import staged_bundle

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
NONE = timedelta(0)
CLOSES_AT = datetime(2027, 3, 10, 10, tzinfo=UTC)


@dataclass(frozen=True)
class Doubtful:
    """What two clocks say of one arrival: whether they lie far apart, and whether the deadline lies between them."""

    is_far_apart: bool
    is_split: bool


# The tolerance, which belongs to what is believed


@pytest.mark.parametrize("is_ahead", [True, False])
@pytest.mark.parametrize(
    ("apart", "is_far_apart"),
    [(NONE, False), (TOLERANCE - MICROSECOND, False), (TOLERANCE, False), (TOLERANCE + MICROSECOND, True)],
)
@pytest.mark.parametrize(
    ("received", "is_late"), [(-MICROSECOND, False), (NONE, True), (MICROSECOND, True)], ids=["-1", "0", "+1"]
)
def test_two_clocks_at_the_tolerance_and_at_the_deadline(received, is_late, apart, is_far_apart, is_ahead):
    """The witness is put on either side of what was received, which lies at the deadline to the microsecond."""
    witnessed = received + (apart if is_ahead else -apart)

    arrival = Arrival(CLOSES_AT + received, CLOSES_AT + witnessed)

    is_split = is_late != (witnessed >= NONE)
    found = Doubtful(arrival.is_far_apart, arrival.is_split_by(CLOSES_AT))
    assert found == Doubtful(is_far_apart=is_far_apart, is_split=is_split)


@pytest.mark.parametrize("is_late", [False, True])
@pytest.mark.parametrize("beyond", [-MICROSECOND, NONE, MICROSECOND])
def test_verdict_at_the_tolerance(cutoff, is_late, beyond):
    """Within it the database decides alone, also where the witness contradicts it; beyond it nobody is judged."""
    bundle = staged_bundle(tender=cutoff.tender)
    received = NONE if is_late else -MICROSECOND
    witnessed = received - (TOLERANCE + beyond) if is_late else received + (TOLERANCE + beyond)
    arrival = Arrival(cutoff.closes_at + received, cutoff.closes_at + witnessed)

    submission.submit(bundle=bundle, sha256=bundle.sha256, by=bundle.staged_by, arrival=arrival)

    by_the_database = {"Refusal": 1} if is_late else {"Receipt": 1}
    assert _rows() == ({"Provisional": 1} if beyond > NONE else by_the_database)


def _rows():
    counts = {model.__name__: model.objects.count() for model in (Receipt, Refusal, Provisional)}
    return {name: count for name, count in counts.items() if count}


# A clock that drifts or leaps: second by second, against a timer that nobody can set


def _doubts(seconds, *, database=lambda at: 0.0, host=lambda at: 0.0):
    """The first second with a doubt, and of which clocks; each function says how far its clock is off at a second."""
    watched = begin(_reading(0, database, host))
    for at in range(1, seconds):
        watched = observe(watched, _reading(at, database, host))
        if watched.doubts:
            return at, [doubt.kind for doubt in watched.doubts]
    return None


def _reading(at, database, host):
    return Reading(timer=1000.0 + at, wall=50000.0 + at + host(at), database=50000.0 + at + database(at))


def _leap_back(at):
    """The second before midnight is told twice; the deadline may be that midnight."""
    return -1.0 if at >= 60 else 0.0


def _step_on(at):
    return 1.0 if at >= 60 else 0.0


@pytest.mark.parametrize(
    ("clocks", "first"),
    [
        # Ten milliseconds a second: in doubt as soon as they have come to more than half a second.
        ({"database": lambda at: at / 100}, (51, ["DATABASE"])),
        ({"database": lambda at: -at / 100}, (51, ["DATABASE"])),
        ({"host": lambda at: at / 100, "database": lambda at: at / 100}, (51, ["HOST"])),
        # A leap second that one of them knows and the other does not, and one that both know.
        ({"database": _leap_back}, (60, ["DATABASE"])),
        ({"database": _step_on}, (60, ["DATABASE"])),
        ({"host": _leap_back}, (60, ["HOST", "DATABASE"])),
        ({"host": _leap_back, "database": _leap_back}, (60, ["HOST"])),
        # A leap second that is smeared over a day is no doubt, and neither is a cheap clock that loses a second a day.
        ({"host": lambda at: at / 86400, "database": lambda at: at / 86400}, None),
        ({"host": lambda at: -at / 86400, "database": lambda at: -at / 86400}, None),
    ],
    ids=["drift on", "drift back", "both drift", "leap", "step on", "host leaps", "both leap", "smear", "slow"],
)
def test_drift_and_leap_are_noticed_with_the_next_reading(clocks, first):
    assert _doubts(3600, **clocks) == first


@pytest.mark.parametrize(
    ("received", "witnessed"),
    [
        (SECOND / 2 - SECOND, SECOND / 2),  # the database tells its last second again
        (-MICROSECOND, SECOND - MICROSECOND),
        (SECOND / 2, SECOND / 2 - SECOND),  # the database left a second out
        (NONE, -SECOND),
    ],
)
def test_nobody_is_judged_by_a_leap_second_that_one_clock_alone_knows(received, witnessed):
    arrival = Arrival(CLOSES_AT + received, CLOSES_AT + witnessed)

    assert (arrival.is_far_apart, arrival.is_split_by(CLOSES_AT)) == (True, True)


# The nights on which clocks are set


NIGHTS = {
    "autumn, first": (date(2027, 10, 31), time(3, 30), 0, datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
    "autumn, second": (date(2027, 10, 31), time(3, 30), 1, datetime(2027, 10, 31, 1, 30, tzinfo=UTC)),
    "autumn, after": (date(2027, 10, 31), time(4), 0, datetime(2027, 10, 31, 2, tzinfo=UTC)),
    "spring, before": (date(2027, 3, 28), time(2, 59, 59), 0, datetime(2027, 3, 28, 0, 59, 59, tzinfo=UTC)),
    "spring, after": (date(2027, 3, 28), time(4), 0, datetime(2027, 3, 28, 1, tzinfo=UTC)),
}


@pytest.fixture(params=["Europe/Kyiv", "Europe/Riga"])
def zone(request):
    return request.param


@pytest.fixture(params=NIGHTS.values(), ids=NIGHTS)
def closes_at(request, zone):
    """A deadline as it is entered, by a wall clock of the zone and by which of two instants it means."""
    day, at, which, wanted = request.param
    found = instants_of(day, at, zone)[which]
    assert (found, found.tzinfo) == (wanted, UTC)
    return found


@pytest.mark.parametrize(
    ("offset", "is_late"),
    [
        (-MICROSECOND, False),
        (NONE, True),
        (MICROSECOND, True),
        (-timedelta(hours=1), False),
        (timedelta(hours=1), True),
    ],
)
def test_deadline_of_such_a_night_is_one_instant(closes_at, zone, offset, is_late):
    """An hour before or after it a wall clock may show the very same time: in time, or late, all the same."""
    arrival = Arrival(closes_at + offset, (closes_at + offset).astimezone(ZoneInfo(zone)))
    judgement = Judgement(
        arrival=arrival,
        deadline=Deadline(seq=1, closes_at=closes_at),
        is_closed=False,
        newest_version=0,
        incident=None,
        has_waited=False,
    )

    assert (judgement.is_late, arrival.is_split_by(closes_at), arrival.is_far_apart) == (is_late, False, False)


def test_time_that_no_clock_shows_is_no_deadline(zone):
    assert instants_of(date(2027, 3, 28), time(3, 30), zone) == []


def test_both_instants_of_one_wall_time_are_told_apart(zone):
    first, second = instants_of(date(2027, 10, 31), time(3, 30), zone)

    told = [instant(moment, ZoneInfo(zone)) for moment in (first, second)]

    assert ["00:30:00\N{NO-BREAK SPACE}UTC" in told[0], "01:30:00\N{NO-BREAK SPACE}UTC" in told[1]] == [True, True]
    assert second - first == HOUR

"""Readings are invented: a timer that starts at 1000 s beside a wall clock that starts at 50000 s."""

from dataclasses import replace

import pytest

from coalition_portal.watch.readings import CALM_SECONDS, JUMP_SECONDS, Doubt, Reading, begin, observe

FIRST = Reading(timer=1000.0, wall=50000.0)
JUST_MORE = 0.001


def after(seconds, *, set_by=0.0, database=None, **facts):
    """A reading so many seconds after the first; `set_by` is what somebody added to the wall clock."""
    wall = FIRST.wall + seconds + set_by
    at = None if database is None else FIRST.wall + seconds + database
    return Reading(timer=FIRST.timer + seconds, wall=wall, database=at, **facts)


def watched(*readings):
    known = begin(readings[0])
    for reading in readings[1:]:
        known = observe(known, reading)
    return known


@pytest.mark.parametrize(
    ("set_by", "doubts"),
    [
        (0.0, 0),
        (JUMP_SECONDS, 0),
        (JUMP_SECONDS + JUST_MORE, 1),
        (-JUMP_SECONDS, 0),
        (-JUMP_SECONDS - JUST_MORE, 1),
        (3600.0, 1),
        (-120.0, 1),
    ],
)
def test_a_wall_clock_that_was_set(set_by, doubts):
    found = watched(FIRST, after(1), after(2, set_by=set_by)).doubts

    assert [doubt.kind for doubt in found] == ["HOST"] * doubts
    assert [doubt.seconds for doubt in found] == pytest.approx([set_by] * doubts)


def test_a_wall_clock_that_goes_back_a_little_is_in_doubt():
    soon = Reading(timer=1000.1, wall=49999.9)

    assert [doubt.kind for doubt in watched(FIRST, soon).doubts] == ["HOST"]


def test_many_small_steps_are_a_jump():
    readings = [after(second, set_by=0.1 * second) for second in range(1, 7)]

    assert [len(watched(FIRST, *readings[:count]).doubts) for count in range(1, 7)] == [0, 0, 0, 0, 0, 1]


def test_a_step_is_in_doubt_once():
    assert watched(FIRST, after(1, set_by=60.0), after(2, set_by=60.0)).doubts == ()


@pytest.mark.parametrize(
    ("database", "round_trip", "doubts"),
    [
        (0.0, 0.0, 0),
        (JUMP_SECONDS - JUST_MORE, 0.0, 0),
        (JUMP_SECONDS + JUST_MORE, 0.0, 1),
        (-JUMP_SECONDS - JUST_MORE, 0.0, 1),
        (1.2, 1.0, 0),
        (JUMP_SECONDS + 1.0 + JUST_MORE, 1.0, 1),
        (-JUMP_SECONDS + JUST_MORE, 1.0, 0),
        (-JUMP_SECONDS - JUST_MORE, 1.0, 1),
        (-120.0, 0.0, 1),
    ],
)
def test_a_database_that_is_apart(database, round_trip, doubts):
    """The answer was read somewhere inside the round trip, so that much is never held against it."""
    reading = after(1, database=database, round_trip=round_trip)

    assert [doubt.kind for doubt in watched(FIRST, reading).doubts] == ["DATABASE"] * doubts
    assert [doubt.kind for doubt in begin(reading).doubts] == ["DATABASE"] * doubts


def test_a_database_that_went_back_is_in_doubt_however_little():
    known = watched(after(1, database=0.4), replace(after(1.1, database=0.0)))

    assert known.doubts == (Doubt("DATABASE", pytest.approx(-0.3)),)


@pytest.mark.parametrize(("ahead", "doubts"), [(0.0, 0), (JUMP_SECONDS, 0), (JUMP_SECONDS + JUST_MORE, 1)])
def test_a_stamp_ahead_of_the_wall(ahead, doubts):
    assert [doubt.kind for doubt in watched(FIRST, after(1, proxy_ahead=ahead)).doubts] == ["PROXY"] * doubts
    assert [doubt.kind for doubt in begin(after(1, proxy_ahead=ahead)).doubts] == ["PROXY"] * doubts


@pytest.mark.parametrize(("behind", "doubts"), [(0.0, 0), (JUMP_SECONDS, 0), (JUMP_SECONDS + JUST_MORE, 1)])
def test_a_proxy_behind_the_wall(behind, doubts):
    found = watched(FIRST, after(1, proxy_behind=behind)).doubts

    assert [(doubt.kind, doubt.seconds) for doubt in found] == [("PROXY", -behind)] * doubts


def test_all_three_at_once():
    known = watched(FIRST, after(1, set_by=60.0, database=0.0, proxy_ahead=2.0))

    assert [doubt.kind for doubt in known.doubts] == ["HOST", "DATABASE", "PROXY"]


def test_the_steady_clock_goes_on_as_before_a_step():
    known = watched(FIRST, after(1), after(2, set_by=3600.0), after(3, set_by=3600.0))

    assert known.steady(FIRST.timer + 3) == FIRST.wall + 3


def test_a_new_anchor_after_calm_minutes_takes_the_clock_as_it_is():
    stepped = watched(FIRST, after(1, set_by=3600.0))
    nearly = observe(stepped, after(CALM_SECONDS, set_by=3600.0))
    calm = observe(nearly, after(CALM_SECONDS + 1, set_by=3600.0))

    at = FIRST.timer + CALM_SECONDS + 1
    assert (nearly.steady(at), calm.steady(at)) == (FIRST.wall + CALM_SECONDS + 1, FIRST.wall + CALM_SECONDS + 3601)
    assert calm.calm_seconds == CALM_SECONDS


def test_no_anchor_is_taken_while_the_database_is_apart():
    known = begin(FIRST)
    for second in range(1, int(CALM_SECONDS) + 50, 10):
        known = observe(known, after(second, database=60.0))

    assert known.anchor == FIRST

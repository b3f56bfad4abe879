from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection

from coalition_portal import clock
from coalition_portal.watch import clock_guard
from coalition_portal.watch.clock_guard import ClockGuard, Watch, take_reading
from coalition_portal.watch.models import Incident
from coalition_portal.watch.readings import CALM_SECONDS, Reading
from tests.coalition_portal.watch.test_readings import FIRST, after

pytestmark = pytest.mark.django_db


@pytest.fixture
def guard(monkeypatch):
    """The guard of this process, new."""
    guard = ClockGuard("web@host:1")
    monkeypatch.setattr(clock_guard, "_guard", guard)
    return guard


def feed(guard, now, *readings):
    for reading in readings:
        guard.watch(reading, now)


def rows():
    return [(row.kind, row.noticed_by, row.evidence, row.ended_at is None) for row in Incident.objects.order_by("pk")]


def test_a_jump_opens_an_incident_and_calm_minutes_end_it(guard, fixed_now):
    feed(guard, fixed_now, FIRST, after(1, set_by=3600.0))
    evidence = {"seconds": 3600.0, "marks": 1}
    assert rows() == [("HOST", "web@host:1", evidence, True)]

    feed(guard, fixed_now, after(12, set_by=3600.0), after(CALM_SECONDS + 11, set_by=3600.0))
    assert rows() == [("HOST", "web@host:1", evidence, True)]

    feed(guard, fixed_now, after(CALM_SECONDS + 22, set_by=3600.0))
    assert rows() == [("HOST", "web@host:1", evidence, False)]


def test_a_doubt_that_goes_on_is_marked_and_not_ended(guard, fixed_now):
    feed(guard, fixed_now, *(after(second, database=60.0) for second in range(0, 25, 5)))

    assert rows() == [("DATABASE", "web@host:1", {"seconds": 60.0, "marks": 3, "last_seconds": 60.0}, True)]


def test_another_process_ends_what_nobody_marks_any_more(guard, fixed_now):
    feed(guard, fixed_now, after(0, database=60.0))
    other = ClockGuard("worker@host:2")

    feed(other, fixed_now, after(0), after(CALM_SECONDS - 10))
    feed(guard, fixed_now, after(CALM_SECONDS - 5, database=60.0))
    feed(other, fixed_now, after(CALM_SECONDS + 5))
    assert rows()[0][3] is True

    feed(other, fixed_now, after(2 * CALM_SECONDS + 5))
    assert rows()[0][3] is False


def test_what_the_database_did_not_take_is_told_again(guard, fixed_now, monkeypatch):
    def refuse(**_facts):
        raise OperationalError("gone")

    monkeypatch.setattr(clock_guard, "open_incident", refuse)
    guard.watch(FIRST, fixed_now)
    with pytest.raises(OperationalError):
        guard.watch(after(1, set_by=-120.0), fixed_now)
    monkeypatch.undo()
    guard.watch(after(2, set_by=-120.0), fixed_now)

    assert [(kind, evidence["seconds"]) for kind, _by, evidence, _open in rows()] == [("HOST", -120.0)]


def test_a_mark_on_what_has_ended_changes_nothing(db):
    clock_guard._mark("HOST", 1.0)

    assert rows() == []


def test_the_steady_clock_where_nobody_watches_is_the_hosts(guard, monkeypatch, fixed_now):
    monkeypatch.setattr(clock, "now", lambda: fixed_now)

    assert clock_guard.steady_now() == fixed_now


def test_the_steady_clock_after_a_step(guard, monkeypatch, fixed_now):
    feed(guard, fixed_now, FIRST, after(1, set_by=3600.0))
    monkeypatch.setattr(clock_guard, "timer", lambda: FIRST.timer + 2)

    assert clock_guard.steady_now() == datetime.fromtimestamp(FIRST.wall + 2, UTC)


def test_the_furthest_stamp_of_each_second_counts(guard, fixed_now):
    for ahead in (0.1, 2.0, -30.0):
        clock_guard.note_stamp(stamp=fixed_now + timedelta(seconds=ahead), now=fixed_now)

    assert (guard.take_proxy_ahead(), guard.take_proxy_ahead()) == (2.0, 0.0)


@pytest.fixture
def proxy_says(monkeypatch):
    """`proxy_says(apart)`: the proxy's clock is off by so many seconds, or an error that asking it raises."""

    def say(what):
        def answer(_wall):
            if isinstance(what, OSError):
                raise what
            return what

        monkeypatch.setattr(clock_guard.proxy_clock, "furthest_apart", answer)

    return say


def look(guard, now, **moved):
    """One reading of the real clocks, with what somebody did to them."""
    guard.watch(replace(take_reading(guard), **moved), now)


def test_a_proxy_that_is_behind_opens_an_incident_and_its_stamps_are_known_to_be_off(guard, fixed_now, proxy_says):
    proxy_says(0.0)
    look(guard, fixed_now)
    assert (clock_guard.stamps_apart(), rows()) == (timedelta(0), [])

    proxy_says(-30.0)
    look(guard, fixed_now)

    evidence = {"seconds": -30.0, "marks": 1}
    assert (clock_guard.stamps_apart(), rows()) == (-timedelta(seconds=30), [("PROXY", guard.name, evidence, True)])


def test_a_proxy_that_is_ahead_is_noticed_without_a_request(guard, fixed_now, proxy_says):
    proxy_says(2.0)
    look(guard, fixed_now)

    assert (clock_guard.stamps_apart(), rows()[0][:3:2]) == (
        timedelta(seconds=2),
        ("PROXY", {"seconds": 2.0, "marks": 1}),
    )


@pytest.mark.parametrize("apart", [0.0, 0.5, -0.5])
def test_stamps_of_a_proxy_within_the_tolerance_are_believed(guard, fixed_now, proxy_says, apart):
    proxy_says(apart)
    look(guard, fixed_now)

    assert (clock_guard.stamps_apart(), rows()) == (timedelta(0), [])


def test_nobody_says_that_the_proxy_is_wrong_while_another_clock_is_in_doubt(guard, fixed_now, proxy_says):
    proxy_says(-30.0)
    look(guard, fixed_now)
    wall = guard.watched.before.wall

    look(guard, fixed_now, wall=wall + 40.0)
    assert clock_guard.stamps_apart() == timedelta(0)

    look(guard, fixed_now)
    look(guard, fixed_now, database=wall + 40.0)
    assert clock_guard.stamps_apart() == timedelta(0)


def test_a_proxy_that_does_not_answer_is_said_once_and_what_was_known_stays(guard, fixed_now, proxy_says, caplog):
    proxy_says(-30.0)
    look(guard, fixed_now)
    proxy_says(ConnectionRefusedError("nobody there"))
    look(guard, fixed_now)
    look(guard, fixed_now)

    assert clock_guard.stamps_apart() == -timedelta(seconds=30)
    assert caplog.text.count("the proxy's clock cannot be compared: nobody there") == 1


def test_nobody_knows_stamps_to_be_off_before_the_first_look(guard):
    assert clock_guard.stamps_apart() == timedelta(0)


def test_a_real_reading_agrees_with_itself(guard, fixed_now):
    feed(guard, fixed_now, take_reading(guard), take_reading(guard))

    assert guard.watched.doubts == ()
    assert (guard.watched.before.database is None) == (connection.vendor == "sqlite")


def test_a_thread_that_was_held_up_reads_nothing(guard, monkeypatch):
    seconds = iter([100.0, 100.051])
    monkeypatch.setattr(clock_guard, "timer", lambda: next(seconds))

    assert take_reading(guard) is None


def test_a_look_survives_whatever_happens_and_says_it_once(guard, monkeypatch, caplog):
    def refuse(_guard):
        raise OperationalError("the database is gone")

    watch = Watch("web")
    monkeypatch.setattr(clock_guard.connection, "close", lambda: None)
    monkeypatch.setattr(clock_guard, "take_reading", refuse)
    watch.look()
    watch.look()
    monkeypatch.setattr(clock_guard, "take_reading", lambda _guard: None)
    watch.look()

    assert caplog.text.count("the clocks cannot be compared: the database is gone") == 1
    assert guard.watched is None


def test_a_look_watches(guard, monkeypatch):
    monkeypatch.setattr(clock_guard.connection, "close", lambda: None)

    Watch("web").look()

    assert isinstance(guard.watched.before, Reading)


def test_one_thread_in_a_process_that_ends_when_told(guard, monkeypatch):
    monkeypatch.setattr(clock_guard, "_running", None)
    monkeypatch.setattr(clock_guard, "EVERY_SECONDS", 60.0)

    first, second = clock_guard.start_watching("web"), clock_guard.start_watching("worker")
    assert first is second
    assert (first.name, first.daemon) == ("clock-guard", True)

    first.stop()
    assert not first.is_alive()
    again = clock_guard.start_watching("web")
    assert again is not first
    again.stop()


def test_a_thread_looks_each_time(guard, monkeypatch):
    seen = []
    watch = Watch("web")
    monkeypatch.setattr(clock_guard, "EVERY_SECONDS", 0.0)
    monkeypatch.setattr(watch, "look", lambda: seen.append(1) or (len(seen) == 3 and watch._ending.set()))

    watch.run()

    assert len(seen) == 3
    assert guard.name.startswith("web@")

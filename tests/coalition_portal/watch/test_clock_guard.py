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

from datetime import timedelta
from types import SimpleNamespace

import pytest
from celery.signals import worker_process_init
from django.db import OperationalError

from coalition_portal import clock
from coalition_portal.watch import beating, pulse
from coalition_portal.watch.beating import beat, beat_at_start, beat_now_and_then, name_of
from coalition_portal.watch.models import Heartbeat
from coalition_portal.watch.queries import FRESH, is_fresh, newest_beats, open_incident_kinds, stale_kinds

pytestmark = pytest.mark.django_db

SECOND, MICROSECOND = timedelta(seconds=1), timedelta(microseconds=1)
SWEEP = "tenders.proposals.tasks.sweep"


@pytest.fixture(autouse=True)
def nobody_beat_yet(monkeypatch):
    monkeypatch.setattr(beating, "_last", {})


@pytest.fixture
def timer(monkeypatch):
    """`timer(seconds)`: what the timer of this process says from now on."""

    def say(seconds):
        monkeypatch.setattr(beating.time, "monotonic", lambda: seconds)

    say(1000.0)
    return say


def rows():
    return list(Heartbeat.objects.order_by("name").values_list("name", "kind", "beaten_at"))


def test_a_second_beat_changes_the_row(fixed_now):
    beat(name="worker@a:1", kind="worker", now=fixed_now)
    beat(name="worker@b:1", kind="worker", now=fixed_now)
    beat(name="worker@a:1", kind="worker", now=fixed_now + SECOND)

    assert rows() == [("worker@a:1", "worker", fixed_now + SECOND), ("worker@b:1", "worker", fixed_now)]
    assert newest_beats() == {"worker": fixed_now + SECOND}


def test_a_beat_is_one_statement(fixed_now, django_assert_num_queries):
    with django_assert_num_queries(1):
        beat(name="beat@a:1", kind="beat", now=fixed_now)


def test_a_start_forgets_what_has_not_beaten_for_a_day(fixed_now):
    beat(name="worker@old:1", kind="worker", now=fixed_now - timedelta(days=1) - MICROSECOND)
    beat(name="worker@older:1", kind="worker", now=fixed_now - timedelta(days=1))

    beat_at_start(name="worker@a:1", kind="worker", now=fixed_now)

    assert [name for name, _kind, _at in rows()] == ["worker@a:1", "worker@older:1"]


def test_a_beat_comes_at_most_every_ten_seconds(fixed_now, timer):
    found = []
    for seconds in (1000.0, 1009.9, 1010.0):
        timer(seconds)
        found.append(beat_now_and_then(name="a", kind="beat", now=fixed_now))

    assert found == [True, False, True]
    assert beat_now_and_then(name="b", kind="beat", now=fixed_now)


def test_a_database_that_refuses_stops_nothing(fixed_now, timer, monkeypatch, caplog):
    def refuse(**_facts):
        raise OperationalError("gone")

    monkeypatch.setattr(beating, "beat", refuse)
    monkeypatch.setattr(pulse, "beat_at_start", refuse)

    assert not beat_now_and_then(name="a", kind="beat", now=fixed_now)
    pulse.beat_began()
    assert caplog.text.count("no heartbeat of") == 2


@pytest.mark.parametrize(
    ("age", "fresh"),
    [
        (timedelta(0), True),
        (FRESH, True),
        (FRESH + MICROSECOND, False),
        (-FRESH, True),
        (-FRESH - MICROSECOND, False),
    ],
)
def test_fresh_is_within_a_minute(fixed_now, age, fresh):
    beat(name="worker@a:1", kind="worker", now=fixed_now - age)

    assert is_fresh("worker", fixed_now) is fresh
    assert not is_fresh("beat", fixed_now)
    assert stale_kinds(fixed_now) == (["beat"] if fresh else ["worker", "beat"])


def test_nobody_beat_and_nothing_is_in_doubt(fixed_now):
    assert (newest_beats(), stale_kinds(fixed_now), open_incident_kinds()) == ({}, ["worker", "beat"], [])


# Celery's signals


def test_a_worker_beats_when_it_is_ready_and_when_it_has_run_a_task(fixed_now, timer, monkeypatch):
    watched = []
    monkeypatch.setattr(pulse, "start_watching", watched.append)
    monkeypatch.setattr(clock, "now", lambda: fixed_now)

    pulse.worker_began(sender=SimpleNamespace(hostname="celery@a"))
    assert (rows(), watched) == ([("celery@a", "worker", fixed_now)], ["worker"])

    monkeypatch.setattr(clock, "now", lambda: fixed_now + SECOND)
    pulse.task_was_run(sender=SimpleNamespace(request=SimpleNamespace(hostname="celery@a")))
    pulse.task_was_run(sender=None)
    assert rows() == [
        ("celery@a", "worker", fixed_now + SECOND),
        (name_of("worker"), "worker", fixed_now + SECOND),
    ]


def test_each_child_of_a_worker_watches_the_clocks_for_itself(monkeypatch):
    watched = []
    monkeypatch.setattr(pulse, "start_watching", watched.append)

    worker_process_init.send(sender=None)

    assert watched == ["worker"]


def test_a_beat_beats_when_it_starts_and_when_it_has_sent_what_stands_in_its_schedule(fixed_now, timer, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: fixed_now)
    pulse.beat_began()
    monkeypatch.setattr(clock, "now", lambda: fixed_now + SECOND)

    pulse.task_was_sent(sender="tenders.proposals.tasks.stage")
    assert rows() == [(name_of("beat"), "beat", fixed_now)]

    pulse.task_was_sent(sender=SWEEP)
    pulse.task_was_sent(sender=SWEEP)
    assert rows() == [(name_of("beat"), "beat", fixed_now + SECOND)]


@pytest.mark.django_db(transaction=True)
def test_the_thread_that_sends_keeps_no_connection(fixed_now, timer):
    from django.db import connection

    pulse.task_was_sent(sender=SWEEP)

    assert connection.connection is None

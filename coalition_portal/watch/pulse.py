"""What makes workers and beats write their heartbeat: Celery's own signals, connected when the app is ready."""

from celery.signals import (
    after_task_publish,
    beat_embedded_init,
    beat_init,
    task_postrun,
    worker_process_init,
    worker_ready,
)
from django.conf import settings
from django.db import Error, connection

from coalition_portal import clock
from coalition_portal.watch.beating import beat_at_start, beat_now_and_then, logger, name_of
from coalition_portal.watch.clock_guard import start_watching

WORKER, BEAT = "worker", "beat"


@worker_ready.connect
def worker_began(sender=None, **_signal):
    _begin(str(getattr(sender, "hostname", None) or name_of(WORKER)), WORKER)
    start_watching(WORKER)


@worker_process_init.connect
def child_began(**_signal):
    """A child of a worker carries out the closings, and no thread of its parent came along: it watches for itself."""
    start_watching(WORKER)


@task_postrun.connect
def task_was_run(sender=None, **_signal):
    """A task that was run proves the worker, also one that failed. Children of one worker beat under its name."""
    hostname = getattr(getattr(sender, "request", None), "hostname", None)
    beat_now_and_then(name=str(hostname or name_of(WORKER)), kind=WORKER, now=clock.now())


@beat_init.connect
@beat_embedded_init.connect
def beat_began(**_signal):
    _begin(name_of(BEAT), BEAT)


@after_task_publish.connect
def task_was_sent(sender=None, **_signal):
    """Only a beat sends what stands in its schedule."""
    if sender not in {line["task"] for line in settings.CELERY_BEAT_SCHEDULE.values()}:
        return
    if beat_now_and_then(name=name_of(BEAT), kind=BEAT, now=clock.now()):
        _close()


def _begin(name: str, kind: str) -> None:
    try:
        beat_at_start(name=name, kind=kind, now=clock.now())
    except Error as error:
        logger.warning("no heartbeat of %s: %s", name, error)
    _close()


def _close() -> None:
    """The thread that sends has no other use for a connection; one inside a transaction is somebody else's."""
    if not connection.in_atomic_block:
        connection.close()

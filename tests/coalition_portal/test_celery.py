import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from coalition_portal import safety
from coalition_portal.celery import app, refuse_unsafe_start
from tests.services.environment import ROOT, bare_environment, python

SWEEP = "tenders.proposals.tasks.sweep"
ORPHANS = "tenders.proposals.tasks.sweep_orphans"
ANSWERS = "tenders.api.tasks.forget_old_answers"


def test_only_json_is_taken_and_nothing_is_hoarded():
    app.loader.import_default_modules()

    assert {
        "accept_content": app.conf.accept_content,
        "task_serializer": app.conf.task_serializer,
        "task_ignore_result": app.conf.task_ignore_result,
        "result_backend": app.conf.result_backend,
        "worker_prefetch_multiplier": app.conf.worker_prefetch_multiplier,
        "worker_redirect_stdouts": app.conf.worker_redirect_stdouts,
        "timezone": app.conf.timezone,
    } == {
        "accept_content": ["json"],
        "task_serializer": "json",
        "task_ignore_result": True,
        "result_backend": None,
        "worker_prefetch_multiplier": 1,
        "worker_redirect_stdouts": False,
        "timezone": "UTC",
    }


def test_the_beat_sweeps_every_five_seconds_and_names_real_tasks():
    app.loader.import_default_modules()

    assert app.conf.beat_schedule == {
        "sweep": {"task": SWEEP, "schedule": 5, "options": {"expires": 5}},
        "orphans": {"task": ORPHANS, "schedule": 3600, "options": {"expires": 3600}},
        "kept answers": {"task": ANSWERS, "schedule": 3600, "options": {"expires": 3600}},
    }
    assert {SWEEP, ORPHANS, ANSWERS} <= app.tasks.keys()


def test_no_task_is_sent_for_later():
    """A worker that is killed loses what it holds for later, and a broker gives it out twice: due work is a row."""
    code = [path for name in ("coalition_portal", "manufacturers", "tenders") for path in (ROOT / name).rglob("*.py")]
    words = ("apply_async(", "countdown=", ".delay(")

    assert [
        (str(path.relative_to(ROOT)), word) for path in code for word in words if word in path.read_text("utf-8")
    ] == []


def test_worker_and_beat_exit_at_a_refusal(monkeypatch):
    def refuse():
        raise ImproperlyConfigured("no guards")

    monkeypatch.setattr(safety, "check_start", refuse)

    with pytest.raises(SystemExit, match="no guards"):
        refuse_unsafe_start()


@pytest.fixture(scope="module")
def portal_on_redis(redis_url, tmp_path_factory):
    """The variables of a portal on SQLite with Redis as its broker, migrated."""
    folder = tmp_path_factory.mktemp("on-redis")
    variables = {"PORTAL_DATA": str(folder), "REDIS_URL": redis_url, "PORTAL_DEMO": "0", "LOG_LEVEL": "INFO"}
    done = python("manage.py", "migrate", "--verbosity", "0", **variables)
    assert done.returncode == 0, done.stderr
    return variables


def celery(*arguments):
    return [sys.executable, "-m", "celery", "--app", "coalition_portal", *arguments]


def wait_for(text, log: Path, *, seconds=60):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if text in log.read_text():
            return True
        time.sleep(0.1)
    return False


def test_worker_and_beat_sweep_through_redis(portal_on_redis, tmp_path):
    environment = bare_environment(**portal_on_redis)
    worker_log = tmp_path / "worker.log"
    commands = [
        celery("worker", "--pool", "solo", "--loglevel", "INFO", "--without-gossip", "--without-mingle"),
        celery("beat", "--schedule", str(tmp_path / "beat")),
    ]
    with worker_log.open("w") as log:
        running = [subprocess.Popen(c, cwd=ROOT, env=environment, stdout=log, stderr=log) for c in commands]
        try:
            assert wait_for(f"Task {SWEEP}", worker_log) and wait_for("succeeded", worker_log), worker_log.read_text()
        finally:
            for process in running:
                process.terminate()
            assert [process.wait(60) for process in running] == [0, 0]


def test_a_worker_does_not_start_on_a_database_without_guards(redis_url, tmp_path):
    done = python(
        *celery("worker", "--pool", "solo")[1:], PORTAL_DATA=str(tmp_path), REDIS_URL=redis_url, PORTAL_DEMO="0"
    )

    assert done.returncode != 0
    assert "The database lacks its guards" in done.stderr

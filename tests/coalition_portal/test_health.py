from datetime import timedelta

import pytest

from coalition_portal import clock, guards, health
from coalition_portal.ledger.append import append
from coalition_portal.ledger.entries import Event
from coalition_portal.ledger.models import Entry, Head
from coalition_portal.watch.beating import beat
from coalition_portal.watch.incidents import open_incident
from coalition_portal.watch.queries import FRESH

SERVES = {"database": True, "guards": True, "broker": True, "storage": True, "ledger": True}
READY = SERVES | {"worker": True, "beat": True, "clocks": True}


@pytest.fixture
def alive(db):
    """A worker and a beat that did their work a moment ago."""
    for kind in ("worker", "beat"):
        beat(name=f"{kind}@host:1", kind=kind, now=clock.now())


@pytest.fixture
def log_of_two(transactional_db):
    from django.db import transaction

    for code in ("LV", "GB"):
        with transaction.atomic():
            append(event=Event.IDENTITY_COALITION_LOADED, subject=code, facts={}, at=clock.now())


def answer(client, path="/readyz"):
    response = client.get(path)
    return response.status_code, response.json()


def test_healthz_asks_nothing_but_the_process(client):
    assert answer(client, "/healthz") == (200, {"status": "ok"})


def test_readyz_with_an_empty_log(client, alive):
    assert answer(client) == (200, {"status": "ok", "parts": READY})


def test_readyz_with_entries(client, log_of_two, alive):
    assert answer(client) == (200, {"status": "ok", "parts": READY})


@pytest.mark.parametrize("kind", ["worker", "beat"])
def test_a_portal_with_nobody_fresh_serves_and_is_degraded(client, alive, caplog, kind):
    beat(name=f"{kind}@host:1", kind=kind, now=clock.now() - FRESH - timedelta(seconds=1))

    assert answer(client) == (200, {"status": "degraded", "parts": READY | {kind: False}})
    assert f"degraded: {kind}: no {kind} beat in the last 60 s" in caplog.text


def test_a_portal_that_cron_sweeps_wants_no_heartbeat(client, db, settings):
    settings.PORTAL_WORKERS = False

    assert answer(client) == (200, {"status": "ok", "parts": READY})


def test_a_clock_in_doubt_degrades(client, alive, caplog):
    open_incident(kind="HOST", evidence={}, noticed_by="web@host:1", now=clock.now())

    assert answer(client) == (200, {"status": "degraded", "parts": READY | {"clocks": False}})
    assert "degraded: clocks: a clock is in doubt: HOST" in caplog.text


def test_readyz_costs_a_known_number_of_queries(client, alive, django_assert_num_queries):
    # One for the database, one for its triggers, two for the log, one each for worker, beat and clocks.
    with django_assert_num_queries(7):
        client.get("/readyz")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_both_are_read_only_and_never_kept(client, db, path):
    assert client.post(path).status_code == 405
    assert "no-store" in client.get(path).headers["Cache-Control"]


def test_a_missing_guard_is_told_without_its_name(client, db, monkeypatch, caplog):
    monkeypatch.setattr(health, "missing_guards", lambda: ["log_no_update"])

    assert answer(client) == (503, {"status": "unready", "parts": SERVES | {"guards": False}})
    assert "guards missing: log_no_update" in caplog.text


def test_a_queue_folder_that_cannot_be_written_to(client, db, settings, tmp_path):
    (tmp_path / "broker").write_text("a file where the folder should be")
    settings.BROKER_FOLDER = tmp_path / "broker"

    assert answer(client) == (503, {"status": "unready", "parts": SERVES | {"broker": False}})


def test_a_document_folder_that_cannot_be_written_to(client, db, settings, tmp_path):
    (tmp_path / "files").write_text("a file where the folder should be")
    options = {"location": str(tmp_path / "files" / "vault")}
    settings.STORAGES = settings.STORAGES | {
        "vault": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    }

    assert answer(client) == (503, {"status": "unready", "parts": SERVES | {"storage": False}})


def test_a_folder_is_writable_or_the_check_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(health.os, "access", lambda folder, mode: False)

    with pytest.raises(RuntimeError, match="cannot write to"):
        health._must_be_writable(tmp_path)


def test_a_database_that_does_not_answer(client, db, monkeypatch):
    def refuse():
        raise ConnectionError("gone")

    monkeypatch.setitem(health.CHECKS, "database", refuse)

    assert answer(client) == (503, {"status": "unready", "parts": SERVES | {"database": False}})


def test_redis_is_asked_where_it_is_the_broker(redis_url, settings, monkeypatch):
    from celery import Celery

    settings.REDIS_URL = redis_url
    monkeypatch.setattr(health, "current_app", Celery(broker=redis_url))
    assert health.check_broker() is None

    monkeypatch.setattr(health, "current_app", Celery(broker="redis://127.0.0.1:1/0"))
    with pytest.raises(Exception, match="Error 111"):
        health.check_broker()


@pytest.mark.parametrize(
    ("tamper", "finding"),
    [
        (lambda: Entry.objects.filter(index=1).update(body=b"{}"), "entry 1 does not hash to the head of the log"),
        (lambda: Entry.objects.filter(index=1).delete(), "the log is not as long as its head says"),
        (lambda: Head.objects.all().delete(), "the log is not as long as its head says"),
    ],
)
def test_a_changed_log_is_found(client, log_of_two, caplog, tamper, finding):
    from django.db import connection, transaction

    with transaction.atomic(), guards.disabled(connection):
        tamper()

    assert answer(client) == (503, {"status": "unready", "parts": SERVES | {"ledger": False}})
    assert finding in caplog.text

"""Processes of the portal that can be killed, on the database of the test or on another one."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException

from django.conf import settings
from django.db import connection

from tests.services.environment import ROOT, bare_environment
from tests.services.redis import free_port

START_SECONDS = 60
EXCHANGE_SECONDS = 30


def variables_of_the_test(**more):
    """A portal on the database and the folders of this very test."""
    held = connection.settings_dict
    person = f"{held['USER']}:{held['PASSWORD']}" if held["PASSWORD"] else held["USER"]
    address = f"postgres://{person}@{held['HOST']}:{held['PORT']}/{held['NAME']}"
    said = {
        "DJANGO_SETTINGS_MODULE": "tests.drills.settings",
        "DATABASE_URL": address,
        "PORTAL_DATA": str(settings.PORTAL_DATA),
        "PORTAL_EMBEDDED": "0",
        "LOG_LEVEL": "CRITICAL",
    }
    return said | more


class Process:
    """In a group of its own, so that killing it kills all of it."""

    def __init__(self, *command, **variables):
        environment = bare_environment(**variables_of_the_test(**variables))
        self.running = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self):
        """kill -9, of the process and of its children."""
        if self.running.poll() is None:
            os.killpg(self.running.pid, signal.SIGKILL)
        self.running.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.kill()


class Web(Process):
    """Gunicorn with the portal's own configuration."""

    def __init__(self, **variables):
        self.port = free_port()
        command = ("-m", "gunicorn", "--config", "gunicorn.conf.py", "--log-level", "critical")
        super().__init__(*command, PORT=str(self.port), **variables)
        until = time.monotonic() + START_SECONDS
        while not self._answers():
            if time.monotonic() > until or self.running.poll() is not None:
                self.kill()
                raise RuntimeError("The web process did not start.")
            time.sleep(0.1)

    def _answers(self):
        try:
            return ask(self.port, "GET", "/healthz").status == 200
        except OSError:
            return False


def sweeper(**variables):
    """One sweep, as cron and the worker do it, in a process of its own."""
    return Process("manage.py", "sweep", **variables)


class Answer:
    def __init__(self, received, body):
        self.status, self.headers, self.body = received.status, received.headers, body

    @property
    def place(self):
        return self.headers.get("Location", "")

    @property
    def text(self):
        return self.body.decode(errors="replace")


def ask(port, method, path, body=b"", **headers):
    """One exchange over a connection of its own; raises OSError where there was no answer."""
    link = HTTPConnection("127.0.0.1", port, timeout=EXCHANGE_SECONDS)
    try:
        link.request(method, path, body=body or None, headers=headers)
        received = link.getresponse()
        return Answer(received, received.read())
    except HTTPException as error:
        raise ConnectionError("no answer") from error
    finally:
        link.close()


def press(client, port):
    """Press the button of the form that this client has before them."""
    return ask(port, "POST", client["path"], client["body"].encode(), **form_headers(client))


def form_headers(client):
    return {"Cookie": client["cookies"], "Content-Type": "application/x-www-form-urlencoded"}


def wait_until(is_so, seconds=60):
    until = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > until:
            raise AssertionError("What the drill waits for did not happen.")
        time.sleep(0.02)


@contextmanager
def other_session():
    """A database session beside the test's own, in an open transaction, that can hold locks."""
    session = connection.copy()
    session.set_autocommit(False)
    try:
        with session.cursor() as cursor:
            yield cursor
    finally:
        session.rollback()
        session.close()


def waiting_for_lock(space):
    """How many sessions stand in the queue for an advisory lock of that kind."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND NOT granted "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [space],
        )
        return cursor.fetchone()[0]


def waiting_for_the_log():
    """How many sessions want to write the next entry: each of them queues for the head's row, the first one too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'tuple' AND relation = 'portal_ledger_head'::regclass "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return cursor.fetchone()[0]

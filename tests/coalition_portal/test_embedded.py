"""./portal run as people start it: one process, ready when it says so, stopped cleanly, started again."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from urllib.request import urlopen

import pytest

from tests.services.environment import ROOT, bare_environment, python
from tests.services.redis import free_port

pytestmark = pytest.mark.sqlite_only

# Gunicorn kills a worker that has not ended after ten seconds; that would not be clean.
STOP_SECONDS = 9


@pytest.fixture
def variables(tmp_path):
    return {"PORTAL_DATA": str(tmp_path / "data"), "PORT": str(free_port()), "PORTAL_DEMO": "0"}


@contextmanager
def running(variables):
    """The portal in a process group of its own, as in a terminal; what it says stands in the list that is given."""
    process = subprocess.Popen(
        [sys.executable, "-m", "coalition_portal.embedded"],
        cwd=ROOT,
        env=bare_environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def first_line(process):
    return process.stdout.readline().strip()


def ask(variables, path):
    with urlopen(f"http://127.0.0.1:{variables['PORT']}{path}", timeout=60) as answer:
        return json.load(answer)


def ctrl_c(process):
    """What a terminal does: it interrupts the whole group."""
    os.killpg(process.pid, signal.SIGINT)


def supervisor(process):
    process.terminate()


def nobody_left(group):
    """Whether the whole process group is gone, a moment being left to the kernel."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_the_portal_is_ready_when_it_says_so_stops_cleanly_and_starts_again(variables):
    said = f"Portal ready at http://127.0.0.1:{variables['PORT']}/"

    for stop in (ctrl_c, supervisor):
        with running(variables) as process:
            assert first_line(process) == said
            assert ask(variables, "/readyz")["status"] == "ok"
            stop(process)
            assert (process.communicate(timeout=STOP_SECONDS)[0], process.returncode) == ("", 0)
            assert nobody_left(process.pid)


def test_a_taken_port_is_told_before_anything_is_made(variables, tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(variables["PORT"])))
        other.listen()
        done = python("-m", "coalition_portal.embedded", **variables)

    assert (done.returncode, done.stdout, done.stderr.strip()) == (
        1,
        "",
        f"Port {variables['PORT']} is taken (Address already in use). Choose another one: PORT=8001 ./portal run",
    )
    assert not (tmp_path / "data").exists()


HALF_WORLD = """
import os, sys, django
django.setup()
from django.core.management import call_command
from coalition_portal import embedded
embedded.settings.PORTAL_DATA.mkdir(parents=True)
try:
    with embedded.new_database_made_whole():
        call_command("migrate", verbosity=0)
        print(sorted(os.listdir(embedded.settings.PORTAL_DATA))[0])
        if sys.argv[1] == "late":
            raise SystemExit("came too late")
finally:
    print(sorted(name for name in os.listdir(embedded.settings.PORTAL_DATA) if "sqlite3" in name))
"""


@pytest.mark.parametrize(("end", "left"), [("late", "[]"), ("whole", "['portal.sqlite3']")])
def test_no_half_database_is_left(variables, end, left):
    done = python("-c", HALF_WORLD, end, **variables)

    assert done.stdout.splitlines() == ["portal.sqlite3.new", left]

"""Servers, load and figures of a bench. Absolute times mean little, so all is a ratio within one and the same round."""

import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from tests.services.environment import ROOT, bare_environment
from tests.services.redis import free_port

ROUNDS = 9
SLICE_SECONDS = 1
CONNECTIONS = 8
START_SECONDS = 30
TICKS = os.sysconf("SC_CLK_TCK")
GOOD = (200, 304)
PLAIN = Path(__file__).with_name("plain_server.py")


class CannotMeasure(Exception):
    """Why nothing can be measured here, as one sentence."""


@dataclass(frozen=True)
class Figure:
    """A ratio over all rounds beside what it must reach: at least `floor`, or at most where `at_most` is set."""

    name: str
    ratios: tuple[float, ...]
    floor: float
    goal: float
    at_most: bool = False

    @property
    def median(self):
        return statistics.median(self.ratios)

    @property
    def reached(self):
        """goal, floor, or below: a change whose figure is below the floor does not land."""
        for word, bound in (("goal", self.goal), ("floor", self.floor)):
            if self.median <= bound if self.at_most else self.median >= bound:
                return word
        return "below"

    def as_json(self):
        return {
            "median": round(self.median, 4),
            "min": round(min(self.ratios), 4),
            "max": round(max(self.ratios), 4),
            "rounds": len(self.ratios),
            "floor": self.floor,
            "goal": self.goal,
            "better": "less" if self.at_most else "more",
            "reached": self.reached,
        }

    def as_line(self):
        spread = f"{self.median:8.4f} [{min(self.ratios):.4f}-{max(self.ratios):.4f}]"
        sign = "<=" if self.at_most else ">="
        return f"{self.name:44} {spread:28} floor {sign} {self.floor:<6} goal {sign} {self.goal:<6} {self.reached}"


@dataclass(frozen=True)
class Load:
    """One slice of load: answers a second, and CPU milliseconds of the server for each."""

    per_second: float
    cpu_ms: float


class Server:
    """Two gunicorn workers with four threads each, of any WSGI application, in a process group of its own."""

    def __init__(self, application, *, configuration=None, **variables):
        self.port = free_port()
        command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{self.port}", "--workers", "2"]
        command += ["--worker-class", "gthread", "--threads", "4", "--log-level", "error", "--no-control-socket"]
        command += ["--config", str(configuration or PLAIN)]
        environment = bare_environment(**variables)
        self.process = subprocess.Popen([*command, application], cwd=ROOT, env=environment, start_new_session=True)

    def wait_until_it_answers(self, path):
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            try:
                return self.ask(path)
            except OSError:
                time.sleep(0.1)
        raise CannotMeasure(f"The server did not answer {path} within {START_SECONDS} s.")

    def ask(self, path, headers=None):
        """Status and headers of one request. Anything but 200 and 304 is no figure: a redirect is quick to answer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        if answer.status not in GOOD:
            raise CannotMeasure(f"{path} answered {answer.status}, wanted 200 or 304.")
        return answer.status, answer.headers

    def cpu_seconds(self):
        return sum(_cpu_ticks(folder, self.process.pid) for folder in Path("/proc").glob("[0-9]*")) / TICKS

    def stop(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)


def _cpu_ticks(folder, group):
    try:
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12]) if int(fields[2]) == group else 0


@contextmanager
def serving(application, path, **options):
    server = Server(application, **options)
    try:
        server.wait_until_it_answers(path)
        yield server
    finally:
        server.stop()


def serving_bare():
    return serving("tests.benchmarks.bare:application", "/")


def find_wrk():
    if found := shutil.which("wrk"):
        return found
    raise CannotMeasure("wrk is not installed. On Debian and Ubuntu: apt-get install wrk")


# Every request of wrk comes from another address, as in life, so that the limit for one address is counted, not met.
ADDRESSES = """
local count = 0
request = function()
    count = count + 1
    wrk.headers["X-Forwarded-For"] = string.format("10.%d.%d.%d", count / 65536 % 256, count / 256 % 256, count % 256)
    return wrk.format()
end
"""


def load(server, path, *, headers=None, expected=200):
    """Full load by wrk for one slice; every answer has to be the expected one, before and after."""
    headers = headers or {}
    _expect(server, path, headers, expected)
    command = [find_wrk(), "-t2", f"-c{CONNECTIONS}", f"-d{SLICE_SECONDS}s", "-s", "/dev/stdin"]
    command += [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    before = server.cpu_seconds()
    address = f"http://127.0.0.1:{server.port}{path}"
    said = subprocess.run([*command, address], input=ADDRESSES, capture_output=True, text=True).stdout
    spent = server.cpu_seconds() - before
    _expect(server, path, headers, expected)
    answers = int(re.search(r"(\d+) requests in", said).group(1))
    if "Non-2xx" in said or "Socket errors" in said or not answers:
        raise CannotMeasure(f"{path} did not answer well under load: {said}")
    return Load(float(re.search(r"Requests/sec:\s+([\d.]+)", said).group(1)), 1000 * spent / answers)


def _expect(server, path, headers, expected):
    status, _headers = server.ask(path, headers)
    if status != expected:
        raise CannotMeasure(f"{path} answered {status}, wanted {expected}.")


def beside_bare(bare, server, path, *, headers=None, expected=200, rounds=ROUNDS):
    """Ratios of answers a second and of CPU for each answer, one pair for each round."""
    pairs = [(load(bare, "/"), load(server, path, headers=headers, expected=expected)) for _round in range(rounds)]
    return (
        tuple(ours.per_second / ceiling.per_second for ceiling, ours in pairs),
        tuple(ours.cpu_ms / ceiling.cpu_ms for ceiling, ours in pairs),
    )

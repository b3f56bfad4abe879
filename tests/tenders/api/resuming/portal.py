"""The portal under gunicorn as an operator starts it, and what its web process weighs."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from tests.services.environment import ROOT, bare_environment, python
from tests.services.redis import free_port

START_SECONDS = 60
FRAME = 1024 * 1024


@contextmanager
def running_portal(folder):
    """What a client needs: endpoint, token, proposal; and the number of the web process."""
    folder.mkdir()
    variables = {"PORTAL_DATA": str(folder), "PORTAL_EMBEDDED": "0", "PORTAL_DEMO": "0", "PORT": str(free_port())}
    made = python("-m", "tests.tenders.api.resuming.world", **variables)
    assert made.returncode == 0, made.stderr
    facts = json.loads(made.stdout.splitlines()[-1])
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        "gunicorn.conf.py",
        "--workers",
        "1",
        "--log-level",
        "error",
    ]
    with subprocess.Popen(command, cwd=ROOT, env=bare_environment(**variables), start_new_session=True) as server:
        try:
            _wait_for(int(variables["PORT"]))
            endpoint = f"http://127.0.0.1:{variables['PORT']}/api/v1/uploads"
            yield facts | {"endpoint": endpoint}, _child_of(server.pid)
        finally:
            os.killpg(server.pid, signal.SIGKILL)


def _wait_for(port):
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            return connection.getresponse().read()
        except OSError:
            assert time.monotonic() < until, "the portal did not start"
            time.sleep(0.05)


def _child_of(master):
    return int(Path(f"/proc/{master}/task/{master}/children").read_text().split()[0])


class Scale:
    """Weighs a process all the time; `most_mb` is the most that it weighed since `reset`."""

    def __init__(self, process):
        self.status = Path(f"/proc/{process}/status")
        self.most_mb = self.now_mb = 0
        threading.Thread(target=self._weigh, daemon=True).start()

    def reset(self):
        self.most_mb = self._resident_mb()
        return self.most_mb

    def _weigh(self):
        while self.status.exists():
            self.most_mb = max(self.most_mb, self._resident_mb())
            time.sleep(0.01)

    def _resident_mb(self):
        try:
            line = next(line for line in self.status.read_text().splitlines() if line.startswith("VmRSS"))
        except (OSError, StopIteration):
            return 0
        return int(line.split()[1]) / 1024


def film(path, size):
    """A video of exactly that size, of which no two pieces are alike."""
    kinds = b"isom" + (512).to_bytes(4, "big") + b"isomiso2avc1mp41"
    head = (len(kinds) + 8).to_bytes(4, "big") + b"ftyp" + kinds + b"\x00\x00\x00\x08moov"
    body = size - len(head)
    with path.open("wb") as file:
        file.write(head + body.to_bytes(4, "big") + b"mdat")
        left = body - 8
        while left:
            piece = os.urandom(min(FRAME, left))
            file.write(piece)
            left -= len(piece)


def send(facts, path, most=None):
    """Run a client; the address that it began an upload at, if it did, and whether it lived to the end."""
    arguments = [json.dumps(facts), str(path), *([str(most)] if most else [])]
    command = [sys.executable, "-m", "tests.tenders.api.resuming.client", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=bare_environment(), capture_output=True, text=True, timeout=300)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.stdout.strip() or None, done.returncode == 0


def standing(facts, url):
    """The headers that tell how far an upload is."""
    host, _slash, path = url.removeprefix("http://").partition("/")
    connection = HTTPConnection(host, timeout=30)
    headers = {"Authorization": f"Bearer {facts['token']}", "Tus-Resumable": "1.0.0"}
    connection.request("HEAD", f"/{path}", headers=headers)
    answer = connection.getresponse()
    answer.read()
    return dict(answer.headers)

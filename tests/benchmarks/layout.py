"""The portal's processes as in production: proxy with the stamp, web, the servers for submitting, worker and beat.

On SQLite it is the one process of `./portal run`.
"""

import os
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.benchmarks.harness import CannotMeasure
from tests.services.environment import ROOT, bare_environment
from tests.services.nginx import NoNginx, running_proxy
from tests.services.redis import free_port

STOP_SECONDS = 15


@contextmanager
def process(*command, **variables):
    """A process in a group of its own; what it prints goes beside the figures."""
    with subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=bare_environment(**variables),
        stdout=sys.stderr,
        start_new_session=True,
    ) as running:
        try:
            yield running
        finally:
            _stop(running)


def _stop(running):
    # Its children are told by it: a signal to all of them at once would end what they are at.
    running.terminate()
    try:
        running.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)


@contextmanager
def gunicorn(variables, *words):
    """Web servers with the portal's own configuration; gives their port."""
    port = free_port()
    command = ("gunicorn", "--config", "gunicorn.conf.py", "--log-level", "error", *words)
    with process(*command, **variables | {"PORT": str(port)}):
        wait_until_it_answers(port)
        yield port


def wait_until_it_answers(port):
    from tests.benchmarks.harness import Server

    probe = Server.__new__(Server)
    probe.port, probe.process = port, _Alive()
    probe.wait_until_it_answers("/healthz")


class _Alive:
    def poll(self):
        return None


@contextmanager
def production(variables, folder):
    """Gives the port at which clients knock, and the words for what stands behind it."""
    with ExitStack() as running:
        broker, words = _broker(running, folder)
        port = free_port()
        stamps = {
            "PORTAL_STAMPING_PROXIES": "127.0.0.1",
            "PORTAL_PROXY_CLOCKS": f"http://127.0.0.1:{port}/proxy-clock",
        }
        variables = variables | broker | stamps | {"WEB_CONCURRENCY": "2"}
        web = running.enter_context(gunicorn(variables))
        submit = running.enter_context(gunicorn(variables))
        files = running.enter_context(gunicorn(variables, "--workers", "1", "--threads", "32"))
        try:
            ports = {"web_port": web, "submit_port": submit, "files_port": files}
            running.enter_context(running_proxy(folder, port=port, **ports))
        except NoNginx as reason:
            raise CannotMeasure(f"The proxy is part of what is measured: {reason}.") from reason
        celery = ("celery", "--quiet", "--app", "coalition_portal")
        worker = ("worker", "--loglevel", "error", "--concurrency", "2", "--without-gossip", "--without-mingle")
        running.enter_context(process(*celery, *worker, **variables))
        running.enter_context(process(*celery, "beat", "--schedule", f"{folder}/beat", **variables))
        yield port, f"nginx, 2 web, 2 submit and 1 files processes, worker and beat over {words}"


def _broker(running, folder):
    import shutil

    from tests.services.redis import running_redis

    if shutil.which("redis-server") or shutil.which("valkey-server"):
        url = running.enter_context(running_redis(folder))
        return {"REDIS_URL": url}, "Redis"
    for name in ("queue", "control"):
        (Path(folder) / "broker" / name).mkdir(parents=True, exist_ok=True)
    return {}, "folders"


@contextmanager
def embedded(variables, folder):
    """The process of ./portal run: web, worker and beat in one."""
    with gunicorn(variables | {"PORTAL_EMBEDDED": "1"}) as port:
        yield port, "one process with worker and beat inside"

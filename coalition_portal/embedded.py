"""The portal on one machine: prepare the data folder, then web, worker and beat in one process (./portal run)."""

import hashlib
import io
import json
import logging
import os
import socket
import sys
import threading
import time
import warnings
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection, connections

from coalition_portal import clock

HOST = "127.0.0.1"
READY_SECONDS = 60
STOP_SECONDS = 5
logger = logging.getLogger(__name__)


def main(arguments: list[str]) -> None:
    """Prepare, then leave the data folder to gunicorn, which takes the place of this process.

    With the argument `prepare` it ends there: containers prepare once and start their services by themselves.
    """
    os.umask(0o077)
    os.environ["PORTAL_EMBEDDED"] = "1"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coalition_portal.settings")
    django.setup()
    serve = arguments != ["prepare"]
    try:
        if serve:
            _refuse_taken_port()
            collect_static_files()
        prepare()
    except CommandError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("Stopped before the portal was ready.")
    if not serve:
        return
    configuration = str(settings.BASE_DIR / "gunicorn.conf.py")
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "--config", configuration])  # noqa: S606


def prepare() -> None:
    """Everything that the database must hold before the first request. Nothing is done twice."""
    settings.PORTAL_DATA.mkdir(mode=0o700, parents=True, exist_ok=True)
    with new_database_made_whole():
        call_command("migrate", interactive=False, verbosity=0)
        with redirect_stdout(io.StringIO()):
            call_command("load_coalition")
        if settings.PORTAL_DEMO and not get_user_model().objects.exists():
            print("Making the demo world: two open tenders, one in review, one ranked.", flush=True)
            call_command("make_demo_world")


def _refuse_taken_port() -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, settings.PORT))
        except OSError as error:
            raise CommandError(
                f"Port {settings.PORT} is taken ({error.strerror}). Choose another one: PORT=8001 ./portal run"
            ) from error


@contextmanager
def new_database_made_whole():
    """Make a new SQLite database under another name and rename it when all is in it, so that no half one stays."""
    described = connections.settings["default"]
    final = Path(described["NAME"])
    if connection.vendor != "sqlite" or final.exists():
        yield
        return
    making = final.with_name(final.name + ".new")
    _remove_database(making)
    described["NAME"] = connection.settings_dict["NAME"] = str(making)
    try:
        yield
    except BaseException:
        connections.close_all()
        _remove_database(making)
        raise
    finally:
        described["NAME"] = connection.settings_dict["NAME"] = str(final)
    # The last connection writes the journal back into the file, so nothing is left beside it.
    connections.close_all()
    making.rename(final)


def _remove_database(path: Path) -> None:
    for name in (path.name, path.name + "-wal", path.name + "-shm"):
        path.with_name(name).unlink(missing_ok=True)


def collect_static_files() -> None:
    """Collect and compress, unless neither our files nor the packages changed since the last time."""
    mark, digest = settings.STATIC_ROOT / ".collected", _digest_of_static_files()
    if mark.exists() and mark.read_text() == digest:
        return
    call_command("collectstatic", interactive=False, clear=settings.STATIC_ROOT.exists(), verbosity=0)
    mark.write_text(digest)


def _digest_of_static_files() -> str:
    parts = [
        (settings.BASE_DIR / "requirements.lock").read_bytes(),
        Path(__file__).with_name("static_files.py").read_bytes(),
    ]
    for path in sorted((settings.BASE_DIR / "static").rglob("*")):
        if path.is_file():
            parts += [str(path.relative_to(settings.BASE_DIR)).encode(), path.read_bytes()]
    return hashlib.sha256(b"\x00".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


class Background:
    """Celery's worker and beat as threads of the web process, started after the fork and stopped before the exit."""

    def __init__(self) -> None:
        # Celery's beat and worker are wanted in this process only, not by whoever reads this module.
        from celery.beat import EmbeddedService
        from celery.exceptions import SecurityWarning

        from coalition_portal.celery import app

        for folder in ("queue", "control"):
            (settings.BROKER_FOLDER / folder).mkdir(parents=True, exist_ok=True)
        # The web process shares the worker's user, so the warning that this user is root would be said of a choice
        # that was made elsewhere.
        warnings.filterwarnings("ignore", category=SecurityWarning)
        self.worker = app.Worker(
            pool="threads", concurrency=2, quiet=True, without_gossip=True, without_mingle=True, without_heartbeat=True
        )
        self.beat = EmbeddedService(app, thread=True, schedule_filename=str(settings.BROKER_FOLDER / "beat"))
        self.thread = threading.Thread(target=self.worker.start, name="worker", daemon=True)

    def start(self) -> None:
        self.thread.start()
        self.beat.daemon = True
        self.beat.start()

    def stop(self) -> None:
        self.beat.stop()
        self.worker.stop()
        self.thread.join(STOP_SECONDS)


def announce_when_ready() -> None:
    threading.Thread(target=_announce, name="announce", daemon=True).start()


def _announce() -> None:
    """One line when the portal really answers and works, then the people of the demo."""
    address = f"http://{HOST}:{settings.PORT}/"
    if not _answers(f"{address}readyz"):
        print(f"The portal does not get ready; {address}readyz says which part.", file=sys.stderr, flush=True)
        return
    print(f"Portal ready at {address}", flush=True)
    if settings.PORTAL_DEMO:
        call_command("demo_accounts")
        sys.stdout.flush()
    connections.close_all()


def _answers(address: str) -> bool:
    # Its models are loaded only once Django is set up, which is done by whoever starts this module.
    from coalition_portal.watch.queries import stale_kinds

    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        try:
            # Asked before worker and beat have begun, the portal would call itself degraded.
            if not stale_kinds(clock.now()):
                with urlopen(address, timeout=5) as answer:  # noqa: S310 - our own address
                    return json.load(answer)["status"] != "unready"
        except (URLError, OSError):
            pass
        time.sleep(0.1)
    return False


if __name__ == "__main__":
    main(sys.argv[1:])

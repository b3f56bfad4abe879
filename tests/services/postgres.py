import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from tests.services.redis import free_port

DEBIAN = Path("/usr/lib/postgresql")
# Durability is PostgreSQL's own business and not tested here; 50 clients of a race and two workers need connections.
SETTINGS = {"fsync": "off", "full_page_writes": "off", "max_connections": "200", "listen_addresses": "127.0.0.1"}


class NoPostgres(Exception):
    """Why no throw-away PostgreSQL can be started here, as one line."""


@contextmanager
def running_postgres(settings=SETTINGS):
    """A new cluster on loopback that is gone afterwards; gives the address of its database. Raises NoPostgres."""
    tools = find_tools()
    as_owner, owner = _owner()
    folder = Path(tempfile.mkdtemp(prefix="portal-postgres-"))
    try:
        if owner:
            shutil.chown(folder, owner)
        data, port = folder / "data", free_port()
        _run([*as_owner, tools / "initdb", "-D", str(data), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync"])
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        control = [*as_owner, tools / "pg_ctl", "-D", str(data), "-w"]
        _run([*control, "-l", str(folder / "log"), "-o", f"-p {port} -k {folder} {options}", "start"])
        try:
            yield f"postgres://postgres@127.0.0.1:{port}/postgres"
        finally:
            _run([*control, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_tools():
    """The folder of initdb and pg_ctl: from PATH, else the newest that Debian installed."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if not versions:
        raise NoPostgres("no initdb in PATH or under /usr/lib/postgresql, and TEST_DATABASE_URL is not set")
    return versions[-1].parent


def _owner():
    """PostgreSQL refuses to run as root: then it runs as the user postgres, which its Debian package makes."""
    if os.geteuid() != 0:
        return [], None
    try:
        pwd.getpwnam("postgres")
    except KeyError as error:
        raise NoPostgres("PostgreSQL does not run as root, and there is no user called postgres") from error
    return ["runuser", "-u", "postgres", "--"], "postgres"


def _run(command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd="/")
    if done.returncode != 0:
        name = next(part.name for part in command if isinstance(part, Path))
        raise NoPostgres(f"{name} failed: {(done.stderr or done.stdout).strip()[-300:]}")

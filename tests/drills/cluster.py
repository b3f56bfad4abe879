"""A PostgreSQL of a drill's own, with the tables of the test's database: it can be killed, and its clock can be set."""

import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connection

from tests.drills.processes import variables_of_the_test
from tests.services.postgres import SETTINGS, _owner, _run, find_tools
from tests.services.redis import free_port


class Cluster:
    """Started by `start`; `environment` holds further words for the server, such as LD_PRELOAD=..."""

    def __init__(self, folder):
        self.tools, self.port = find_tools(), free_port()
        self.as_owner, self.owner = _owner()
        self.folder = Path(folder)
        if self.owner:
            shutil.chown(self.folder, self.owner)
        self.data = self.folder / "data"
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        _run(
            [*self.as_owner, self.tools / "initdb", "-D", str(self.data), "-A", "trust", "-U", "postgres", "--no-sync"]
        )

    def start(self, *environment):
        options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
        options = f"-p {self.port} -k {self.folder} {options}"
        command = [*self.as_owner, "env", *environment, self.tools / "pg_ctl", "-D", str(self.data), "-w"]
        _run([*command, "-l", str(self.folder / "log"), "-o", options, "start"])

    def stop(self):
        """At once, without a word to anybody: what is under way is lost, and starting recovers from the log."""
        _run([*self.as_owner, self.tools / "pg_ctl", "-D", str(self.data), "-w", "-m", "immediate", "stop"])

    def fill(self):
        """The tables, guards and rows that a test begins with."""
        source = variables_of_the_test()["DATABASE_URL"]
        dump = subprocess.Popen([self.tools / "pg_dump", "--no-owner", source], stdout=subprocess.PIPE)
        load = [self.tools / "psql", "--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", self.url]
        subprocess.run(load, stdin=dump.stdout, stdout=subprocess.DEVNULL, check=True)
        if dump.wait():
            raise RuntimeError("pg_dump failed.")


@contextmanager
def running_cluster(*environment):
    """Filled, started, and with the test itself connected to it."""
    folder = tempfile.mkdtemp(prefix="portal-drill-")
    try:
        cluster = Cluster(folder)
        cluster.start(*environment)
        try:
            cluster.fill()
            with connected_to(cluster.url):
                yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def connected_to(url):
    """The test's connection leads to another database meanwhile."""
    found = urlsplit(url)
    other = {"HOST": found.hostname, "PORT": found.port, "USER": found.username, "NAME": found.path[1:], "PASSWORD": ""}
    kept = {name: connection.settings_dict[name] for name in other}
    connection.close()
    connection.settings_dict.update(other)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(kept)

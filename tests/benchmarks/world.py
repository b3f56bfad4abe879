"""A portal on a PostgreSQL of its own, filled by the real verbs, and served as it is in production."""

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.harness import CannotMeasure, serving
from tests.services.environment import ROOT
from tests.services.postgres import SETTINGS, NoPostgres, running_postgres

# A commit that is not on the disk is no receipt, so this cluster syncs.
DURABLE = SETTINGS | {"fsync": "on", "full_page_writes": "on"}


SAID = {
    "PORTAL_DEMO": "0",
    # The load says where each request comes from, as a proxy does.
    "PORTAL_PROXY_COUNT": "1",
    "LOG_LEVEL": "ERROR",
}


@contextmanager
def portal_world():
    """The variables of a portal on a new, migrated database; this process is connected to the same one."""
    folder = tempfile.mkdtemp(prefix="portal-bench-")
    try:
        with running_postgres(DURABLE) as url:
            variables = SAID | {"DATABASE_URL": url, "PORTAL_DATA": folder, "PORTAL_EMBEDDED": "0"}
            with _connected(variables):
                yield variables
    except NoPostgres as reason:
        raise CannotMeasure(f"A bench needs PostgreSQL: {reason}.") from reason
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def sqlite_world():
    """The same on SQLite, in one folder, as ./portal run has it."""
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        variables = SAID | {"PORTAL_DATA": folder, "PORTAL_EMBEDDED": "0"}
        with _connected(variables):
            yield variables


@contextmanager
def _connected(variables):
    _connect(variables)
    try:
        yield
    finally:
        from django.db import connections

        connections.close_all()


def _connect(variables):
    os.environ.update(variables, DJANGO_SETTINGS_MODULE="coalition_portal.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


@contextmanager
def serving_portal(variables):
    configuration = Path(ROOT) / "gunicorn.conf.py"
    with serving("coalition_portal.wsgi:application", "/healthz", configuration=configuration, **variables) as server:
        yield server

"""./portal test: the whole suite on SQLite, then on PostgreSQL where one is found.

With arguments (pytest's own) each leg runs just what they name, in one process and without counting coverage.
"""

import os
import subprocess
import sys

from tests.services.postgres import NoPostgres, running_postgres

NO_SKIPS = os.environ.get("PORTAL_TEST_NO_SKIPS") == "1"
NOTHING_COLLECTED = 5


def main(arguments):
    codes = [_sqlite_leg(arguments), *_postgres_leg(arguments)]
    # A file about one database only collects nothing on the other.
    failed = [code for code in codes if code not in (0, NOTHING_COLLECTED)]
    sys.exit(failed[0] if failed else 0 if 0 in codes else NOTHING_COLLECTED)


def _sqlite_leg(arguments):
    print("== SQLite", flush=True)
    if arguments:
        return _pytest(arguments, database=None)
    return _pytest(["-n", "2", "--cov", "--cov-report="], database=None) or _coverage()


def _postgres_leg(arguments):
    arguments = arguments or ["-n", "2"]
    if given := os.environ.get("TEST_DATABASE_URL"):
        print("== PostgreSQL of TEST_DATABASE_URL", flush=True)
        return [_pytest(arguments, database=given)]
    try:
        with running_postgres() as url:
            print("== PostgreSQL", flush=True)
            return [_pytest(arguments, database=url)]
    except NoPostgres as reason:
        print(f"== PostgreSQL skipped: {reason}", flush=True)
        return [1] if NO_SKIPS else []


def _pytest(arguments, *, database):
    environment = {name: value for name, value in os.environ.items() if name != "TEST_DATABASE_URL"}
    if database:
        environment["TEST_DATABASE_URL"] = database
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], env=environment).returncode


def _coverage():
    """The figures of the domain modules, which must be whole; pages, forms and commands are not counted."""
    coverage = [sys.executable, "-m", "coverage"]
    return subprocess.run([*coverage, "report"]).returncode


if __name__ == "__main__":
    main(sys.argv[1:])

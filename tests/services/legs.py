"""./portal test: the whole suite on SQLite, then on PostgreSQL where one is found.

With arguments (pytest's own) each leg runs just what they name, in one process and without counting coverage.
"""

import os
import subprocess
import sys

from tests.services.postgres import NoPostgres, running_postgres

NO_SKIPS = os.environ.get("PORTAL_TEST_NO_SKIPS") == "1"
NOTHING_COLLECTED = 5
WHOLE_SUITE = ("-n", "2", "--cov", "--cov-report=")
COVERAGE = (sys.executable, "-m", "coverage", "report")


def main(arguments):
    codes = [_sqlite_leg(arguments), *_postgres_leg(arguments)]
    if not arguments and not any(codes):
        codes.append(_coverage(whole=len(codes) > 1))
    # A file about one database only collects nothing on the other.
    failed = [code for code in codes if code not in (0, NOTHING_COLLECTED)]
    sys.exit(failed[0] if failed else 0 if 0 in codes else NOTHING_COLLECTED)


def _sqlite_leg(arguments):
    print("== SQLite", flush=True)
    return _pytest(arguments or WHOLE_SUITE, database=None)


def _postgres_leg(arguments):
    arguments = arguments or [*WHOLE_SUITE, "--cov-append"]
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


def _coverage(*, whole):
    """The figures of the domain modules. Both databases together must cover them; one alone is shown and not judged."""
    print("== Coverage of the domain modules", flush=True)
    return subprocess.run([*COVERAGE, *(() if whole else ("--fail-under=0",))]).returncode


if __name__ == "__main__":
    main(sys.argv[1:])

"""Which tests belong to this run, what a skip means, and the real parts that a machine may have.

A test about the other database is deselected, not skipped. With PORTAL_TEST_NO_SKIPS=1 a skipped test fails the run.
"""

import os

import pytest

from tests.services.browser import browser_type_launch_args, chromium
from tests.services.clamd import clamd, session_clamd
from tests.services.faketime import faketime
from tests.services.redis import redis_url
from tests.services.s3 import s3_server
from tests.services.smtp import smtp_server

__all__ = [
    "browser_type_launch_args",
    "chromium",
    "clamd",
    "faketime",
    "redis_url",
    "s3_server",
    "session_clamd",
    "smtp_server",
]

NO_SKIPS = "PORTAL_TEST_NO_SKIPS"


def pytest_addoption(parser):
    parser.addoption("--benchmarks", action="store_true", help="run what is marked as benchmark, and nothing else")


def pytest_collection_modifyitems(config, items):
    other = "sqlite_only" if _on_postgresql() else "postgres_only"
    benchmarks = config.getoption("--benchmarks")
    kept, dropped = [], []
    for item in items:
        wanted = not item.get_closest_marker(other) and bool(item.get_closest_marker("benchmark")) == benchmarks
        (kept if wanted else dropped).append(item)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept


def _on_postgresql():
    return bool(os.environ.get("TEST_DATABASE_URL"))


def pytest_report_header(config):
    return f"database: {'PostgreSQL' if _on_postgresql() else 'SQLite'}"


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session, exitstatus):
    if os.environ.get(NO_SKIPS) == "1" and exitstatus == 0 and _skipped(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    if os.environ.get(NO_SKIPS) == "1" and _skipped(config):
        terminalreporter.section("skips are forbidden", red=True, bold=True)
        terminalreporter.line(f"{len(_skipped(config))} skipped, wanted 0: install the missing part or mend the test.")


def _skipped(config):
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return reporter.stats.get("skipped", []) if reporter else []

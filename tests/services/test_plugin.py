"""What the run itself promises: which tests belong to a database, and that a forbidden skip fails it."""

import pytest

from tests.services.environment import ROOT, python

pytestmark = pytest.mark.sqlite_only

MARKED = """
import pytest

@pytest.mark.postgres_only
def test_of_postgresql(): pass

@pytest.mark.sqlite_only
def test_of_sqlite(): pass

@pytest.mark.benchmark
def test_that_measures(): pass

def test_of_both(): pass
"""
SKIPPING = """
import pytest

def test_with_a_part_that_is_missing(): pytest.skip("no such part here")

def test_of_both(): pass
"""


def run(folder, tests, *arguments, **variables):
    (folder / "conftest.py").write_text('pytest_plugins = ["tests.services.plugin"]\n')
    (folder / "test_some.py").write_text(tests)
    found = python(
        *("-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", "-c", ROOT / "pyproject.toml"),
        *("--rootdir", folder, *arguments, folder / "test_some.py"),
        **variables,
    )
    return found.returncode, found.stdout.strip().splitlines()


@pytest.mark.parametrize(
    ("variables", "arguments", "verdict"),
    [
        ({}, (), "2 passed, 2 deselected"),
        ({"TEST_DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}, (), "2 passed, 2 deselected"),
        ({}, ("--benchmarks",), "1 passed, 3 deselected"),
    ],
)
def test_tests_of_the_other_database_are_not_skipped_but_left_out(tmp_path, variables, arguments, verdict):
    code, said = run(tmp_path, MARKED, *arguments, **variables)

    assert (code, said[-1].partition(" in ")[0]) == (0, verdict)


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_a_skip_passes_here_and_fails_where_it_is_forbidden(tmp_path, workers):
    assert run(tmp_path, SKIPPING, *workers)[0] == 0

    code, said = run(tmp_path, SKIPPING, *workers, PORTAL_TEST_NO_SKIPS="1")
    assert code == 1
    assert "1 skipped, wanted 0: install the missing part or mend the test." in said

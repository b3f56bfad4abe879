"""The tree holds itself to its plan: imports go one way, one module reads the clock, no migration is missing."""

import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import grimp
import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
SLICES = ("manufacturers", "tenders.notices", "tenders.proposals", "tenders.reviews", "tenders.api")
# What faces a browser, a client, a queue or a shell. Nothing else may know of it.
EDGE = re.compile(r"(.*_)?(urls|views|desk|forms|admin|tasks|management)")
# They take values and return values.
PURE = {
    "coalition_portal.canonical",
    "coalition_portal.lifecycle",
    "coalition_portal.pictures",
    "coalition_portal.public_ids",
    "manufacturers.eligibility",
    "manufacturers.registers",
    "tenders.notices.criteria",
    "tenders.notices.price",
    "tenders.notices.template_library",
    "tenders.notices.timetable",
    "tenders.proposals.answering",
    "tenders.proposals.file_types",
    "tenders.reviews.cells",
    "tenders.reviews.ranking",
    "tenders.reviews.reasons",
    "tenders.reviews.spread",
}
FRAMEWORKS = {"django", "celery", "rest_framework"}


@pytest.fixture(scope="module")
def graph():
    return grimp.build_graph("coalition_portal", "manufacturers", "tenders", include_external_packages=True)


def slice_of(module):
    return next((one for one in SLICES if module.startswith(f"{one}.")), None)


def is_edge(module):
    """Whether `module` is an edge of its slice: the first name inside the slice tells."""
    inside = module.removeprefix(f"{slice_of(module)}.").partition(".")[0]
    return bool(slice_of(module) and EDGE.fullmatch(inside))


def imports_of(graph, modules):
    return sorted((one, other) for one in modules for other in graph.find_modules_directly_imported_by(one))


def test_only_edges_know_edges(graph):
    inner = [module for module in graph.modules if slice_of(module) and not is_edge(module)]

    assert [pair for pair in imports_of(graph, inner) if is_edge(pair[1])] == []


def test_no_slice_reaches_for_the_edge_of_another(graph):
    edges = [module for module in graph.modules if is_edge(module)]
    found = [(one, other) for one, other in imports_of(graph, edges) if is_edge(other)]

    assert [pair for pair in found if slice_of(pair[0]) != slice_of(pair[1])] == []


def test_pure_modules_know_neither_frameworks_nor_models(graph):
    assert sorted(PURE - graph.modules) == []
    assert [
        (one, other)
        for one, other in imports_of(graph, PURE)
        if other.partition(".")[0] in FRAMEWORKS or ".models" in other
    ] == []


def output_of(*command):
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_imports_go_one_way():
    code, said = output_of(BIN / "lint-imports", "--no-logo", "--no-cache")

    assert code == 0, said


def test_only_the_clock_reads_a_clock():
    code, said = output_of(BIN / "ruff", "check", "--select", "TID251", "--no-cache", ".")

    assert code == 0, said


def test_the_ban_on_clocks_bites(tmp_path):
    (tmp_path / "reader.py").write_text("from django.utils import timezone\n\nnow = timezone.now()\n")

    code, said = output_of(
        BIN / "ruff", "check", "--config", ROOT / "pyproject.toml", "--select", "TID251", tmp_path / "reader.py"
    )

    assert code == 1, said


@pytest.mark.django_db
def test_no_migration_is_missing():
    said = StringIO()

    call_command("makemigrations", check=True, dry_run=True, verbosity=1, stdout=said)

    assert said.getvalue() == "No changes detected\n"

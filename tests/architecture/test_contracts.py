"""Rules of the import graph that no layer says: edges are known to edges only, and pure modules are pure."""

import re

import grimp
import pytest

SLICES = ("manufacturers", "tenders.notices", "tenders.proposals", "tenders.reviews", "tenders.api")
# What faces a browser, a client, a queue or a shell. Nothing else may know of it.
EDGE = re.compile(r"(.*_)?(urls|views|desk|forms|admin|tasks|management)")
GATE = (
    *("archive", "exif", "heads", "inflating", "jpeg", "looking", "pdf", "pdf_dictionary", "pieces", "png", "ranges"),
    *("samples", "seekable", "serving", "table", "telling", "verdict", "video", "wire", "workbook", "xml_parts"),
    "child",
)
# They take values and return values.
PURE = {
    "coalition_portal.canonical",
    "coalition_portal.lifecycle",
    "coalition_portal.pictures",
    "coalition_portal.public_ids",
    "coalition_portal.watch.readings",
    "manufacturers.eligibility",
    "manufacturers.registers",
    "tenders.notices.criteria",
    "tenders.notices.price",
    "tenders.notices.template_library",
    "tenders.notices.timetable",
    "tenders.proposals.answering",
    "tenders.proposals.file_types",
    *(f"tenders.proposals.gate.{name}" for name in GATE),
    "tenders.proposals.price_steps",
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

from decimal import Decimal

import pytest

from tenders.notices.criteria import CriterionFacts, Flaw, flaws
from tenders.notices.template_library import templates

POINTS = (0, 3, 5, 8, 10)


def reviewed(code="performance", weight="80", minimum=3, points=POINTS):
    return CriterionFacts(code, Decimal(weight), is_computed=False, minimum_points=minimum, points=points)


def computed(code="price", weight="20"):
    return CriterionFacts(code, Decimal(weight), is_computed=True, minimum_points=0, points=())


def test_sound_criteria_have_no_flaws():
    assert flaws([reviewed(), computed()]) == []


@pytest.mark.parametrize(("weight", "total"), [("79.99", "99.99"), ("80.01", "100.01")])
def test_weights_sum_to_exactly_100(weight, total):
    assert flaws([reviewed(weight=weight), computed()]) == [Flaw("weights", "", total)]


def test_no_criteria_are_no_criteria():
    assert flaws([]) == [Flaw("weights", "", "0")]


def test_a_criterion_weighs_something():
    assert flaws([reviewed(weight="0"), computed(weight="100")]) == [Flaw("weight", "performance", "0")]


def test_the_price_is_computed_once():
    found = flaws([reviewed(weight="60"), computed(), computed("price_again")])

    assert found == [Flaw("computed_twice", "", "2")]


@pytest.mark.parametrize(
    "points", [(), (0,), (0, 5), (3, 10), (0, 5, 3, 10), (0, 5, 5, 10)], ids=lambda points: str(points)
)
def test_a_scale_rises_from_0_to_10(points):
    found = flaws([reviewed(points=points, minimum=0), computed()])

    assert found == [Flaw("scale", "performance", ", ".join(map(str, points)))]


@pytest.mark.parametrize(("minimum", "is_sound"), [(0, True), (3, True), (4, False), (11, False)])
def test_a_minimum_is_one_of_the_points(minimum, is_sound):
    found = flaws([reviewed(minimum=minimum), computed()])

    assert found == ([] if is_sound else [Flaw("minimum", "performance", str(minimum))])


def test_the_templates_are_sound():
    found = {
        source.code: flaws(
            [
                CriterionFacts(
                    row["code"],
                    Decimal(row["weight_percent"]),
                    row["method"] == "computed",
                    row["minimum_points"],
                    [described["points"] for described in source.scale_of(row)],
                )
                for row in source.body["criteria"]
            ]
        )
        for source in templates()
    }

    assert found == {"advanced_fpv": [], "interceptor": [], "reconnaissance": []}

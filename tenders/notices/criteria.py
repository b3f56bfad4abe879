"""Criteria as numbers: weights sum to 100, scales rise from 0 to 10. Pure; what is wrong comes back as codes."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

FULL_WEIGHT = Decimal(100)
MOST_POINTS = 10


class Flaw(NamedTuple):
    """`code` names the rule that is broken, `criterion` where (empty: all together), `got` what stands there."""

    code: str
    criterion: str
    got: str


class CriterionFacts(NamedTuple):
    """`points` are the described points of the scale, empty for the computed price; 0 <= minimum_points <= 10."""

    code: str
    weight_percent: Decimal
    is_computed: bool
    minimum_points: int
    points: Sequence[int]


def flaws(criteria: Sequence[CriterionFacts]) -> list[Flaw]:
    """Everything that keeps these criteria from being scored by; empty when they are sound."""
    return [*_flaws_of_all(criteria), *(flaw for criterion in criteria for flaw in _flaws_of_one(criterion))]


def _flaws_of_all(criteria: Sequence[CriterionFacts]) -> list[Flaw]:
    found = []
    total = sum((criterion.weight_percent for criterion in criteria), Decimal(0))
    if total != FULL_WEIGHT:
        found.append(Flaw("weights", "", format(total, "f")))
    computed = sum(criterion.is_computed for criterion in criteria)
    if computed > 1:
        found.append(Flaw("computed_twice", "", str(computed)))
    return found


def _flaws_of_one(criterion: CriterionFacts) -> list[Flaw]:
    found = []
    if criterion.weight_percent <= 0:
        found.append(Flaw("weight", criterion.code, format(criterion.weight_percent, "f")))
    if criterion.is_computed:
        return found
    points = list(criterion.points)
    told = ", ".join(str(point) for point in points)
    if points != sorted(set(points)) or len(points) < 2 or (points[0], points[-1]) != (0, MOST_POINTS):
        found.append(Flaw("scale", criterion.code, told))
    if criterion.minimum_points != 0 and criterion.minimum_points not in points:
        found.append(Flaw("minimum", criterion.code, str(criterion.minimum_points)))
    return found

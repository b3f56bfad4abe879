"""Several reviewers' points on one criterion: spread, median, mean, and the draft of a consensus point. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

FAST_LANE_STEPS = 1
"""Where the points lie within this many steps of the scale, point and reason are drafted; else they are discussed."""


@dataclass(frozen=True)
class Judged:
    """One reviewer's point with its reason."""

    points: int
    reason: str


@dataclass(frozen=True)
class Draft:
    """`points` and `reason` are proposed only where `drafted` is true; the spread stands in steps of the scale."""

    points: int | None
    reason: str
    spread_steps: int
    drafted: bool


def draft(judged: Sequence[Judged], scale: Sequence[int]) -> Draft:
    """The draft over locked scores in the order of their locking; needs one or more, each with a point of the scale.

    The point is the median, the lower one of the two in the middle; the reason is that of the first reviewer who gave
    that point.
    """
    spread = spread_steps([score.points for score in judged], scale)
    if spread > FAST_LANE_STEPS:
        return Draft(points=None, reason="", spread_steps=spread, drafted=False)
    points = median([score.points for score in judged])
    reason = next(score.reason for score in judged if score.points == points)
    return Draft(points=points, reason=reason, spread_steps=spread, drafted=True)


def median(points: Sequence[int]) -> int:
    """The lower median: always a point that somebody gave. Needs one point or more."""
    return sorted(points)[(len(points) - 1) // 2]


def spread_steps(points: Sequence[int], scale: Sequence[int]) -> int:
    """How many steps of the rising scale lie between the lowest and the highest point. Needs points of the scale."""
    steps = {value: step for step, value in enumerate(sorted(scale))}
    foreign = [point for point in points if point not in steps]
    if foreign or not points:
        raise ValueError(f"Wanted one or more points of the scale {sorted(scale)}, got {list(points)}.")
    return steps[max(points)] - steps[min(points)]


def mean(points: Sequence[int]) -> Decimal:
    """For the eye alone, two decimals: no rule looks at it. Needs one point or more."""
    return (Decimal(sum(points)) / len(points)).quantize(Decimal("0.01"))

"""The ranking: weighted totals in exact Decimals, ties by the order of the criteria, then a shared rank. Pure.

A total is the sum of points times weight, divided by 10: points run from 0 to 10 and the weights sum to 100, so totals
run from 0 to 100. Nothing is rounded; a figure that is missing is refused and never counted as zero.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact

MOST_POINTS = Decimal(10)
ALL_WEIGHTS = Decimal(100)
EXACT = Context(prec=60, traps=[Inexact])
TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Weight:
    """A criterion as the ranking needs it. 0 <= weight_percent <= 100; minimum_points 0 means: none."""

    code: str
    weight_percent: Decimal
    minimum_points: Decimal = Decimal(0)


@dataclass(frozen=True)
class Candidate:
    """A proposal with its points, 0 <= points <= 10, one for each criterion; `key` names it and orders equals."""

    key: str
    points: Mapping[str, Decimal]


@dataclass(frozen=True)
class Part:
    """What one criterion adds to a total."""

    criterion: str
    points: Decimal
    weight_percent: Decimal
    weighted: Decimal
    is_below_minimum: bool


@dataclass(frozen=True)
class Ranked:
    """A place in the ranking. Equals share the rank, and the next rank counts all before it: 1, 2, 2, 4."""

    rank: int
    key: str
    total: Decimal
    parts: tuple[Part, ...]

    @property
    def below_minimum(self) -> tuple[str, ...]:
        """Criteria in which the proposal misses its minimum: it keeps its rank and cannot be shortlisted."""
        return tuple(part.criterion for part in self.parts if part.is_below_minimum)


def rank(candidates: Iterable[Candidate], criteria: Sequence[Weight]) -> list[Ranked]:
    """Best first; `criteria` in their published order. Raises ValueError for missing, foreign or impossible figures."""
    _check_weights(criteria)
    rows = [(candidate, _parts(candidate, criteria)) for candidate in candidates]
    placed = sorted(rows, key=lambda row: ([-figure for figure in _merit(row[1])], row[0].key))
    ranked: list[Ranked] = []
    for position, (candidate, parts) in enumerate(placed, start=1):
        equals_last = bool(ranked) and _merit(ranked[-1].parts) == _merit(parts)
        place = ranked[-1].rank if equals_last else position
        ranked.append(Ranked(rank=place, key=candidate.key, total=_total(parts), parts=parts))
    return ranked


def rank_among(place: int, hidden: Iterable[int]) -> int:
    """The rank that `place` becomes for a reader who may not know of the places in `hidden`."""
    return place - sum(1 for other in hidden if other < place)


def _check_weights(criteria: Sequence[Weight]) -> None:
    codes = [criterion.code for criterion in criteria]
    if len(set(codes)) != len(codes):
        raise ValueError(f"Every criterion counts once, got {codes}.")
    total = sum((criterion.weight_percent for criterion in criteria), Decimal(0))
    if total != ALL_WEIGHTS:
        raise ValueError(f"The weights sum to {total}, wanted {ALL_WEIGHTS}.")


def _parts(candidate: Candidate, criteria: Sequence[Weight]) -> tuple[Part, ...]:
    wanted = {criterion.code for criterion in criteria}
    if set(candidate.points) != wanted:
        raise ValueError(f"{candidate.key} has points for {sorted(candidate.points)}, wanted {sorted(wanted)}.")
    return tuple(_part(candidate, criterion) for criterion in criteria)


def _part(candidate: Candidate, criterion: Weight) -> Part:
    points = candidate.points[criterion.code]
    if not 0 <= points <= MOST_POINTS:
        raise ValueError(f"{candidate.key} has {points} points for {criterion.code}, wanted 0 to {MOST_POINTS}.")
    return Part(
        criterion=criterion.code,
        points=points,
        weight_percent=criterion.weight_percent,
        weighted=EXACT.multiply(EXACT.multiply(points, criterion.weight_percent), TENTH),
        is_below_minimum=points < criterion.minimum_points,
    )


def _total(parts: Sequence[Part]) -> Decimal:
    total = Decimal(0)
    for part in parts:
        total = EXACT.add(total, part.weighted)
    return total


def _merit(parts: Sequence[Part]) -> list[Decimal]:
    """What places a proposal: the total, then the points of the first criterion, of the second, and so on."""
    return [_total(parts), *[part.points for part in parts]]

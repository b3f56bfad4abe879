from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenders.reviews.ranking import Candidate, Part, Ranked, Weight, rank, rank_among

WEIGHTS = [Weight("flight", Decimal("60"), Decimal(3)), Weight("links", Decimal("30")), Weight("price", Decimal("10"))]


def candidate(key, flight, links, price):
    return Candidate(key, {"flight": Decimal(flight), "links": Decimal(links), "price": Decimal(price)})


def test_one_proposal_is_explained_part_by_part():
    [only] = rank([candidate("a", "8", "5", "6.37")], WEIGHTS)

    assert only == Ranked(
        rank=1,
        key="a",
        total=Decimal("69.370"),
        parts=(
            Part("flight", Decimal(8), Decimal(60), Decimal(48), is_below_minimum=False),
            Part("links", Decimal(5), Decimal(30), Decimal(15), is_below_minimum=False),
            Part("price", Decimal("6.37"), Decimal(10), Decimal("6.37"), is_below_minimum=False),
        ),
    )


def test_nothing_is_rounded():
    weights = [Weight("a", Decimal("33.33")), Weight("b", Decimal("66.67"))]

    [only] = rank([Candidate("x", {"a": Decimal("9.99"), "b": Decimal("0.01")})], weights)

    assert only.total == Decimal("33.363340") == Decimal("33.29667") + Decimal("0.06667")


def test_the_best_total_comes_first_whatever_the_order_of_the_input():
    low, high = candidate("low", 3, 3, 3), candidate("high", 8, 8, 8)

    for given_in in ([low, high], [high, low]):
        assert [(row.rank, row.key) for row in rank(given_in, WEIGHTS)] == [(1, "high"), (2, "low")]


def test_equal_totals_are_parted_by_the_first_criterion_that_differs():
    # 60 % of 5 and 30 % of 10 weigh as much as 60 % of 10 and 30 % of 0.
    second, first = candidate("a", 5, 10, 0), candidate("b", 10, 0, 0)

    ranked = rank([second, first], WEIGHTS)

    assert [(row.rank, row.key, row.total) for row in ranked] == [(1, "b", Decimal(60)), (2, "a", Decimal(60))]


def test_full_equals_share_a_rank_and_the_next_rank_counts_them_all():
    rows = [candidate("a", 10, 10, 10), candidate("c", 8, 8, 8), candidate("b", 8, 8, 8), candidate("d", 0, 0, 0)]

    ranked = rank(rows, WEIGHTS)

    assert [(row.rank, row.key) for row in ranked] == [(1, "a"), (2, "b"), (2, "c"), (4, "d")]


def test_a_point_below_the_minimum_marks_and_does_not_move():
    ranked = rank([candidate("weak", "2.99", 10, 10), candidate("low", 3, 0, 0)], WEIGHTS)

    assert [(row.key, row.rank, row.below_minimum) for row in ranked] == [("weak", 1, ("flight",)), ("low", 2, ())]


def test_an_empty_field_ranks_nobody():
    assert rank([], WEIGHTS) == []


@pytest.mark.parametrize(
    ("points", "told"),
    [
        ({"flight": Decimal(8), "links": Decimal(8)}, "has points for"),
        ({"flight": Decimal(8), "links": Decimal(8), "price": Decimal(1), "more": Decimal(1)}, "has points for"),
        ({"flight": Decimal("10.01"), "links": Decimal(8), "price": Decimal(1)}, "wanted 0 to 10"),
        ({"flight": Decimal("-0.01"), "links": Decimal(8), "price": Decimal(1)}, "wanted 0 to 10"),
    ],
)
def test_a_missing_foreign_or_impossible_figure_is_refused(points, told):
    with pytest.raises(ValueError, match=told):
        rank([Candidate("x", points)], WEIGHTS)


def test_weights_that_do_not_sum_to_a_hundred_are_refused():
    with pytest.raises(ValueError, match="sum to 99"):
        rank([], [Weight("a", Decimal(99))])


def test_a_criterion_named_twice_is_refused():
    with pytest.raises(ValueError, match="counts once"):
        rank([], [Weight("a", Decimal(50)), Weight("a", Decimal(50))])


# The oracle: fractions, and a rank counted for each proposal by comparing it with every other one.

two_decimals = st.integers(0, 1000).map(lambda hundredths: Decimal(hundredths) / 100)


@st.composite
def competitions(draw):
    codes = [f"c{number}" for number in range(draw(st.integers(1, 5)))]
    cuts = sorted(draw(st.lists(st.integers(0, 10000), min_size=len(codes) - 1, max_size=len(codes) - 1)))
    shares = [high - low for low, high in zip([0, *cuts], [*cuts, 10000], strict=True)]
    weights = [
        Weight(code, Decimal(share) / 100, Decimal(draw(st.integers(0, 5))))
        for code, share in zip(codes, shares, strict=True)
    ]
    points = st.one_of(st.sampled_from([Decimal(n) for n in (0, 3, 5, 8, 10)]), two_decimals)
    rows = [
        Candidate(f"p{number:02}", {code: draw(points) for code in codes}) for number in range(draw(st.integers(0, 9)))
    ]
    return draw(st.permutations(rows)), weights


def plain_total(row, weights):
    return sum(Fraction(row.points[weight.code]) * Fraction(weight.weight_percent) / 10 for weight in weights)


def is_better(one, other, weights):
    if plain_total(one, weights) != plain_total(other, weights):
        return plain_total(one, weights) > plain_total(other, weights)
    for weight in weights:
        if one.points[weight.code] != other.points[weight.code]:
            return one.points[weight.code] > other.points[weight.code]
    return False


def plain_ranking(rows, weights):
    placed = [
        (
            1 + sum(is_better(other, row, weights) for other in rows),
            row.key,
            plain_total(row, weights),
            tuple(weight.code for weight in weights if row.points[weight.code] < weight.minimum_points),
        )
        for row in rows
    ]
    return sorted(placed)


@given(competitions())
def test_the_ranking_equals_the_slow_and_obvious_one(competition):
    rows, weights = competition

    ranked = [(row.rank, row.key, Fraction(row.total), row.below_minimum) for row in rank(rows, weights)]

    assert ranked == plain_ranking(rows, weights)


@given(competitions())
def test_a_total_is_the_sum_of_its_parts_and_lies_between_0_and_100(competition):
    rows, weights = competition

    for row in rank(rows, weights):
        assert sum((part.weighted for part in row.parts), Decimal(0)) == row.total
        assert 0 <= row.total <= 100


@given(st.data())
def test_ranks_beside_hidden_places_are_those_of_a_ranking_without_them(data):
    rows, weights = data.draw(competitions())
    hidden = set(data.draw(st.lists(st.sampled_from([row.key for row in rows]), unique=True) if rows else st.just([])))

    ranked = rank(rows, weights)
    places = [row.rank for row in ranked if row.key in hidden]
    told = [(rank_among(row.rank, places), row.key) for row in ranked if row.key not in hidden]

    assert told == [(row.rank, row.key) for row in rank([row for row in rows if row.key not in hidden], weights)]

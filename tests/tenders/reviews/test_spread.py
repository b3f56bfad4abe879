from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenders.reviews.spread import Draft, Judged, draft, mean, median, spread_steps

SCALE = [0, 3, 5, 8, 10]


@pytest.mark.parametrize(
    ("points", "steps"),
    [([5], 0), ([8, 8, 8], 0), ([8, 10], 1), ([10, 8], 1), ([3, 5, 5], 1), ([3, 8], 2), ([0, 10], 4)],
)
def test_the_spread_is_counted_in_steps_of_the_scale(points, steps):
    assert spread_steps(points, SCALE) == steps


@pytest.mark.parametrize("points", [[], [4], [8, 9]])
def test_a_point_off_the_scale_or_none_at_all_has_no_spread(points):
    with pytest.raises(ValueError, match="points of the scale"):
        spread_steps(points, SCALE)


@pytest.mark.parametrize(
    ("points", "middle"),
    [([8], 8), ([8, 10], 8), ([10, 8, 10], 10), ([5, 5, 8, 8], 5), ([3, 5, 8, 10], 5), ([0, 0, 10], 0)],
)
def test_the_median_of_an_even_number_is_the_lower_one_of_the_two_in_the_middle(points, middle):
    assert median(points) == middle


def test_a_spread_of_one_step_drafts_the_median_and_the_first_reason_for_it():
    judged = [Judged(10, "first"), Judged(8, "second"), Judged(8, "third")]

    assert draft(judged, SCALE) == Draft(points=8, reason="second", spread_steps=1, drafted=True)


def test_a_spread_of_two_steps_drafts_nothing():
    judged = [Judged(3, "first"), Judged(8, "second"), Judged(8, "third")]

    assert draft(judged, SCALE) == Draft(points=None, reason="", spread_steps=2, drafted=False)


def test_the_mean_has_two_decimals():
    assert [mean([8, 8, 10]), mean([5])] == [Decimal("8.67"), Decimal("5.00")]


@given(st.lists(st.sampled_from(SCALE), min_size=1, max_size=7))
def test_a_draft_is_a_point_that_somebody_gave_and_half_of_them_reach(points):
    made = draft([Judged(point, str(point)) for point in points], SCALE)

    assert made.drafted == (max(points) == min(points) or SCALE.index(max(points)) - SCALE.index(min(points)) == 1)
    if made.drafted:
        assert made.points in points
        assert made.reason == str(made.points)
        assert 2 * sum(point <= made.points for point in points) >= len(points)
        assert 2 * sum(point >= made.points for point in points) >= len(points)

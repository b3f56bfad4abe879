from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenders.notices.price import evaluated_price, price_points
from tenders.notices.template_library import templates

CEILING, FULL = Decimal(6000), Decimal(3000)
amounts = st.decimals(min_value=0, max_value=10**9, places=2)


def worked_examples():
    for source in templates():
        price = source.body["price"]
        for example in price["worked_examples"]:
            yield price["ceiling_price"], price["full_points_price"], example["evaluated_price"], example["points"]


@pytest.mark.parametrize(("ceiling", "full", "evaluated", "points"), list(worked_examples()))
def test_the_published_examples_are_what_the_formula_gives(ceiling, full, evaluated, points):
    assert str(price_points(Decimal(evaluated), Decimal(ceiling), Decimal(full))) == points


@pytest.mark.parametrize(
    ("evaluated", "points"),
    [
        ("2999.99", "10.00"),
        ("3000", "10.00"),
        ("3000.01", "10.00"),
        ("3001.50", "10.00"),
        ("3001.51", "9.99"),
        ("4500", "5.00"),
        ("5998.50", "0.00"),
        ("5998.49", "0.01"),
        ("6000", "0.00"),
        ("6000.01", "0.00"),
        ("0", "10.00"),
    ],
)
def test_the_line_is_clamped_and_rounded_half_to_even(evaluated, points):
    assert str(price_points(Decimal(evaluated), CEILING, FULL)) == points


@given(evaluated=amounts, ceiling=amounts, full=amounts)
def test_points_equal_a_slow_oracle_in_fractions(evaluated, ceiling, full):
    if full >= ceiling:
        with pytest.raises(ValueError, match="must lie above"):
            price_points(evaluated, ceiling, full)
        return
    exact = Fraction(10) * (Fraction(ceiling) - Fraction(evaluated)) / (Fraction(ceiling) - Fraction(full))
    clamped = min(max(exact, Fraction(0)), Fraction(10))

    # round() of a Fraction is half to even.
    assert price_points(evaluated, ceiling, full) == Decimal(round(clamped * 100)) / 100


@given(cheaper=amounts, dearer=amounts)
def test_a_lower_price_never_earns_less(cheaper, dearer):
    low, high = sorted([cheaper, dearer])

    assert price_points(low, CEILING, FULL) >= price_points(high, CEILING, FULL)


def test_the_evaluated_price_is_a_fifth_trial_and_four_fifths_production():
    prices = {"trial_unit_price": Decimal("5000.10"), "production_unit_price": Decimal("4000.05")}

    assert evaluated_price(prices, Decimal(20), Decimal(80)) == Decimal("4200.06")


def test_other_prices_do_not_count():
    prices = {name: Decimal(100) for name in ("trial_unit_price", "production_unit_price", "spares_kit_price")}

    assert evaluated_price(prices, Decimal("33.33"), Decimal("66.67")) == Decimal(100)


def test_shares_that_do_not_sum_to_100_are_an_error():
    prices = {"trial_unit_price": Decimal(1), "production_unit_price": Decimal(1)}

    with pytest.raises(ValueError, match="must sum to 100, got 99"):
        evaluated_price(prices, Decimal(20), Decimal(79))


def test_a_negative_price_is_an_error():
    prices = {"trial_unit_price": Decimal(-1), "production_unit_price": Decimal(1)}

    with pytest.raises(ValueError, match="must not be negative, got -1 and 1"):
        evaluated_price(prices, Decimal(20), Decimal(80))


def test_a_missing_price_is_an_error():
    with pytest.raises(KeyError, match="production_unit_price"):
        evaluated_price({"trial_unit_price": Decimal(1)}, Decimal(20), Decimal(80))

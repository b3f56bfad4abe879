from decimal import Decimal

import pytest

from tenders.proposals.price_steps import Dearer, PricedStep, Step, dearer_steps, months_from, priced, steps_of

LINES = [{"code": "trial_unit_price"}, {"code": "production_unit_price"}, {"code": "spares_price"}]
TRIAL, PRODUCTION = "trial_unit_price", "production_unit_price"


@pytest.mark.parametrize(
    ("quantities", "batch", "steps"),
    [
        # The smallest step is the trial batch: its price is the trial line's.
        ([20, 500, 5000], 20, [(20, TRIAL), (500, ""), (5000, PRODUCTION)]),
        # A batch of another size stands beside the steps.
        ([20, 500, 5000], 10, [(10, TRIAL), (20, ""), (500, ""), (5000, PRODUCTION)]),
        ([20, 500, 5000], 600, [(20, ""), (500, ""), (600, TRIAL), (5000, PRODUCTION)]),
        # In any order, and each quantity once.
        ([5000, 20, 500, 20], 20, [(20, TRIAL), (500, ""), (5000, PRODUCTION)]),
        # One step is the largest one, also where it is the batch.
        ([5000], 20, [(20, TRIAL), (5000, PRODUCTION)]),
        ([20], 20, [(20, TRIAL), (20, PRODUCTION)]),
        ([], 20, []),
    ],
)
def test_no_price_is_asked_for_twice(quantities, batch, steps):
    price = {"quantity_steps": quantities, "price_lines": LINES}

    assert steps_of(price, batch) == [Step(quantity, line) for quantity, line in steps]


@pytest.mark.parametrize(
    "price", [{}, {"quantity_steps": [20, 500]}, {"quantity_steps": [20], "price_lines": LINES[:1]}]
)
def test_a_tender_without_steps_or_without_the_lines_of_the_formula_has_none(price):
    assert steps_of(price, 20) == []


def test_a_price_comes_from_its_line_or_from_its_quantity():
    steps = [Step(20, TRIAL), Step(500, ""), Step(1500, ""), Step(5000, PRODUCTION)]

    rows = priced(steps, {TRIAL: Decimal("4380.50"), "spares_price": Decimal(1)}, {500: Decimal(4100), 20: Decimal(1)})

    assert [(row.step.quantity, row.price, row.total) for row in rows] == [
        (20, Decimal("4380.50"), Decimal("87610.00")),
        (500, Decimal(4100), Decimal(2050000)),
        (1500, None, None),
        (5000, None, None),
    ]


@pytest.mark.parametrize(
    ("prices", "dearer"),
    [
        (["4", "3", "2"], []),
        (["4", "4", "4"], []),
        (["4", "4.01", "4"], [(0, 1)]),
        (["4", "5", "6"], [(0, 1), (1, 2)]),
        # A quantity without a price is passed over, not taken for nothing.
        (["4", None, "5"], [(0, 2)]),
        ([None, None, "5"], []),
        ([], []),
    ],
)
def test_a_larger_quantity_that_costs_more_is_found(prices, dearer):
    amounts = [None if price is None else Decimal(price) for price in prices]
    rows = [PricedStep(Step(10**place, ""), amount) for place, amount in enumerate(amounts)]

    assert dearer_steps(rows) == [Dearer(rows[smaller], rows[larger]) for smaller, larger in dearer]


@pytest.mark.parametrize(
    ("year", "month", "count", "months"),
    [
        (2027, 1, 12, [f"2027-{month:02}" for month in range(1, 13)]),
        (2026, 12, 3, ["2026-12", "2027-01", "2027-02"]),
        (2026, 11, 2, ["2026-11", "2026-12"]),
    ],
)
def test_months_run_on_over_the_year(year, month, count, months):
    assert months_from(year, month, count) == months

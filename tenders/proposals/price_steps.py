"""The prices of a tender in order of quantity, so that nobody types one price twice. Pure.

The formula knows two prices of one drone: `trial_unit_price`, for the trial batch, and `production_unit_price`, for the
largest quantity step. So a step of the size of the trial batch and the largest step are those price lines; only a
quantity between them, or another than the batch, has a price of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

TRIAL, PRODUCTION = "trial_unit_price", "production_unit_price"


@dataclass(frozen=True)
class Step:
    """A quantity of drones with one price for each; `line` is the price line that holds it, empty for none."""

    quantity: int
    line: str


@dataclass(frozen=True)
class PricedStep:
    step: Step
    price: Decimal | None

    @property
    def total(self) -> Decimal | None:
        return None if self.price is None else self.price * self.step.quantity


@dataclass(frozen=True)
class Dearer:
    """One drone of the larger quantity costs more than one of the smaller."""

    smaller: PricedStep
    larger: PricedStep


def steps_of(price: Mapping, batch: int) -> list[Step]:
    """In order of quantity; `price` has the shape of the template and `batch` >= 1 drones are in a trial batch.

    Empty where the tender has no quantity steps or other price lines than those of the formula.
    """
    quantities = sorted(set(price.get("quantity_steps", [])))
    codes = {line["code"] for line in price.get("price_lines", [])}
    if not quantities or not {TRIAL, PRODUCTION} <= codes:
        return []
    between = [quantity for quantity in quantities[:-1] if quantity != batch]
    steps = [Step(batch, TRIAL), *(Step(quantity, "") for quantity in between), Step(quantities[-1], PRODUCTION)]
    return sorted(steps, key=lambda step: (step.quantity, step.line == PRODUCTION))


def priced(steps: list[Step], lines: Mapping[str, Decimal], others: Mapping[int, Decimal]) -> list[PricedStep]:
    """Each step with its price: from the price lines by code, else from `others` by quantity."""
    return [PricedStep(step, lines.get(step.line) if step.line else others.get(step.quantity)) for step in steps]


def dearer_steps(steps: list[PricedStep]) -> list[Dearer]:
    """Where a larger quantity costs more per drone than the next smaller one that has a price."""
    known = [step for step in steps if step.price is not None]
    pairs = zip(known, known[1:], strict=False)
    return [Dearer(smaller, larger) for smaller, larger in pairs if larger.price > smaller.price]


def months_from(year: int, month: int, count: int = 12) -> list[str]:
    """Months such as 2027-03, the given one first; needs 1 <= month <= 12."""
    months = (divmod(year * 12 + month - 1 + offset, 12) for offset in range(count))
    return [f"{year:04d}-{index + 1:02d}" for year, index in months]

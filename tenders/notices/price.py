"""The published price formula. Exact Decimals; points depend on the tender's own figures only, never on other bids."""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

CENT = Decimal("0.01")
MOST_POINTS = Decimal(10)
PRECISION = 50
"""Enough for every amount a tender can hold, so that a division is rounded once, at the end."""


def evaluated_price(
    prices: Mapping[str, Decimal], trial_share_percent: Decimal, production_share_percent: Decimal
) -> Decimal:
    """The price that is scored: the shares are per cent that sum to 100; both unit prices must be given and >= 0."""
    if trial_share_percent + production_share_percent != 100:
        got = trial_share_percent + production_share_percent
        raise ValueError(f"The shares of trial and production must sum to 100, got {got}.")
    trial, production = prices["trial_unit_price"], prices["production_unit_price"]
    if trial < 0 or production < 0:
        raise ValueError(f"Prices must not be negative, got {trial} and {production}.")
    return (trial * trial_share_percent + production * production_share_percent) / 100


def price_points(evaluated: Decimal, ceiling: Decimal, full: Decimal) -> Decimal:
    """10 at `full` and below, 0 at `ceiling` and above, a straight line between. Needs full < ceiling.

    Two decimals, half to even, after the clamp.
    """
    if full >= ceiling:
        raise ValueError(f"The ceiling must lie above the full-points price, got {ceiling} and {full}.")
    with localcontext() as context:
        context.prec = PRECISION
        raw = MOST_POINTS * (ceiling - evaluated) / (ceiling - full)
        return min(max(raw, Decimal(0)), MOST_POINTS).quantize(CENT, rounding=ROUND_HALF_EVEN)

"""What an invented company claims and asks for, drawn from the value ranges of its profile; the same at every start."""

import random
from collections.abc import Mapping, Sequence
from decimal import Decimal

from tenders.demo.source import company, source
from tenders.notices.models import AnswerType, Requirement

RANGES_OF = {
    "fpv_first": "advanced_fpv",
    "advanced_fpv": "advanced_fpv",
    "interceptor": "interceptor",
    "reconnaissance": "reconnaissance",
}
ENDURANCE = "ISR-01"
HANDOVER = "Rzeszów, Poland"


def dice(*words: str) -> random.Random:
    """Chance that falls the same way for the same words."""
    return random.Random(":".join(words))  # noqa: S311 - demo values, no secret


def answers(key: str, tender_key: str, requirements: Sequence[Requirement]) -> dict[str, object]:
    """A claim for every requirement, by code."""
    rng = dice(key, tender_key, "answers")
    ranges = source()["value_ranges"][RANGES_OF[tender_key]]
    levels = _levels(key, requirements, ranges, rng)
    return {row.code: _claim(row, levels.get(row.code), ranges, rng) for row in requirements}


def prices(key: str, tender_key: str) -> dict[str, Decimal]:
    """Whole euros for the two required price lines."""
    rng = dice(key, tender_key, "prices")
    ranges = source()["value_ranges"][RANGES_OF[tender_key]]
    level = _profile(key)["price"]
    return {line: Decimal(rng.randint(*ranges[line][level])) for line in ("trial_unit_price", "production_unit_price")}


def step_prices(prices: Mapping[str, Decimal], quantities: Sequence[int]) -> dict[int, Decimal]:
    """Whole euros that fall from the trial price to the production price in equal steps."""
    trial, production = prices["trial_unit_price"], prices["production_unit_price"]
    step = (production - trial) / (len(quantities) + 1)
    return {quantity: round(trial + step * place) * Decimal(1) for place, quantity in enumerate(quantities, start=1)}


def partner(row: Mapping) -> dict[str, str]:
    return {"name": row["name_latin"], "country": row["country"], "part": "Final assembly and repair"}


def evidence(key: str) -> str:
    return _profile(key)["evidence"]


def reviewer_points(key: str, *words: str) -> int:
    """The point that one reviewer gives this company for one criterion."""
    return dice(key, *words).choice(source()["reviewer_points"][company(key)["profile"]])


def _profile(key: str) -> dict:
    return source()["profiles"][company(key)["profile"]]


def _levels(key: str, requirements: Sequence[Requirement], ranges: Mapping, rng: random.Random) -> dict[str, str]:
    """strong, pass, near_miss or fail for each requirement that has ranges, by the rule of the company's profile."""
    weights = _profile(key)["weights"]
    measured = [row for row in requirements if row.code in ranges]
    levels = {row.code: rng.choices(list(weights), list(weights.values()))[0] for row in measured}
    musts = [row.code for row in measured if row.must_have]
    for code in musts:
        levels[code] = "strong" if levels[code] == "strong" else "pass"
    profile = company(key)["profile"]
    if profile == "near_miss":
        levels[rng.choice(musts)] = "near_miss"
    if profile == "fails_must_have":
        levels[rng.choice(musts)] = "fail"
    if (company(key)["story"] or {}).get("code") == "excluded" and ENDURANCE in levels:
        levels[ENDURANCE] = "fail"
    return levels


def _claim(row: Requirement, level: str | None, ranges: Mapping, rng: random.Random) -> object:
    if row.answer_type == AnswerType.YES_NO:
        return True
    if row.answer_type == AnswerType.CHOICE:
        return rng.choice(row.accepted_choices or [choice["code"] for choice in row.choices][1:])
    if row.answer_type == AnswerType.TEXT:
        return "Described in the technical description, page 2."
    low, high = sorted(ranges[row.code][level])
    return Decimal(str(rng.uniform(low, high))).quantize(Decimal(1).scaleb(-row.decimals))

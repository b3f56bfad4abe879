"""A claim against its requirement, compared exactly and without tolerance: tolerances belong to measured values.

A failing claim warns and never blocks submitting. The words are made here too, so that every page says the same.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from decimal import Decimal
from enum import StrEnum
from operator import eq, ge, gt, le, lt
from typing import Protocol

from django.utils import translation
from django.utils.translation import gettext, ngettext, pgettext, pgettext_lazy

from coalition_portal.formatting import bound, in_language, quantity

COMPARE: Mapping[str, Callable[[Decimal, Decimal], bool]] = {"gt": gt, "gte": ge, "lt": lt, "lte": le, "eq": eq}

Claim = Decimal | bool | str | None


class RequirementFacts(Protocol):
    """What a verdict needs to know of a requirement; the model has it."""

    answer_type: str
    unit: str
    operator: str
    threshold: Decimal | None
    objective: Decimal | None
    wanted_yes: bool | None
    choices: Sequence[Mapping[str, str]]
    accepted_choices: Sequence[str]


class Verdict(StrEnum):
    PASSES = "passes"
    FAILS = "fails"
    MISSING = "missing"
    NOT_JUDGED = "not_judged"


def verdict(requirement: RequirementFacts, claim: Claim) -> Verdict:
    """MISSING without a claim, NOT_JUDGED where no pass mark is set, else the exact comparison."""
    if claim is None or claim == "":
        return Verdict.MISSING
    passes = _JUDGES[requirement.answer_type](requirement, claim)
    if passes is None:
        return Verdict.NOT_JUDGED
    return Verdict.PASSES if passes else Verdict.FAILS


def _judge_number(requirement: RequirementFacts, claim: Claim) -> bool | None:
    if requirement.threshold is None or not requirement.operator:
        return None
    return COMPARE[requirement.operator](Decimal(claim), requirement.threshold)


def _judge_yes_no(requirement: RequirementFacts, claim: Claim) -> bool | None:
    return None if requirement.wanted_yes is None else claim is requirement.wanted_yes


def _judge_choice(requirement: RequirementFacts, claim: Claim) -> bool | None:
    return claim in requirement.accepted_choices if requirement.accepted_choices else None


def _judge_text(_requirement: RequirementFacts, _claim: Claim) -> bool | None:
    return None


_JUDGES: Mapping[str, Callable[[RequirementFacts, Claim], bool | None]] = {
    "NUMBER": _judge_number,
    "YES_NO": _judge_yes_no,
    "CHOICE": _judge_choice,
    "TEXT": _judge_text,
}


SYMBOLS = {
    "kg": pgettext_lazy("unit of measurement", "kg"),
    "m": pgettext_lazy("unit of measurement", "m"),
    "km": pgettext_lazy("unit of measurement", "km"),
    "km/h": pgettext_lazy("unit of measurement", "km/h"),
    "m/s": pgettext_lazy("unit of measurement", "m/s"),
    "s": pgettext_lazy("unit of measurement", "s"),
    "min": pgettext_lazy("unit of measurement", "min"),
}
"""Units whose symbol is written in the letters of the language."""


def unit_words(unit: str, value: Decimal) -> str:
    """The unit as people read it after a number: "d" is "days", "1/month" is "a month", "1" is nothing."""
    count = int(abs(value))
    words = {
        "1": lambda: "",
        "d": lambda: ngettext("day", "days", count),
        "mo": lambda: ngettext("month", "months", count),
        "1/month": lambda: pgettext("after a number of pieces", "a month"),
    }
    return words[unit]() if unit in words else str(SYMBOLS.get(unit, unit))


def wanted_text(requirement: RequirementFacts, language: str | None = None) -> str:
    """What is wanted, as words: "at least 10 km", "yes", "one of: ..."; in the active language where none is given."""
    with _language(language):
        if requirement.answer_type == "NUMBER":
            return _wanted_number(requirement)
        if requirement.answer_type == "YES_NO":
            return _wanted_yes_no(requirement)
        return _wanted_choice(requirement) if requirement.answer_type == "CHOICE" else gettext("an answer in words")


def _wanted_number(requirement: RequirementFacts) -> str:
    if requirement.threshold is None or not requirement.operator:
        return gettext("a number")
    unit = unit_words(requirement.unit, requirement.threshold)
    return bound(requirement.operator, requirement.threshold, unit)


def _wanted_yes_no(requirement: RequirementFacts) -> str:
    words = {True: gettext("yes"), False: gettext("no"), None: gettext("yes or no")}
    return words[requirement.wanted_yes]


def _wanted_choice(requirement: RequirementFacts) -> str:
    """Choices stand worst first, so a list of all of them says what earns more."""
    accepted = requirement.accepted_choices
    wanted = [choice for choice in requirement.choices if not accepted or choice["code"] in accepted]
    titles = [in_language(choice, "title") for choice in wanted]
    if len(titles) == 1:
        return titles[0]
    return gettext("one of: %(choices)s") % {"choices": "; ".join(titles)}


def objective_text(requirement: RequirementFacts, language: str | None = None) -> str:
    """The value that earns full points, with its unit; empty where there is none."""
    if requirement.objective is None:
        return ""
    with _language(language):
        return quantity(requirement.objective, unit_words(requirement.unit, requirement.objective))


def claim_text(requirement: RequirementFacts, claim: Claim, language: str | None = None) -> str:
    """A claim as words: "12 km", "yes", the title of a choice, the text itself; empty where nothing is claimed."""
    if claim is None or claim == "":
        return ""
    with _language(language):
        if requirement.answer_type == "NUMBER":
            return quantity(Decimal(claim), unit_words(requirement.unit, Decimal(claim)))
        if requirement.answer_type == "YES_NO":
            return gettext("yes") if claim else gettext("no")
        return _choice_title(requirement, str(claim)) if requirement.answer_type == "CHOICE" else str(claim)


def _choice_title(requirement: RequirementFacts, code: str) -> str:
    titles = {choice["code"]: in_language(choice, "title") for choice in requirement.choices}
    return titles.get(code, code)


def _language(language: str | None):
    return translation.override(language) if language else nullcontext()

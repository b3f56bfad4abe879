from dataclasses import dataclass, field
from decimal import Decimal

import pytest

from coalition_portal.formatting import SPACE
from tenders.notices.claims import Verdict, claim_text, objective_text, unit_words, verdict, wanted_text

CHOICES = [
    {"code": "day", "title_en": "Day only", "title_uk": "Лише вдень"},
    {"code": "swap", "title_en": "Night by exchange", "title_uk": "Уночі після заміни"},
    {"code": "both", "title_en": "Both at once", "title_uk": "Обидві одразу"},
]


@dataclass
class Wanted:
    answer_type: str = "NUMBER"
    unit: str = "km"
    operator: str = "gte"
    threshold: Decimal | None = Decimal(10)
    objective: Decimal | None = Decimal(20)
    wanted_yes: bool | None = None
    choices: list = field(default_factory=list)
    accepted_choices: list = field(default_factory=list)


def plain(text):
    return text.replace(SPACE, " ")


@pytest.mark.parametrize(
    ("operator", "below", "at", "above"),
    [
        ("gt", "fails", "fails", "passes"),
        ("gte", "fails", "passes", "passes"),
        ("lt", "passes", "fails", "fails"),
        ("lte", "passes", "passes", "fails"),
        ("eq", "fails", "passes", "fails"),
    ],
)
def test_a_number_is_compared_exactly(operator, below, at, above):
    requirement = Wanted(operator=operator, threshold=Decimal("10.0000"))
    claims = [Decimal("9.9999"), Decimal(10), Decimal("10.0001")]

    assert [verdict(requirement, claim) for claim in claims] == [below, at, above]


@pytest.mark.parametrize("requirement", [Wanted(threshold=None), Wanted(operator="")])
def test_a_number_without_a_pass_mark_is_not_judged(requirement):
    assert verdict(requirement, Decimal(1)) == Verdict.NOT_JUDGED


@pytest.mark.parametrize("answer_type", ["NUMBER", "YES_NO", "CHOICE", "TEXT"])
@pytest.mark.parametrize("claim", [None, ""])
def test_nothing_claimed_is_missing(answer_type, claim):
    assert verdict(Wanted(answer_type=answer_type), claim) == Verdict.MISSING


def test_a_zero_is_a_claim_and_so_is_a_no():
    assert verdict(Wanted(operator="lte", threshold=Decimal(10)), Decimal(0)) == Verdict.PASSES
    assert verdict(Wanted(answer_type="YES_NO", wanted_yes=False), False) == Verdict.PASSES


@pytest.mark.parametrize(
    ("wanted_yes", "claim", "expected"),
    [
        (True, True, "passes"),
        (True, False, "fails"),
        (False, True, "fails"),
        (False, False, "passes"),
        (None, True, "not_judged"),
        (None, False, "not_judged"),
    ],
)
def test_yes_and_no(wanted_yes, claim, expected):
    assert verdict(Wanted(answer_type="YES_NO", wanted_yes=wanted_yes), claim) == expected


@pytest.mark.parametrize(
    ("accepted", "claim", "expected"),
    [
        (["swap", "both"], "swap", "passes"),
        (["swap", "both"], "day", "fails"),
        ([], "day", "not_judged"),
    ],
)
def test_a_choice_is_one_of_the_accepted(accepted, claim, expected):
    requirement = Wanted(answer_type="CHOICE", choices=CHOICES, accepted_choices=accepted)

    assert verdict(requirement, claim) == expected


def test_words_are_not_judged():
    assert verdict(Wanted(answer_type="TEXT"), "Two brothers and a barn.") == Verdict.NOT_JUDGED


@pytest.mark.parametrize(
    ("requirement", "words"),
    [
        (Wanted(), "at least 10 km"),
        (Wanted(operator="gt", unit="kg", threshold=Decimal("5.0000")), "more than 5 kg"),
        (Wanted(operator="lte", unit="°C", threshold=Decimal(-15)), "at most −15 °C"),
        (Wanted(operator="lte", unit="d", threshold=Decimal(28)), "at most 28 days"),
        (Wanted(operator="lte", unit="d", threshold=Decimal(1)), "at most 1 day"),
        (Wanted(unit="mo", threshold=Decimal(6)), "at least 6 months"),
        (Wanted(unit="1/month", threshold=Decimal(1200)), "at least 1,200 a month"),
        (Wanted(unit="1", threshold=Decimal(2)), "at least 2"),
        (Wanted(threshold=None), "a number"),
        (Wanted(answer_type="YES_NO", wanted_yes=True), "yes"),
        (Wanted(answer_type="YES_NO", wanted_yes=False), "no"),
        (Wanted(answer_type="YES_NO"), "yes or no"),
        (
            Wanted(answer_type="CHOICE", choices=CHOICES, accepted_choices=["swap", "both"]),
            "one of: Night by exchange; Both at once",
        ),
        (Wanted(answer_type="CHOICE", choices=CHOICES, accepted_choices=["both"]), "Both at once"),
        (Wanted(answer_type="CHOICE", choices=CHOICES), "one of: Day only; Night by exchange; Both at once"),
        (Wanted(answer_type="TEXT"), "an answer in words"),
    ],
)
def test_what_is_wanted_in_words(requirement, words):
    assert plain(wanted_text(requirement, "en")) == words


@pytest.mark.parametrize(
    ("requirement", "words"),
    [
        (Wanted(), "20 km"),
        (Wanted(objective=None), ""),
        (Wanted(unit="mo", objective=Decimal(18)), "18 months"),
    ],
)
def test_the_objective_in_words(requirement, words):
    assert plain(objective_text(requirement, "en")) == words


@pytest.mark.parametrize(
    ("requirement", "claim", "words"),
    [
        (Wanted(), Decimal("12.50"), "12.5 km"),
        (Wanted(), None, ""),
        (Wanted(answer_type="YES_NO"), True, "yes"),
        (Wanted(answer_type="YES_NO"), False, "no"),
        (Wanted(answer_type="CHOICE", choices=CHOICES), "both", "Both at once"),
        (Wanted(answer_type="CHOICE", choices=CHOICES), "gone", "gone"),
        (Wanted(answer_type="TEXT"), "As built.", "As built."),
    ],
)
def test_a_claim_in_words(requirement, claim, words):
    assert plain(claim_text(requirement, claim, "en")) == words


def test_the_active_language_is_used_where_none_is_given():
    requirement = Wanted(answer_type="CHOICE", choices=CHOICES)

    assert claim_text(requirement, "day") == "Day only"
    assert claim_text(requirement, "day", "uk") == "Лише вдень"


def test_a_plain_unit_stays_as_it_is():
    assert unit_words("km/h", Decimal(60)) == "km/h"

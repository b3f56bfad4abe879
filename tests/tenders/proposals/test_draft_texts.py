from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tenders.notices.models import Requirement, Tender
from tenders.proposals.draft_texts import (
    answer_columns,
    answer_text,
    claim_of,
    judged_text,
    offer_columns,
    offer_texts,
    sentence_about_answer,
    sentence_about_offer,
)
from tenders.proposals.models import Answer, Proposal

CHOICES = [{"code": "day", "title_en": "Day only"}, {"code": "both", "title_en": "Day and night"}]
NUMBER = Requirement(
    answer_type="NUMBER", unit="m", decimals=0, operator="gte", threshold=Decimal(500), choices=[], accepted_choices=[]
)
FINE = Requirement(answer_type="NUMBER", unit="", decimals=2, choices=[], accepted_choices=[])
YES_NO = Requirement(answer_type="YES_NO", wanted_yes=True, choices=[], accepted_choices=[])
CHOICE = Requirement(answer_type="CHOICE", choices=CHOICES, accepted_choices=["both"])
TEXT = Requirement(answer_type="TEXT", choices=[], accepted_choices=[])
TENDER = Tender(
    currency="EUR",
    zone="Europe/Riga",
    drones_per_batch=20,
    price={
        "quantity_steps": [20, 500, 5000],
        "price_lines": [
            {"code": "trial_unit_price", "title_en": "Trial", "required": True},
            {"code": "production_unit_price", "title_en": "Production", "required": True},
            {"code": "spares_price", "title_en": "Spares", "required": False},
        ],
    },
)
TENDER.closes_at = datetime(2026, 11, 30, 22, tzinfo=UTC)  # the first of December in Riga
MONTHS = ["2026-12", *(f"2027-{month:02}" for month in range(1, 12))]


@pytest.mark.parametrize(
    ("requirement", "text", "claim"),
    [
        (NUMBER, "1200", Decimal(1200)),
        (FINE, "6.5", Decimal("6.50")),
        (YES_NO, "yes", True),
        (YES_NO, "no", False),
        (CHOICE, "both", "both"),
        (TEXT, "in words", "in words"),
    ],
)
def test_answer_goes_into_the_column_of_its_type_and_comes_back(requirement, text, claim):
    columns = answer_columns(requirement, text)
    answer = Answer(**columns)

    assert claim_of(requirement, answer) == claim
    assert answer_text(requirement, answer) == text
    assert sum(value not in (None, "") for value in columns.values()) == 1


def test_claim_without_an_answer_is_none():
    assert claim_of(NUMBER, None) is None


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [(NUMBER, "at least 500 m"), (FINE, ""), (YES_NO, "yes"), (CHOICE, "Day and night"), (TEXT, "")],
)
def test_judged_text_says_what_a_claim_is_held_against(requirement, expected):
    assert judged_text(requirement).replace("\N{NO-BREAK SPACE}", " ") == expected


@pytest.mark.parametrize(
    ("requirement", "text", "expected"),
    [
        (NUMBER, "", ""),
        (NUMBER, "1200", ""),
        (
            NUMBER,
            "about 1200",
            "We got “about 1200”. We need a whole number in m. Type digits only, without words or the unit.",
        ),
        (
            NUMBER,
            "1,200",
            "We got “1,200”. We need a whole number in m. "
            "Type it without the comma, or with a point before the decimals.",
        ),
        (NUMBER, "99999999999", "We got “99999999999”. We need a whole number in m. Check the unit."),
        (
            FINE,
            "6.555",
            "We got “6.555”. We need a number with at most 2 decimal places. "
            "Round it, in the direction that you can keep.",
        ),
        (YES_NO, "no", ""),
        (YES_NO, "perhaps", "We got “perhaps”, which is none of the choices. Choose one of them."),
        (CHOICE, "both", ""),
        (CHOICE, "night", "We got “night”, which is none of the choices. Choose one of them."),
        (TEXT, "x" * 4000, ""),
        (
            TEXT,
            "x" * 4001,
            "We got 4001 characters. We want at most 4000. Shorten it or put the rest into a document.",
        ),
        (None, "5", "This tender has no such requirement, or you cannot see it. Reload the page."),
    ],
)
def test_sentence_about_an_answer(requirement, text, expected):
    assert sentence_about_answer(requirement, text) == expected


def test_number_wanted_names_places_and_unit():
    fine = Requirement(answer_type="NUMBER", unit="km", decimals=1)
    bare = Requirement(answer_type="NUMBER", unit="1", decimals=0)

    assert "We need a number in km with at most 1 decimal place." in sentence_about_answer(fine, "x")
    assert "We need a whole number. " in sentence_about_answer(bare, "x")


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        ("price-trial_unit_price", "4380", ""),
        ("price-trial_unit_price", "4380.50", ""),
        ("price-trial_unit_price", "0.01", ""),
        ("price-trial_unit_price", "10000000", ""),
        ("price-spares_price", "", ""),
        ("price-other", "5", "This tender has no price line “other”. Reload the page."),
        (
            "price-trial_unit_price",
            "0",
            "We got “0”. We want a price above 0 and at most 10 million. Type the price of one piece.",
        ),
        (
            "price-trial_unit_price",
            "10000000.01",
            "We got “10000000.01”. We want a price above 0 and at most 10 million. Type the price of one piece.",
        ),
        (
            "price-trial_unit_price",
            "4380.505",
            "We got “4380.505”. We need a number in EUR with at most 2 decimal places. "
            "Round it, in the direction that you can keep.",
        ),
        ("lead_time_days", "", ""),
        ("lead_time_days", "1", ""),
        ("lead_time_days", "730", ""),
        ("lead_time_days", "0", "We got “0”. We want a number from 1 to 730."),
        ("lead_time_days", "731", "We got “731”. We want a number from 1 to 730."),
        (
            "monthly_capacity",
            "many",
            "We got “many”. We need a whole number. Type digits only, without words or the unit.",
        ),
        ("monthly_capacity", "1000000", ""),
        ("production_region", "Kharkiv region", ""),
        (
            "production_region",
            "Main street 5",
            "We got a name with a number in it. We want a region, never an address. Leave out street and postcode.",
        ),
        (
            "production_region",
            "x" * 121,
            "We got 121 characters. We want at most 120. Shorten it or put the rest into a document.",
        ),
        ("step-500", "4100.5", ""),
        ("step-20", "4100", "The offer has no field “step-20”. Reload the page."),
        (
            "step-500",
            "0",
            "We got “0”. We want a price above 0 and at most 10 million. Type the price of one piece.",
        ),
        ("capacity-2026-12", "0", ""),
        ("capacity-2027-11", "1000000", ""),
        ("capacity-2027-11", "1000001", "We got “1000001”. We want a number from 0 to 1,000,000."),
        (
            "capacity-2026-11",
            "5",
            "The offer has no month “2026-11”. Reload the page: the deadline may have moved.",
        ),
        ("validity_days", "120", ""),
        ("validity_days", "0", "We got “0”. We want a number from 1 to 730."),
        ("delivery_place", "Riga, Latvia", ""),
        ("vat_basis", "EXEMPT", ""),
        ("vat_basis", "NONE", "We got “NONE”, which is none of the choices. Choose one of them."),
        ("prevailing_language", "uk", ""),
        ("prevailing_language", "lv", "We got “lv”, which is none of the choices. Choose one of them."),
        ("partner-1-name", "Example 5 LLC", ""),
        (
            "partner-1-name",
            "x" * 161,
            "We got 161 characters. We want at most 160. Shorten it or put the rest into a document.",
        ),
        ("partner-20-country", "LV", ""),
        ("partner-20-country", "XX", "We got “XX”, which is no country of the list. Choose one of them."),
        ("partner-21-country", "LV", "The offer has no field “partner-21-country”. Reload the page."),
        ("partner-0-name", "A", "The offer has no field “partner-0-name”. Reload the page."),
        ("partners", "Example 5 LLC, motors", "The offer has no field “partners”. Reload the page."),
        ("trial_support", "x" * 2000, ""),
        (
            "trial_support",
            "x" * 2001,
            "We got 2001 characters. We want at most 2000. Shorten it or put the rest into a document.",
        ),
    ],
)
def test_sentence_about_the_offer(field, text, expected):
    assert sentence_about_offer(TENDER, field, text) == expected


def test_offer_goes_into_its_columns_and_comes_back():
    texts = {
        "price-trial_unit_price": "4380.5",
        "price-production_unit_price": "",
        "price-spares_price": "",
        "step-500": "4100",
        **{f"capacity-{month}": "" for month in MONTHS},
        "capacity-2027-01": "0",
        "capacity-2027-11": "450",
        "lead_time_days": "21",
        "monthly_capacity": "",
        "validity_days": "90",
        "delivery_place": "Riga, Latvia",
        "production_region": "Example region",
        "trial_support": "Two people.",
        "vat_basis": "EXEMPT",
        "prevailing_language": "",
        "partner-1-name": "",
        "partner-1-country": "",
        "partner-1-part": "",
        "partner-2-name": "Placeholder Rotors",
        "partner-2-country": "LV",
        "partner-2-part": "motors",
    }

    columns = offer_columns(texts)

    assert columns == {
        "prices": {"trial_unit_price": "4380.50"},
        "step_prices": {"500": "4100.00"},
        "capacity_by_month": {"2027-01": 0, "2027-11": 450},
        "partners": [
            {"name": "", "country": "", "part": ""},
            {"name": "Placeholder Rotors", "country": "LV", "part": "motors"},
        ],
        "lead_time_days": 21,
        "monthly_capacity": None,
        "validity_days": 90,
        "delivery_place": "Riga, Latvia",
        "production_region": "Example region",
        "trial_support": "Two people.",
        "vat_basis": "EXEMPT",
        "prevailing_language": "",
    }
    assert offer_texts(Proposal(tender=TENDER, **columns)) == texts

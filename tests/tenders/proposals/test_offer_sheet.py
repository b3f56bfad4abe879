from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils.translation import override

from tenders.notices.models import Tender
from tenders.proposals.models import Proposal
from tenders.proposals.offer_sheet import OfferSheet, Partner, month_words, offer_as_frozen, sheet_of
from tenders.proposals.price_steps import PricedStep, Step
from tenders.proposals.wanted_offer import proposal_languages, usual_language
from tests.factories.proposals import OFFER_OF_SCHEMA_ONE

SPACE = "\N{NO-BREAK SPACE}"


def tender(**fields) -> Tender:
    lines = [
        {"code": "trial_unit_price", "title_en": "Trial", "required": True},
        {"code": "production_unit_price", "title_en": "Production", "required": True},
        {"code": "spares_price", "title_en": "Spares", "required": False},
    ]
    facts = {
        "currency": "EUR",
        "zone": "Europe/Riga",
        "drones_per_batch": 20,
        "price": {"price_lines": lines, "quantity_steps": [20, 500, 5000], "delivery_term": "FCA"},
        "timetable": {"proposal_validity_days": 90},
    }
    made = Tender(**(facts | fields))
    made.closes_at = datetime(2026, 10, 31, 22, tzinfo=UTC)  # the first of November in Riga
    return made


MONTHS = ["2026-11", "2026-12", *(f"2027-{month:02}" for month in range(1, 11))]


def full(**fields) -> Proposal:
    facts = {
        "tender": tender(),
        "prices": {"trial_unit_price": "4380.00", "production_unit_price": "3590.00"},
        "step_prices": {"500": "4100.50"},
        "delivery_place": "Riga, Latvia",
        "vat_basis": "EXEMPT",
        "lead_time_days": 21,
        "monthly_capacity": 400,
        "capacity_by_month": {"2026-11": 0, "2026-10": 7},
        "production_region": "Example region",
        "partners": [{"name": "", "country": "", "part": ""}, {"name": "Rotors", "country": "LV", "part": "motors"}],
        "trial_support": "Two people.",
    }
    return Proposal(**(facts | fields))


def test_what_is_left_to_the_tender_is_said_and_emptied_rows_are_not():
    assert offer_as_frozen(full()) == {
        "currency": "EUR",
        "prices": {"trial_unit_price": "4380.00", "production_unit_price": "3590.00"},
        "steps": [
            {"quantity": 20, "price": "4380.00"},
            {"quantity": 500, "price": "4100.50"},
            {"quantity": 5000, "price": "3590.00"},
        ],
        "delivery": {"term": "FCA", "place": "Riga, Latvia"},
        "vat_basis": "EXEMPT",
        "validity_days": 90,
        "prevailing_language": "en",
        "lead_time_days": 21,
        "monthly_capacity": 400,
        "capacity_by_month": [{"month": month, "drones": 0 if month == "2026-11" else 400} for month in MONTHS],
        "production_region": "Example region",
        "partners": [{"name": "Rotors", "country": "LV", "part": "motors"}],
        "trial_support": "Two people.",
    }


def test_what_the_company_chose_goes_before_the_tender():
    frozen = offer_as_frozen(full(validity_days=60, prevailing_language="uk"))

    assert (frozen["validity_days"], frozen["prevailing_language"]) == (60, "uk")


def test_reviewers_read_what_was_frozen():
    proposal = full(validity_days=60)

    sheet = sheet_of(offer_as_frozen(proposal), proposal.tender)

    assert sheet == OfferSheet(
        currency="EUR",
        steps=[
            PricedStep(Step(20, ""), Decimal("4380.00")),
            PricedStep(Step(500, ""), Decimal("4100.50")),
            PricedStep(Step(5000, ""), Decimal("3590.00")),
        ],
        lines=[("Spares", None)],
        delivery="FCA, Riga, Latvia",
        vat="No VAT is due: the supply is exempt or an export",
        validity_days=60,
        wanted_validity_days=90,
        language="English",
        lead_time_days=21,
        monthly_capacity=400,
        months=[(month_words(month), 0 if month == "2026-11" else 400) for month in MONTHS],
        region="Example region",
        partners=[Partner(name="Rotors", country="Latvia", part="motors")],
        partners_text="",
        trial_support="Two people.",
    )
    assert (sheet.year_capacity, sheet.varies, sheet.is_short) == (4400, True, True)
    assert (sheet.first_month, sheet.last_month) == (f"November{SPACE}2026", f"October{SPACE}2027")


def test_an_empty_draft_reads_as_open():
    sheet = sheet_of(offer_as_frozen(Proposal(tender=tender())), tender())

    assert ([row.price for row in sheet.steps], sheet.delivery, sheet.vat) == ([None] * 3, "", "")
    assert (sheet.year_capacity, sheet.varies, sheet.is_short) == (None, False, False)
    assert sheet.partners == []


def test_schema_one_is_read_as_it_was_written():
    sheet = sheet_of(OFFER_OF_SCHEMA_ONE, tender())

    assert sheet.steps == []
    assert sheet.lines == [("Trial", Decimal("4380.00")), ("Production", Decimal("3590.00")), ("Spares", None)]
    assert (sheet.partners, sheet.partners_text) == ([], OFFER_OF_SCHEMA_ONE["partners"])
    assert (sheet.delivery, sheet.vat, sheet.language, sheet.months) == ("", "", "", [])
    assert (sheet.validity_days, sheet.is_short, sheet.year_capacity) == (None, False, None)
    assert (sheet.first_month, sheet.last_month) == ("", "")


def test_nothing_reads_as_nothing():
    sheet = sheet_of({}, tender())

    assert (sheet.lines[0], sheet.steps, sheet.partners) == (("Trial", None), [], [])


def test_a_partner_without_a_country_keeps_its_other_words():
    sheet = sheet_of({"partners": [{"name": "Rotors", "country": "", "part": "motors"}]}, tender())

    assert sheet.partners == [Partner(name="Rotors", country="", part="motors")]


@pytest.mark.parametrize(("language", "words"), [("en", "November 2026"), ("uk", "листопад 2026")])
def test_months_in_a_sentence_are_written_as_the_language_wants_it(language, words):
    with override(language):
        sheet = sheet_of({"capacity_by_month": [{"month": "2026-11", "drones": 400}]}, tender())

        assert [month.replace(SPACE, " ") for month in (sheet.first_month, sheet.last_month)] == [words, words]


@pytest.mark.parametrize(("language", "words"), [("en", "March 2027"), ("uk", "березень 2027")])
def test_months_are_told_in_words(language, words):
    with override(language):
        assert month_words("2027-03").replace(SPACE, " ").lower() == words.lower()


def test_languages_are_the_tenders_or_the_portals():
    chosen = tender(terms={"proposal_languages": ["uk", "pl"], "prevailing_language": "pl"})

    assert (proposal_languages(chosen), usual_language(chosen)) == (["uk", "pl"], "pl")
    assert (proposal_languages(tender()), usual_language(tender())) == (["en", "uk"], "en")
    assert usual_language(tender(terms={"proposal_languages": ["uk"]})) == "uk"

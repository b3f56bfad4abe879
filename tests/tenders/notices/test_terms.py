from decimal import Decimal

import pytest
from django.utils import translation

from coalition_portal.formatting import SPACE
from tenders.notices.models import Tender, WantedDocument
from tenders.notices.template_library import codes, template
from tenders.notices.template_rows import document_of, tender_of
from tenders.notices.terms import document_line, offer_line, price_example_rows, terms_of


def tender(code="advanced_fpv", **changed) -> Tender:
    found = tender_of(template(code), "")
    for name, value in changed.items():
        setattr(found, name, value)
    return found


def values(found) -> dict:
    return {fact["label"]: fact["value"].replace(SPACE, " ") for fact in terms_of(found)}


def test_the_terms_of_the_advanced_template():
    found = tender(batches_max=15, budget_amount=Decimal(2000000), contact_mailbox="a@example.test")

    assert values(found) == {
        "Batches": "Up to 15 batches, one for each winner; 20 drones in a batch",
        "In a batch": "20 drones, 2 ground stations, batteries and chargers for 20 flights, field spares kit, "
        "manual in Ukrainian and English.",
        "Budget": "GBP 2,000,000",
        "Ready to ship": "Within 28 days of the contract",
        "Tests": "Latvia, up to 3 months; inert loads only; drones lost in tests are paid for",
        "Payment": "50 % in advance, 50 % on receipt, within 14 days",
        "After the trials": "Production of up to 500 drones a month, by measured results; not guaranteed",
        "Prices for": "20 / 500 / 1,500 / 5,000 drones",
        "Delivery": "DAP, at a place that the company names",
        "Proposal stays valid": "120 days",
        "Contact": "a@example.test",
    }


def test_what_a_tender_does_not_have_is_left_out():
    assert values(tender(terms={}, timetable={}, price={})) == {}


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"batches_per_winner": 2}, {"Batches": "Up to 1 batch; 20 drones in a batch"}),
        ({"test_country": "LV", "test_months_max": 1}, {"Tests": "Latvia, up to 1 month"}),
        ({"ship_for_test_within_days": 1}, {"Ready to ship": "Within 1 day of the contract"}),
        (
            {"production_drones_per_month_max": 300, "follow_on": {"guaranteed": True}},
            {"After the trials": "Production of up to 300 drones a month, by measured results"},
        ),
    ],
)
def test_each_term_in_words(terms, words):
    found = values(tender(batches_max=1, terms=terms, timetable={}))

    assert words.items() <= found.items()


@pytest.mark.parametrize("code", codes())
def test_every_template_has_all_terms_in_both_languages(code):
    found = tender(code, batches_max=2, budget_amount=Decimal(1), contact_mailbox="a@example.test")

    for language in ("en", "uk"):
        with translation.override(language):
            assert len(terms_of(found)) == 11


def test_one_line_for_a_list():
    found = tender(batches_max=15, budget_amount=Decimal("1500000.50"), budget_currency="EUR")

    assert offer_line(found).replace(SPACE, " ") == "Up to 15 batches · EUR 1,500,000.50"
    assert offer_line(tender()) == ""


@pytest.mark.parametrize("code", codes())
def test_examples_say_what_the_template_says(code):
    examples = template(code).body["price"]["worked_examples"]

    assert [points for _amount, points in price_example_rows(tender(code))] == [one["points"] for one in examples]


def test_a_tender_without_examples_shows_none():
    assert price_example_rows(tender(price={})) == []


def test_the_line_of_a_document():
    rows = {row["code"]: document_of(None, row, 1) for row in template("interceptor").documents}

    assert document_line(rows["technical_description"]) == "PDF, 1 file, up to 25 MB"
    assert document_line(rows["flight_evidence"]) == "PDF / CSV / XLSX, up to 5 files, up to 50 MB each"
    assert isinstance(rows["video"], WantedDocument)

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tenders.notices.models import Tender
from tenders.proposals.models import Proposal
from tenders.proposals.offer_checks import Caution, Lack, Totals, cautions_about, lacks_of, totals_of, wanted_of

LINES = [
    {"code": "trial_unit_price", "title_en": "Trial", "required": True},
    {"code": "production_unit_price", "title_en": "Production", "required": True},
    {"code": "spares_price", "title_en": "Spares", "required": False},
]
TENDER = Tender(
    currency="EUR",
    zone="Europe/Riga",
    drones_per_batch=20,
    trial_share_percent=Decimal(20),
    production_share_percent=Decimal(80),
    ceiling_price=Decimal(6000),
    full_points_price=Decimal(3000),
    price={"price_lines": LINES, "quantity_steps": [20, 500, 5000]},
    timetable={"proposal_validity_days": 120},
)
TENDER.closes_at = datetime(2026, 12, 1, 9, tzinfo=UTC)


def full(**fields) -> Proposal:
    facts = {
        "tender": TENDER,
        "prices": {"trial_unit_price": "4380.00", "production_unit_price": "3590.00"},
        "step_prices": {"500": "4100.00"},
        "delivery_place": "Riga, Latvia",
        "vat_basis": "WITHOUT",
        "lead_time_days": 21,
        "monthly_capacity": 400,
        "production_region": "Example region",
    }
    return Proposal(**(facts | fields))


def words(sentence: str) -> str:
    return sentence.replace("\N{NO-BREAK SPACE}", " ")


def test_an_empty_offer_lacks_everything_in_the_order_of_the_page():
    draft = Proposal(tender=TENDER)

    assert lacks_of(draft) == [
        Lack("Trial", "id_price-trial_unit_price"),
        Lack("Price of one drone when 500 are ordered", "id_step-500"),
        Lack("Production", "id_price-production_unit_price"),
        Lack("Place of delivery", "id_delivery_place"),
        Lack("VAT", "id_vat_basis"),
        Lack("Lead time of the trial batch", "id_lead_time_days"),
        Lack("Region of production", "id_production_region"),
        Lack("Production capacity", "id_monthly_capacity"),
    ]
    assert wanted_of(draft) == 8


def test_a_full_offer_lacks_nothing():
    assert (lacks_of(full()), wanted_of(full()), cautions_about(full())) == ([], 8, [])


@pytest.mark.parametrize(
    ("partner", "empty", "anchor"),
    [
        ({"name": "", "country": "LV", "part": "motors"}, "Legal name", "id_partner-2-name"),
        ({"name": "Rotors", "country": "", "part": "motors"}, "Country", "id_partner-2-country"),
        ({"name": "Rotors", "country": "LV", "part": ""}, "Part of the work", "id_partner-2-part"),
        ({"name": "Rotors", "country": "", "part": ""}, "Country, Part of the work", "id_partner-2-country"),
    ],
)
def test_a_partner_is_named_in_full(partner, empty, anchor):
    emptied = {"name": "", "country": "", "part": ""}
    proposal = full(partners=[emptied, partner])

    # The person counts the rows that they see, the field keeps the number of its row.
    assert lacks_of(proposal) == [Lack(f"Partner 1: {empty}", anchor)]
    assert wanted_of(proposal) == 9


def test_a_larger_quantity_that_costs_more_warns_and_lacks_nothing():
    proposal = full(step_prices={"500": "4380.01"})

    [caution] = cautions_about(proposal)

    assert Caution(words(caution.sentence), caution.anchor) == Caution(
        "One of 500 drones costs EUR 4,380.01, one of 20 costs EUR 4,380. "
        "A larger quantity is usually not dearer. Check both prices; you can submit them as they are.",
        "id_step-500",
    )
    assert lacks_of(proposal) == []


def test_dearer_production_is_marked_at_its_price_line():
    [caution] = cautions_about(full(prices={"trial_unit_price": "4380.00", "production_unit_price": "4200.00"}))

    assert caution.anchor == "id_price-production_unit_price"


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        (None, None),
        (120, None),
        (121, None),
        (
            119,
            "Your proposal stays valid for 119 days; the tender wants 120. "
            "You can submit it, and reviewers see the difference.",
        ),
        (
            1,
            "Your proposal stays valid for 1 day; the tender wants 120. "
            "You can submit it, and reviewers see the difference.",
        ),
    ],
)
def test_validity_below_the_tenders_warns(days, sentence):
    cautions = cautions_about(full(validity_days=days))

    assert cautions == ([Caution(sentence, "id_validity_days")] if sentence else [])


def test_totals_are_exact():
    prices = {"trial_unit_price": "4380.05", "production_unit_price": "3590.01"}

    assert totals_of(full(prices=prices)) == Totals(
        drones=20, batch=Decimal("87601.00"), evaluated=Decimal("3748.018"), points=Decimal("7.51")
    )


@pytest.mark.parametrize("left", [{}, {"trial_unit_price": "1.00"}, {"production_unit_price": "1.00"}])
def test_there_are_no_totals_without_both_unit_prices(left):
    assert totals_of(full(prices=left)) is None

"""An offer as it is frozen in a manifest, and as people read it from there: the check page shows what reviewers see.

Schema idc-proposal/2 is written. Schema 1 is read too: it had partners as one text and no steps, terms or months.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from coalition_portal.formatting import SPACE, in_language
from tenders.notices.models import Tender
from tenders.proposals.draft_texts import partners_of
from tenders.proposals.models import Proposal, VatBasis
from tenders.proposals.offer_checks import steps_with_prices
from tenders.proposals.price_steps import PricedStep, Step
from tenders.proposals.wanted_offer import (
    capacity_months,
    delivery_term,
    price_lines,
    usual_language,
    wanted_steps,
    wanted_validity_days,
)

LANGUAGE_NAMES = {"en": _("English"), "uk": _("Ukrainian")}


@dataclass(frozen=True)
class Partner:
    name: str
    country: str
    part: str


@dataclass(frozen=True)
class OfferSheet:
    """`steps` are in order of quantity, `lines` are the price lines that are no step; amounts are None where not given.

    `partners_text` and no `partners` comes from schema 1.
    """

    currency: str
    steps: list[PricedStep]
    lines: list[tuple[str, Decimal | None]]
    delivery: str
    vat: str
    validity_days: int | None
    wanted_validity_days: int
    language: str
    lead_time_days: int | None
    monthly_capacity: int | None
    months: list[tuple[str, int | None]]
    region: str
    partners: list[Partner]
    partners_text: str
    trial_support: str

    @property
    def year_capacity(self) -> int | None:
        """Drones in the twelve months; None where a month is open."""
        drones = [count for _month, count in self.months]
        return sum(drones) if drones and None not in drones else None

    @property
    def first_month(self) -> str:
        return _in_a_sentence(self.months[0][0]) if self.months else ""

    @property
    def last_month(self) -> str:
        return _in_a_sentence(self.months[-1][0]) if self.months else ""

    @property
    def varies(self) -> bool:
        """Whether the months differ, so that they have to be read one by one."""
        return len({count for _month, count in self.months}) > 1

    @property
    def is_short(self) -> bool:
        """Whether it stays valid for less than the tender wants."""
        return self.validity_days is not None and self.validity_days < self.wanted_validity_days


def offer_as_frozen(proposal: Proposal) -> dict:
    """The part `offer` of schema idc-proposal/2: amounts are decimal strings, and what was left to the tender is said.

    `steps` repeats the prices of the lines that are steps: a reader needs no rule to know the price of each quantity.
    """
    tender = proposal.tender
    return {
        "currency": tender.currency,
        "prices": dict(proposal.prices),
        "steps": [_frozen_step(row) for row in steps_with_prices(proposal)],
        "delivery": {"term": delivery_term(tender), "place": proposal.delivery_place},
        "vat_basis": proposal.vat_basis,
        "validity_days": proposal.validity_days or wanted_validity_days(tender),
        "prevailing_language": proposal.prevailing_language or usual_language(tender),
        "lead_time_days": proposal.lead_time_days,
        "monthly_capacity": proposal.monthly_capacity,
        "capacity_by_month": [
            {"month": month, "drones": proposal.capacity_by_month.get(month, proposal.monthly_capacity)}
            for month in capacity_months(tender)
        ],
        "production_region": proposal.production_region,
        "partners": [partner for _row, partner in partners_of(proposal)],
        "trial_support": proposal.trial_support,
    }


def _frozen_step(row: PricedStep) -> dict:
    return {"quantity": row.step.quantity, "price": None if row.price is None else format(row.price, "f")}


def sheet_of(offer: Mapping, tender: Tender) -> OfferSheet:
    """`offer` is the part of that name of a manifest; what it does not hold shows as open."""
    steps = [_step(row) for row in offer.get("steps", [])]
    partners = offer.get("partners") or []
    is_text = isinstance(partners, str)
    delivery = offer.get("delivery", {})
    return OfferSheet(
        currency=offer.get("currency", tender.currency),
        steps=steps,
        lines=_lines(offer.get("prices", {}), tender, steps),
        delivery=", ".join(
            part for part in (delivery.get("term"), delivery.get("place")) if part and delivery["place"]
        ),
        vat=_vat_words(offer.get("vat_basis", "")),
        validity_days=offer.get("validity_days"),
        wanted_validity_days=wanted_validity_days(tender),
        language=str(LANGUAGE_NAMES.get(offer.get("prevailing_language"), "")),
        lead_time_days=offer.get("lead_time_days"),
        monthly_capacity=offer.get("monthly_capacity"),
        months=[(month_words(row["month"]), row["drones"]) for row in offer.get("capacity_by_month", [])],
        region=offer.get("production_region", ""),
        partners=[] if is_text else [_partner(row) for row in partners],
        partners_text=partners if is_text else "",
        trial_support=offer.get("trial_support", ""),
    )


def month_words(month: str) -> str:
    """As in "March 2027", from 2027-03."""
    year, number = month.split("-")
    return formats.date_format(date(int(year), int(number), 1), "YEAR_MONTH_FORMAT").replace(" ", SPACE)


def _in_a_sentence(month: str) -> str:
    """Ukrainian writes months small, unless they begin a line."""
    return month.lower() if get_language() == "uk" else month


def _step(row: Mapping) -> PricedStep:
    return PricedStep(Step(row["quantity"], ""), _amount(row["price"]))


def _amount(text: str | None) -> Decimal | None:
    return Decimal(text) if text else None


def _lines(prices: Mapping, tender: Tender, steps: list[PricedStep]) -> list[tuple[str, Decimal | None]]:
    in_steps = {step.line for step in wanted_steps(tender)} if steps else set()
    return [
        (in_language(line, "title"), _amount(prices.get(line["code"])))
        for line in price_lines(tender)
        if line["code"] not in in_steps
    ]


def _vat_words(basis: str) -> str:
    return str(VatBasis(basis).label) if basis in VatBasis.values else ""


def _partner(row: Mapping) -> Partner:
    country = countries.name(row["country"]) if row["country"] else ""
    return Partner(name=row["name"], country=str(country), part=row["part"])

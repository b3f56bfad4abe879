"""What a tender asks of an offer, read from the shape of its template. A tender without a term has the usual one."""

from datetime import datetime

from coalition_portal.formatting import zone_named
from tenders.notices.models import Tender
from tenders.notices.queries import deadline_in_force
from tenders.proposals.price_steps import Step, months_from, steps_of

LANGUAGES = ("en", "uk")
VALIDITY_DAYS = 120
DELIVERY_TERM = "DAP"


def price_lines(tender: Tender) -> list[dict]:
    """[{"code", "title_en", "title_uk", "required", "includes_en", "includes_uk", ...}] in the tender's order."""
    return tender.price.get("price_lines", [])


def wanted_steps(tender: Tender) -> list[Step]:
    return steps_of(tender.price, tender.drones_per_batch)


def steps_to_price(tender: Tender) -> list[int]:
    """The quantities whose price is in no price line."""
    return [step.quantity for step in wanted_steps(tender) if not step.line]


def lines_beside_steps(tender: Tender) -> list[dict]:
    """The price lines that are no quantity step, such as options."""
    in_steps = {step.line for step in wanted_steps(tender)}
    return [line for line in price_lines(tender) if line["code"] not in in_steps]


def delivery_term(tender: Tender) -> str:
    """The Incoterms rule; the company names the place."""
    return tender.price.get("delivery_term") or DELIVERY_TERM


def wanted_validity_days(tender: Tender) -> int:
    """For how many days a proposal shall stay valid."""
    return tender.timetable.get("proposal_validity_days") or VALIDITY_DAYS


def proposal_languages(tender: Tender) -> list[str]:
    return list(tender.terms.get("proposal_languages") or LANGUAGES)


def usual_language(tender: Tender) -> str:
    """The language that prevails where a proposal does not choose."""
    return tender.terms.get("prevailing_language") or proposal_languages(tender)[0]


def capacity_months(tender: Tender) -> list[str]:
    """Twelve months from the one of the deadline in force, in the tender's zone. Asked once for each tender object."""
    there = _closes_at(tender).astimezone(zone_named(tender.zone))
    return months_from(there.year, there.month)


def _closes_at(tender: Tender) -> datetime:
    if getattr(tender, "closes_at", None) is None:
        tender.closes_at = deadline_in_force(tender).closes_at
    return tender.closes_at

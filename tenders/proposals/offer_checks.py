"""What an offer lacks, what is odd about it and what its prices come to: for the pages, completeness and staging."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from coalition_portal.formatting import figure, in_language, money
from tenders.notices.models import Tender
from tenders.notices.price import evaluated_price, price_points
from tenders.proposals.draft_texts import MONTH, PARTNER, PRICE, STEP, partner_fields, partners_of, prices_of
from tenders.proposals.models import Proposal
from tenders.proposals.price_steps import PRODUCTION, TRIAL, Dearer, PricedStep, Step, dearer_steps, priced
from tenders.proposals.wanted_offer import (
    lines_beside_steps,
    price_lines,
    steps_to_price,
    wanted_steps,
    wanted_validity_days,
)

WANTED_FIELDS = (
    "delivery_place",
    "vat_basis",
    "lead_time_days",
    "production_region",
    "monthly_capacity",
)
TITLES = {
    # As the field is labelled, so it is called in every list of what is missing, copied or refused.
    "delivery_place": gettext_lazy("Place of delivery"),
    "vat_basis": gettext_lazy("VAT"),
    "validity_days": gettext_lazy("Validity"),
    "prevailing_language": gettext_lazy("Prevailing language"),
    "lead_time_days": gettext_lazy("Lead time of the trial batch"),
    "monthly_capacity": gettext_lazy("Production capacity"),
    "production_region": gettext_lazy("Region of production"),
    "trial_support": gettext_lazy("Support at the trials"),
}
PARTNER_TITLES = {
    "name": gettext_lazy("Legal name"),
    "country": gettext_lazy("Country"),
    "part": gettext_lazy("Part of the work"),
}


@dataclass(frozen=True)
class Lack:
    """Something that the offer needs; `anchor` is the field in which it is put right."""

    sentence: str
    anchor: str


@dataclass(frozen=True)
class Caution:
    """Something that looks odd, or is less than the tender wants. It can be submitted all the same."""

    sentence: str
    anchor: str


@dataclass(frozen=True)
class Totals:
    """What the two unit prices come to; `batch` is the price of the trial batch of `drones`."""

    drones: int
    batch: Decimal
    evaluated: Decimal
    points: Decimal


def lacks_of(proposal: Proposal) -> list[Lack]:
    """In the order of the page."""
    return [*_lacking_prices(proposal), *_lacking_fields(proposal), *_lacking_partners(proposal)]


def wanted_of(proposal: Proposal) -> int:
    """How many items an offer needs; each partner that is named is one."""
    lines = sum(line["required"] for line in price_lines(proposal.tender))
    return lines + len(steps_to_price(proposal.tender)) + len(WANTED_FIELDS) + len(partners_of(proposal))


def _lacking_prices(proposal: Proposal) -> list[Lack]:
    tender = proposal.tender
    fields = [*map(field_of, wanted_steps(tender)), *(PRICE + line["code"] for line in lines_beside_steps(tender))]
    optional = {PRICE + line["code"] for line in price_lines(tender) if not line["required"]}
    held = {*(PRICE + code for code in proposal.prices), *(STEP + quantity for quantity in proposal.step_prices)}
    return [Lack(title_of_field(tender, name), f"id_{name}") for name in fields if name not in optional | held]


def _lacking_fields(proposal: Proposal) -> list[Lack]:
    return [Lack(str(TITLES[name]), f"id_{name}") for name in WANTED_FIELDS if not getattr(proposal, name)]


def _lacking_partners(proposal: Proposal) -> list[Lack]:
    numbered = enumerate(partners_of(proposal), start=1)
    return [
        _lack_of_partner(number, row, [name for name in PARTNER_TITLES if not partner[name]])
        for number, (row, partner) in numbered
        if not all(partner.values())
    ]


def _lack_of_partner(number: int, row: int, empty: list[str]) -> Lack:
    named = {"number": number, "fields": ", ".join(str(PARTNER_TITLES[name]) for name in empty)}
    return Lack(_("Partner %(number)s: %(fields)s") % named, f"id_{partner_fields(row)[empty[0]]}")


def title_of_field(tender: Tender, name: str) -> str:
    """The label of that field of the offer; fields of one table share the title of the table."""
    if name.startswith(PRICE):
        return next(in_language(line, "title") for line in price_lines(tender) if PRICE + line["code"] == name)
    if name.startswith(STEP):
        quantity = int(name.removeprefix(STEP))
        return _("Price of one drone when %(quantity)s are ordered") % {"quantity": figure(quantity)}
    if name.startswith(MONTH):
        return _("Capacity by month")
    return _("Partners and subcontractors") if name.startswith(PARTNER) else str(TITLES[name])


# What is odd


def cautions_about(proposal: Proposal) -> list[Caution]:
    dearer = [_caution_about(pair, proposal.tender) for pair in dearer_steps(steps_with_prices(proposal))]
    return dearer + _cautions_about_validity(proposal)


def _caution_about(pair: Dearer, tender: Tender) -> Caution:
    sentence = _(
        "One of %(more)s drones costs %(high)s, one of %(fewer)s costs %(low)s. "
        "A larger quantity is usually not dearer. Check both prices; you can submit them as they are."
    ) % {
        "more": figure(pair.larger.step.quantity),
        "fewer": figure(pair.smaller.step.quantity),
        "high": money(pair.larger.price, tender.currency),
        "low": money(pair.smaller.price, tender.currency),
    }
    return Caution(sentence, f"id_{field_of(pair.larger.step)}")


def _cautions_about_validity(proposal: Proposal) -> list[Caution]:
    wanted, got = wanted_validity_days(proposal.tender), proposal.validity_days
    if got is None or got >= wanted:
        return []
    sentence = ngettext(
        "Your proposal stays valid for %(got)s day; the tender wants %(wanted)s. "
        "You can submit it, and reviewers see the difference.",
        "Your proposal stays valid for %(got)s days; the tender wants %(wanted)s. "
        "You can submit it, and reviewers see the difference.",
        got,
    )
    return [Caution(sentence % {"got": got, "wanted": wanted}, "id_validity_days")]


# What it comes to


def field_of(step: Step) -> str:
    """The field that holds the price of that step."""
    return f"{PRICE}{step.line}" if step.line else f"{STEP}{step.quantity}"


def steps_with_prices(proposal: Proposal) -> list[PricedStep]:
    others = {int(quantity): Decimal(amount) for quantity, amount in proposal.step_prices.items()}
    return priced(wanted_steps(proposal.tender), prices_of(proposal), others)


def totals_of(proposal: Proposal) -> Totals | None:
    """What the saved prices come to; None until both unit prices are there."""
    tender, prices = proposal.tender, prices_of(proposal)
    if not {TRIAL, PRODUCTION} <= set(prices):
        return None
    evaluated = evaluated_price(prices, tender.trial_share_percent, tender.production_share_percent)
    return Totals(
        drones=tender.drones_per_batch,
        batch=prices[TRIAL] * tender.drones_per_batch,
        evaluated=evaluated,
        points=price_points(evaluated, tender.ceiling_price, tender.full_points_price),
    )

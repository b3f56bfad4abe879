"""Batches, terms, price and documents of a tender as label and value; what a tender does not have is left out."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_countries import countries

from coalition_portal.formatting import figure, in_language, money
from coalition_portal.uploads import upload_bytes_max
from tenders.notices import price
from tenders.notices.models import Tender, WantedDocument

MEGABYTE = 1024 * 1024


def offer_line(tender: Tender) -> str:
    """What the list says about a tender on one line: its series, batches and budget."""
    series = in_language(tender.series, "title") if tender.series else ""
    budget = money(tender.budget_amount, tender.budget_currency)
    return " · ".join(part for part in (series, _most_batches(tender), budget) if part)


def terms_of(tender: Tender) -> list[dict]:
    """Label and value; a term that the tender does not have is left out."""
    terms = tender.terms
    facts = [
        (_("Batches"), _batches(tender)),
        (_("In a batch"), in_language(terms, "batch_contents")),
        (_("Budget"), money(tender.budget_amount, tender.budget_currency)),
        (_("Ready to ship"), _days(terms.get("ship_for_test_within_days"))),
        (_("Tests"), _tests(terms)),
        (_("Payment"), _payment(terms.get("payment"))),
        (_("After the trials"), _afterwards(terms)),
        (_("Prices for"), _quantities(tender.price.get("quantity_steps"))),
        (_("Delivery"), _delivery(tender.price.get("delivery_term"))),
        (_("Proposal stays valid"), _valid(tender.timetable.get("proposal_validity_days"))),
        (_("Contact"), tender.contact_mailbox),
    ]
    return [{"label": label, "value": value} for label, value in facts if value]


def _batches(tender: Tender) -> str:
    most = _most_batches(tender)
    if not most:
        return ""
    each = ngettext("%(count)s drone in a batch", "%(count)s drones in a batch", tender.drones_per_batch)
    each = each % {"count": tender.drones_per_batch}
    if tender.terms.get("batches_per_winner") == 1:
        return _("%(most)s, one for each winner; %(each)s") % {"most": most, "each": each}
    return f"{most}; {each}"


def _most_batches(tender: Tender) -> str:
    if not tender.batches_max:
        return ""
    sentence = ngettext("Up to %(count)s batch", "Up to %(count)s batches", tender.batches_max)
    return sentence % {"count": tender.batches_max}


def _days(days: int | None) -> str:
    if not days:
        return ""
    sentence = ngettext("Within %(count)s day of the contract", "Within %(count)s days of the contract", days)
    return sentence % {"count": days}


def _tests(terms: dict) -> str:
    months = terms.get("test_months_max")
    if not months:
        return ""
    where = ngettext("%(country)s, up to %(count)s month", "%(country)s, up to %(count)s months", months)
    parts = [where % {"country": countries.name(terms["test_country"]), "count": months}]
    parts += [_("inert loads only")] if terms.get("inert_loads_only") else []
    parts += [_("drones lost in tests are paid for")] if terms.get("drones_lost_in_tests") == "paid" else []
    return "; ".join(parts)


def _payment(payment: dict | None) -> str:
    if not payment:
        return ""
    sentence = _("%(advance)s %% in advance, %(receipt)s %% on receipt, within %(days)s days")
    return sentence % {
        "advance": payment["advance_percent"],
        "receipt": payment["on_receipt_percent"],
        "days": payment["pay_within_days"],
    }


def _afterwards(terms: dict) -> str:
    most = terms.get("production_drones_per_month_max")
    if not most:
        return ""
    sentence = _("Production of up to %(count)s drones a month, by measured results") % {"count": figure(most)}
    return sentence if terms.get("follow_on", {}).get("guaranteed") else sentence + "; " + _("not guaranteed")


def _quantities(steps: list[int] | None) -> str:
    if not steps:
        return ""
    return _("%(quantities)s drones") % {"quantities": " / ".join(figure(step) for step in sorted(set(steps)))}


def _delivery(term: str | None) -> str:
    return _("%(term)s, at a place that the company names") % {"term": term} if term else ""


def _valid(days: int | None) -> str:
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days} if days else ""


def price_example_rows(tender: Tender) -> list[tuple[str, str]]:
    """Worked examples, computed by the formula that will rank: price and points as words."""
    amounts = [Decimal(example["evaluated_price"]) for example in tender.price.get("worked_examples", [])]
    points = [price.price_points(amount, tender.ceiling_price, tender.full_points_price) for amount in amounts]
    return [(money(amount, tender.currency), figure(point, 2)) for amount, point in zip(amounts, points, strict=True)]


def document_line(document: WantedDocument) -> str:
    """File types, number and size on one line; the portal takes no larger file than an upload may have."""
    kinds = " / ".join(kind.upper() for kind in document.file_types)
    sentence = ngettext(
        "%(kinds)s, %(count)s file, up to %(size)s MB",
        "%(kinds)s, up to %(count)s files, up to %(size)s MB each",
        document.max_files,
    )
    size = min(document.max_size_mb, upload_bytes_max() // MEGABYTE)
    return sentence % {"kinds": kinds, "count": document.max_files, "size": size}

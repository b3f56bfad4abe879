"""Everything that the page of a tender shows, as values; the public page and the officers' preview use the same."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_countries import countries

from coalition_portal.formatting import figure, in_language, money
from coalition_portal.identity.queries import Person
from tenders.notices import price, timetable, words
from tenders.notices.access import access_of
from tenders.notices.claims import objective_text, unit_words, wanted_text
from tenders.notices.models import Deadline, Requirement, Tender, WantedDocument
from tenders.notices.queries import deadlines_of, requirements_visible_to
from tenders.notices.states import TenderState
from tenders.notices.timetable import PublicStatus


class Row(NamedTuple):
    """One requirement in the table; `bar` holds what the drawing needs, where there is a bound."""

    code: str
    title: str
    condition: str
    wanted: str
    objective: str
    must_have: bool
    in_trials: str
    bar: Requirement | None
    bar_unit: str


class Move(NamedTuple):
    """One change of the deadline, with the one before it."""

    was: datetime
    closes_at: datetime
    set_at: datetime
    reason: str


def offer_line(tender: Tender) -> str:
    """What the list says about a tender on one line: its series, batches and budget."""
    series = in_language(tender.series, "title") if tender.series else ""
    budget = money(tender.budget_amount, tender.budget_currency)
    return " · ".join(part for part in (series, _most_batches(tender), budget) if part)


def requirement_row(requirement: Requirement) -> Row:
    bounded = requirement.threshold is not None and requirement.operator != "eq"
    return Row(
        code=requirement.code,
        title=in_language(requirement, "title"),
        condition=in_language(requirement, "condition"),
        wanted=wanted_text(requirement),
        objective=objective_text(requirement),
        must_have=requirement.must_have,
        in_trials=_in_trials(requirement),
        bar=requirement if bounded else None,
        bar_unit=unit_words(requirement.unit, requirement.threshold) if bounded else "",
    )


def _in_trials(requirement: Requirement) -> str:
    if not requirement.measured_in_trials:
        return _("Claim")
    tolerance = words.tolerance_text(requirement.tolerance, requirement.unit)
    return _("Measured, %(tolerance)s") % {"tolerance": tolerance} if tolerance else _("Measured")


def status_and_word(tender: Tender, now: datetime) -> dict:
    status = timetable.status_at(tender.state, tender.closes_at, now)
    return {"status": status, "status_word": words.STATUS[status], "is_open": status is PublicStatus.OPEN}


def timeline(tender: Tender, now: datetime) -> list[dict]:
    stages = timetable.stages(
        published_at=tender.published_at,
        closes_at=tender.closes_at,
        opened_at=tender.opened_at,
        is_ranked=tender.state == TenderState.RANKED,
        zone=tender.zone,
        plan=tender.timetable,
        now=now,
    )
    return words.line_events(stages)


def what_comes_next(tender: Tender, now: datetime) -> str:
    """One line for lists: what happens next with a tender that is closed."""
    status = timetable.status_at(tender.state, tender.closes_at, now)
    if status is PublicStatus.CANCELLED:
        return tender.cancel_reason
    if status is PublicStatus.UNSUCCESSFUL:
        return _("Ended without an award")
    if tender.state == TenderState.RANKED:
        return _("Ranked; award to be announced")
    line = timeline(tender, now)
    opening, ranking = line[2], line[4]
    return f"{opening['label']}, {opening['text']}" if status is PublicStatus.SEALED else _ranking_by(ranking["text"])


def _ranking_by(text: str) -> str:
    return _("Ranking %(by_day)s") % {"by_day": text}


def moves(deadlines: list[Deadline]) -> list[Move]:
    """What changed between each deadline and the next, the latest first."""
    pairs = zip(deadlines, deadlines[1:], strict=False)
    return [Move(was.closes_at, new.closes_at, new.set_at, new.reason) for was, new in pairs][::-1]


def terms(tender: Tender) -> list[dict]:
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
    return sentence if terms.get("follow_on", {}).get("guaranteed") else f"{sentence}; {_('not guaranteed')}"


def _valid(days: int | None) -> str:
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days} if days else ""


def price_example_rows(tender: Tender) -> list[tuple[str, str]]:
    """Worked examples, computed by the formula that will rank: price and points as words."""
    amounts = [Decimal(example["evaluated_price"]) for example in tender.price.get("worked_examples", [])]
    points = [price.price_points(amount, tender.ceiling_price, tender.full_points_price) for amount in amounts]
    return [(money(amount, tender.currency), figure(point, 2)) for amount, point in zip(amounts, points, strict=True)]


def document_line(document: WantedDocument) -> str:
    """ "File types, number and size on one line."""
    kinds = " / ".join(kind.upper() for kind in document.file_types)
    sentence = ngettext(
        "%(kinds)s, %(count)s file, up to %(size)s MB",
        "%(kinds)s, up to %(count)s files, up to %(size)s MB each",
        document.max_files,
    )
    return sentence % {"kinds": kinds, "count": document.max_files, "size": document.max_size_mb}


def context_of(tender: Tender, user: Person, now: datetime) -> dict:
    """What the page shows to `user`. Needs a published tender with its deadline and `requirements_total`."""
    rows = [requirement_row(row) for row in requirements_visible_to(user, tender)]
    deadlines = list(deadlines_of(tender)) if tender.deadline_changes else []
    documents = [(document, document_line(document)) for document in tender.wanted_documents.all()]
    return {
        "tender": tender,
        "rows": rows,
        "hidden_count": tender.requirements_total - len(rows),
        "access": access_of(user),
        "criteria": list(tender.criteria.all()),
        "examples": price_example_rows(tender),
        "terms": terms(tender),
        "documents": [pair for pair in documents if pair[0].due == "submission"],
        "later_documents": [pair for pair in documents if pair[0].due != "submission"],
        "moves": moves(deadlines),
        "timeline": timeline(tender, now) if tender.closes_at else [],
        **status_and_word(tender, now),
    }


def as_published(draft: Tender, user: Person, now: datetime) -> dict:
    """The same for a draft, as if it were published at `now` with the deadline that is set. Nothing is saved."""
    draft.state, draft.published_at = TenderState.PUBLISHED, now
    draft.closes_at, draft.deadline_changes = draft.planned_closes_at, 0
    return context_of(draft, user, now) | {"is_preview": True}


def counts(tender: Tender) -> list[dict]:
    """What a draft took over from its template, by number."""
    facts = [
        (_("Requirements"), tender.requirements.count()),
        (_("Documents"), tender.wanted_documents.count()),
        (_("Declarations"), len(tender.declarations)),
        (_("Gates"), len(tender.gates)),
    ]
    return [{"label": label, "value": value} for label, value in facts]

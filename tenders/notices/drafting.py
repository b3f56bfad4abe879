"""A tender from a template: everything has its default, and an officer fills in what only people can decide."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from coalition_portal.identity.models import MemberCountry, User
from coalition_portal.identity.queries import country_of, has_role
from coalition_portal.identity.roles import Role
from coalition_portal.ledger.append import append, lock_log
from coalition_portal.ledger.entries import Event
from coalition_portal.permission import Refused
from coalition_portal.public_ids import new_public_id
from manufacturers.eligibility import default_list
from tenders.notices import timetable
from tenders.notices.models import Criterion, Requirement, Series, Tender, WantedDocument
from tenders.notices.permissions import check_can_draft_tender, check_can_edit_tender
from tenders.notices.template_library import Template, template
from tenders.notices.template_rows import criterion_of, document_of, requirement_of, tender_of


class Values(TypedDict, total=False):
    """What an officer fills in. None empties a value; one that is left out stays as it is."""

    deadline: datetime | None
    contact_mailbox: str
    budget_amount: Decimal | None
    budget_currency: str
    batches_max: int | None
    second_approver: User | None
    panel_countries: Iterable[MemberCountry]
    series: Series | None
    title_en: str
    title_uk: str
    summary_en: str
    summary_uk: str


COLUMN_OF = {"deadline": "planned_closes_at"}
"""The values that are kept under another name."""


class NotFillable(Refused):
    """A value that this tender cannot take."""


def draft_from_template(
    *, template_code: str, by: User, now: datetime, title_suffix: str | None = None, series: Series | None = None
) -> Tender:
    """A draft with the next number of the year, for the country of `by`. Raises Denied or UnknownTemplate."""
    check_can_draft_tender(by)
    source = template(template_code)
    with transaction.atomic(durable=True):
        tender = tender_of(source, title_suffix or "")
        tender.number, tender.series = new_public_id()[:20], series
        tender.officer, tender.officer_country = by, country_of(by)
        tender.eligible_states = default_list()
        tender.created_at = tender.updated_at = now
        tender.save()
        _write_parts(tender, source)
        # The lock of the log is the last one to take, so the row has a name of its own until it gets its number.
        lock_log()
        tender.number = _next_number(now)
        tender.save(update_fields=["number"])
        append(
            event=Event.NOTICES_TENDER_DRAFTED,
            subject=tender.number,
            facts={"template": template_code, "country": tender.officer_country_id},
            at=now,
        )
    return tender


def fill_in(*, tender: Tender, by: User, now: datetime, **given: Unpack[Values]) -> Tender:
    """Write into a draft what is given and keep the rest; a draft may stay incomplete. Raises Denied or NotFillable."""
    if unknown := given.keys() - Values.__optional_keys__:
        raise TypeError(f"fill_in got {sorted(unknown)}, wanted names of Values.")
    columns = {COLUMN_OF.get(name, name): value for name, value in given.items()}
    with transaction.atomic(durable=True):
        tender = Tender.objects.select_for_update(no_key=True).get(pk=tender.pk)
        check_can_edit_tender(by, tender)
        _refuse_what_cannot_be(tender, given)
        for name in columns.keys() - {"panel_countries"}:
            setattr(tender, name, columns[name])
        tender.updated_at = now
        tender.save()
        if "panel_countries" in columns:
            tender.panel_countries.set(columns["panel_countries"])
        append(event=Event.NOTICES_TENDER_CHANGED, subject=tender.number, facts={"fields": sorted(columns)}, at=now)
    return tender


def name_series(*, slug: str, title_en: str, title_uk: str) -> Series:
    """The series of that slug, made where there is none; its titles stay as they were first given."""
    series, _is_new = Series.objects.get_or_create(slug=slug, defaults={"title_en": title_en, "title_uk": title_uk})
    return series


def check_second_approver(tender: Tender, person: User) -> None:
    """A chair who acts for another country than the tender's; raises NotFillable."""
    if not has_role(person, Role.CHAIR):
        sentence = _("%(name)s is no chair. Name a chair of another country.")
        raise NotFillable(sentence % {"name": person}, field="second_approver")
    if country_of(person) == tender.officer_country:
        sentence = _("%(name)s acts for the same country as this tender. Name a chair of another country.")
        raise NotFillable(sentence % {"name": person}, field="second_approver")


def _refuse_what_cannot_be(tender: Tender, given: Values) -> None:
    closes_at = given.get("deadline")
    if closes_at is not None and not timetable.is_whole_second(closes_at):
        raise NotFillable(_("A deadline is a whole second. Leave out the parts of a second."), field="deadline")
    budget = given.get("budget_amount")
    if budget is not None and budget <= 0:
        raise NotFillable(_("The budget is more than zero. Give an amount."), field="budget_amount")
    batches = given.get("batches_max")
    if batches is not None and batches < 1:
        raise NotFillable(_("A tender buys at least one batch. Give a number from 1."), field="batches_max")
    if given.get("second_approver") is not None:
        check_second_approver(tender, given["second_approver"])


def _next_number(now: datetime) -> str:
    """IDC-<year>-<four digits>, without gaps; needs the log lock, so that two drafts never take the same."""
    start = f"IDC-{now.year}-"
    last = Tender.objects.filter(number__startswith=start).order_by("-number").values_list("number", flat=True).first()
    return f"{start}{int(last.removeprefix(start)) + 1 if last else 1:04}"


def _write_parts(tender: Tender, source: Template) -> None:
    body = source.body
    Requirement.objects.bulk_create(
        requirement_of(tender, row, order) for order, row in enumerate(body["requirements"], start=1)
    )
    Criterion.objects.bulk_create(criterion_of(tender, row, source.scale_of(row)) for row in body["criteria"])
    WantedDocument.objects.bulk_create(
        document_of(tender, row, order) for order, row in enumerate(source.documents, start=1)
    )

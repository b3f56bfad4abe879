"""Rows of published tenders for the API, as plain values: the few columns that an answer needs, in few queries."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Case, Count, F, Min, Q, QuerySet, TextField, When
from django.db.models.functions import Cast
from django.http import Http404

from tenders.api import pagination
from tenders.api.facts import DeadlineFacts
from tenders.api.parameters import TenderListQuery
from tenders.notices.models import Criterion, Deadline, Requirement, Tender, Visibility
from tenders.notices.states import TenderState

FACTS = (
    "number",
    "state",
    "version",
    "published_at",
    "updated_at",
    "opened_at",
    "cancelled_at",
    "cancel_reason",
)
SUMMARY = (
    "number",
    "state",
    "version",
    "published_at",
    "updated_at",
    "opened_at",
    "title_en",
    "title_uk",
    "cpv",
    "budget_amount",
    "budget_currency",
)
DETAIL = (
    *SUMMARY,
    "pk",
    "cancelled_at",
    "cancel_reason",
    "summary_en",
    "summary_uk",
    "kind",
    "batches_max",
    "drones_per_batch",
    "ceiling_price",
    "full_points_price",
    "currency",
    "trial_share_percent",
    "production_share_percent",
)
DEADLINE = ("deadlines__closes_at", "deadlines__set_at", "deadlines__reason")
SEARCHED = ("number", "title_en", "title_uk", "summary_en", "summary_uk")


def tender_row(number: str, columns: tuple[str, ...] = FACTS) -> tuple[Mapping, list[DeadlineFacts]]:
    """One published tender with all its deadlines by one query; `closes_at` is the one in force. Raises Http404."""
    found = list(
        Tender.objects.published().filter(number=number).order_by("deadlines__seq").values_list(*columns, *DEADLINE)
    )
    if not found:
        raise Http404
    row = dict(zip(columns, found[-1], strict=False))
    deadlines = [DeadlineFacts(*values[len(columns) :]) for values in found]
    return row | {"closes_at": deadlines[-1].closes_at}, deadlines


def tender_page(query: TenderListQuery, now: datetime) -> list[dict]:
    """At most limit + 1 rows, by one query: the one too many says that another page follows."""
    rows = filtered(query, now).order_by(*pagination.ordering(query.sort))
    if query.cursor is not None:
        rows = rows.filter(pagination.after(query.cursor, query.sort))
    return list(rows.values(*SUMMARY, "closes_at", "deadline_changes")[: query.limit + 1])


def filtered(query: TenderListQuery, now: datetime) -> QuerySet[Tender]:
    """Published tenders that fit the filters, whatever the page."""
    rows = Tender.objects.published().with_deadline()
    if query.status:
        rows = rows.with_status_at(query.status, now)
    if query.cpv:
        rows = rows.alias(cpv_text=Cast("cpv", TextField())).filter(cpv_text__contains=f'"{query.cpv}')
    for column, start, end in (
        ("closes_at", query.deadline_from, query.deadline_to),
        ("changed_at", query.updated_from, query.updated_to),
    ):
        if start is None and end is None:
            continue
        rows = _with_changed_at(rows, now) if column == "changed_at" else rows
        rows = rows.filter(**{f"{column}__gte": start} if start else {}, **{f"{column}__lt": end} if end else {})
    for word in query.q:
        rows = rows.filter(_stands_in_text(word))
    return rows


def _with_changed_at(rows: QuerySet[Tender], now: datetime) -> QuerySet[Tender]:
    """The SQL twin of facts.updated_at."""
    passed = When(state=TenderState.PUBLISHED, closes_at__lte=now, closes_at__gt=F("updated_at"), then=F("closes_at"))
    return rows.alias(changed_at=Case(passed, default=F("updated_at")))


def _stands_in_text(word: str) -> Q:
    condition = Q()
    for column in SEARCHED:
        condition |= Q(**{f"{column}__regex": in_any_case(word)})
    return condition


def in_any_case(word: str) -> str:
    """A regular expression for this text in any case of letters.

    Spelt out letter by letter, because SQLite folds only Latin letters and PostgreSQL only those of its locale.
    """
    return "".join(_in_any_case(character) for character in word)


def _in_any_case(character: str) -> str:
    forms = sorted({form for form in (character.lower(), character.upper()) if len(form) == 1})
    if len(forms) > 1:
        return f"[{''.join(forms)}]"
    return character if character.isalnum() else f"\\{character}"


def next_deadline(now: datetime) -> datetime | None:
    """An instant at or before which no list changes by the clock alone: it may be of a deadline that was moved."""
    return Deadline.objects.filter(closes_at__gt=now).aggregate(first=Min("closes_at"))["first"]


def public_requirements(tender_pk: int) -> tuple[list[Requirement], int]:
    """The requirements that everybody may see, and how many more there are."""
    rows = Requirement.objects.filter(tender=tender_pk)
    total = rows.aggregate(total=Count("pk"))["total"]
    public = list(rows.filter(visibility=Visibility.PUBLIC).order_by("order"))
    return public, total - len(public)


def criteria(tender_pk: int) -> list[Criterion]:
    return list(Criterion.objects.filter(tender=tender_pk).order_by("order"))

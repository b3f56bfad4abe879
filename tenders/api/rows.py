"""Rows of published tenders for the API, as plain values: the few columns that an answer needs, in few queries."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache

from django.db import connection
from django.db.models import Case, Count, F, Q, QuerySet, TextField, When
from django.db.models.functions import Cast
from django.http import Http404

from tenders.api import pagination
from tenders.api.facts import DeadlineFacts
from tenders.api.tender_query import TenderListQuery
from tenders.notices.models import Criterion, Deadline, Requirement, Tender, Visibility
from tenders.notices.states import TenderState

ANY_NUMBER = "IDC-0000-0000"
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


def whole_row(number: str) -> tuple[Mapping, list[DeadlineFacts]]:
    """One published tender with all its deadlines, by one query. Raises Http404."""
    return _row_of(list(_with_deadlines(number, DETAIL)), DETAIL)


def status_row(number: str) -> tuple[Mapping, list[DeadlineFacts]]:
    """The few columns that a status needs, by one query. Raises Http404.

    The ORM takes ten times as long to write this question as the database takes to answer it, and no other is asked as
    often; so it is written once.
    """
    with connection.cursor() as cursor:
        cursor.execute(_status_sql(), [number])
        return _row_of([tuple(map(_aware, values)) for values in cursor.fetchall()], FACTS)


@cache
def _status_sql() -> str:
    """The SQL of the same queryset; the number is its only parameter."""
    return _with_deadlines(ANY_NUMBER, FACTS).query.sql_with_params()[0]


def _with_deadlines(number: str, columns: tuple[str, ...]) -> QuerySet[Tender]:
    rows = Tender.objects.published().filter(number=number).order_by("deadlines__seq")
    return rows.values_list(*columns, *DEADLINE)


def _aware(value: object) -> object:
    """SQLite's driver gives instants without their zone, which is UTC."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value


def _row_of(found: list[tuple], columns: tuple[str, ...]) -> tuple[Mapping, list[DeadlineFacts]]:
    """`closes_at` is that of the deadline in force, the last one."""
    if not found:
        raise Http404
    row = dict(zip(columns, found[-1], strict=False))
    deadlines = [DeadlineFacts(*values[len(columns) :]) for values in found]
    return row | {"closes_at": deadlines[-1].closes_at}, deadlines


def tender_page(query: TenderListQuery, now: datetime) -> list[dict]:
    """At most limit + 1 rows, by two queries: the one too many says that another page follows."""
    rows = filtered(query, now).order_by(*pagination.ordering(query.sort))
    if query.cursor is not None:
        rows = rows.filter(pagination.after(query.cursor, query.sort))
    page = list(rows.values("pk", *SUMMARY)[: query.limit + 1])
    deadlines = _deadlines_of([row["pk"] for row in page])
    for row in page:
        own = deadlines[row["pk"]]
        row["closes_at"], row["deadline_changes"] = own[-1] if own else None, max(0, len(own) - 1)
    return page


def _deadlines_of(tenders: list[int]) -> Mapping[int, list[datetime]]:
    """The instants by tender, in their order: as a question of their own they are cheaper than inside each row's."""
    found = defaultdict(list)
    rows = Deadline.objects.filter(tender__in=tenders).order_by("tender", "seq")
    for tender, closes_at in rows.values_list("tender", "closes_at"):
        found[tender].append(closes_at)
    return found


def filtered(query: TenderListQuery, now: datetime) -> QuerySet[Tender]:
    """Published tenders that fit the filters, whatever the page."""
    rows = Tender.objects.published()
    rows = rows.with_deadline() if query.needs_deadlines else rows
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
    """Until then no list changes by the clock alone. It may be of a deadline that was moved: too early does no harm."""
    with connection.cursor() as cursor:
        cursor.execute(_next_deadline_sql(), [connection.ops.adapt_datetimefield_value(now)])
        found = cursor.fetchone()
    return _aware(found[0]) if found else None


@cache
def _next_deadline_sql() -> str:
    """The instant is its only parameter."""
    rows = Deadline.objects.filter(closes_at__gt=datetime(2000, 1, 1, tzinfo=UTC)).order_by("closes_at")
    return rows.values_list("closes_at")[:1].query.sql_with_params()[0]


def public_requirements(tender_pk: int) -> tuple[list[Requirement], int]:
    """The requirements that everybody may see, and how many more there are."""
    rows = Requirement.objects.filter(tender=tender_pk)
    total = rows.aggregate(total=Count("pk"))["total"]
    public = list(rows.filter(visibility=Visibility.PUBLIC).order_by("order"))
    return public, total - len(public)


def criteria(tender_pk: int) -> list[Criterion]:
    return list(Criterion.objects.filter(tender=tender_pk).order_by("order"))

"""Tenders at their states, made by the verbs that make them in life."""

from datetime import datetime, timedelta
from decimal import Decimal

from coalition_portal import clock
from coalition_portal.identity.models import User
from tenders.notices.drafting import draft_from_template, fill_in
from tenders.notices.extending import request_extension
from tenders.notices.models import Approval, Tender
from tenders.notices.publishing import approve, request_publication
from tests.factories import people

PANEL = ("LV", "GB", "EE")


def whole_second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def in_days(days: int, now: datetime | None = None) -> datetime:
    return whole_second(now or clock.database_now()) + timedelta(days=days)


def blank_draft(
    *, template_code: str = "interceptor", officer: User | None = None, now: datetime | None = None, **fields
) -> Tender:
    """A draft as it comes from its template, with nothing filled in."""
    officer = officer or people.officer("LV")
    return draft_from_template(template_code=template_code, by=officer, now=now or clock.database_now(), **fields)


def draft_tender(
    *,
    template_code: str = "interceptor",
    officer: User | None = None,
    approver: User | None = None,
    closes_at: datetime | None = None,
    now: datetime | None = None,
    **fields,
) -> Tender:
    """A draft with everything that publication needs; `closes_at` is in 14 days where none is given."""
    officer = officer or people.officer("LV")
    tender = blank_draft(template_code=template_code, officer=officer, now=now, **fields)
    return fill_in(
        tender=tender,
        deadline=closes_at or in_days(14),
        contact_mailbox="tender@example.test",
        budget_amount=Decimal(2_000_000),
        budget_currency="EUR",
        batches_max=10,
        second_approver=approver or people.chair("GB"),
        panel_countries=[people.country(code) for code in PANEL],
        by=officer,
        now=now or clock.database_now(),
    )


def requested_tender(*, now: datetime | None = None, **fields) -> Approval:
    """The request to publish a complete draft, not decided yet."""
    tender = draft_tender(now=now, **fields)
    return request_publication(tender=tender, by=tender.officer, now=now or clock.database_now())


def published_tender(
    *,
    closes_at: datetime | None = None,
    template_code: str = "interceptor",
    officer: User | None = None,
    approver: User | None = None,
    now: datetime | None = None,
    **fields,
) -> Tender:
    """A published tender, open until `closes_at`, with `closes_at` annotated as every reader has it."""
    now = now or clock.database_now()
    approval = requested_tender(
        closes_at=closes_at, template_code=template_code, officer=officer, approver=approver, now=now, **fields
    )
    approve(approval=approval, by=approval.tender.second_approver, now=now)
    return Tender.objects.with_deadline().get(pk=approval.tender_id)


def extended_tender(tender: Tender, closes_at: datetime, *, reason: str = "Power cuts in three regions.") -> Tender:
    """The same tender under a later deadline, asked for by its officer and approved by its chair."""
    now = clock.database_now()
    approval = request_extension(tender=tender, closes_at=closes_at, reason=reason, by=tender.officer, now=now)
    approve(approval=approval, by=tender.second_approver, now=now)
    return Tender.objects.with_deadline().get(pk=tender.pk)

"""Four tenders, each written by an officer from a template and published by a chair of another country."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from coalition_portal import clock
from coalition_portal.identity.models import MemberCountry
from tenders.demo.cast import CAPACITY, DOMAIN, TECHNICAL, staff_user
from tenders.notices.drafting import draft_from_template, fill_in, name_series
from tenders.notices.models import Series, Tender
from tenders.notices.publishing import approve, request_publication


@dataclass(frozen=True)
class Announcement:
    """`key` names the tender in the data file."""

    key: str
    template_code: str
    officer: str
    chair: str
    series: tuple[str, str, str]
    title: tuple[str, str] | None
    budget: tuple[str, str]
    batches_max: int


SECOND_SERIES = ("second-series-2026", "Second series 2026", "Друга серія 2026")
ANNOUNCEMENTS = {
    row.key: row
    for row in (
        Announcement(
            "fpv_first",
            "advanced_fpv",
            "officer.gb",
            "chair.lv",
            ("first-series-2026", "First series 2026", "Перша серія 2026"),
            ("First FPV drones", "Перші FPV-дрони"),
            ("54000000", "EUR"),
            5,
        ),
        Announcement(
            "reconnaissance",
            "reconnaissance",
            "officer.lv",
            "chair.gb",
            ("third-series-2026", "Third series 2026", "Третя серія 2026"),
            None,
            ("3000000", "EUR"),
            8,
        ),
        Announcement(
            "interceptor", "interceptor", "officer.gb", "chair.lv", SECOND_SERIES, None, ("2500000", "EUR"), 20
        ),
        Announcement(
            "advanced_fpv", "advanced_fpv", "officer.gb", "chair.lv", SECOND_SERIES, None, ("2000000", "GBP"), 15
        ),
    )
}


def announce(key: str, closes_at: datetime) -> Tender:
    """Write and publish one tender; closes_at is a whole second."""
    plan = ANNOUNCEMENTS[key]
    officer, chair = staff_user(plan.officer), staff_user(plan.chair)
    tender = draft_from_template(template_code=plan.template_code, series=_series(plan), by=officer, now=clock.now())
    titles = {"title_en": plan.title[0], "title_uk": plan.title[1]} if plan.title else {}
    amount, currency = plan.budget
    fill_in(
        tender=tender,
        deadline=closes_at,
        contact_mailbox=f"tenders@{DOMAIN}",
        budget_amount=Decimal(amount),
        budget_currency=currency,
        batches_max=plan.batches_max,
        second_approver=chair,
        panel_countries=panel_countries(),
        **titles,
        by=officer,
        now=clock.now(),
    )
    approval = request_publication(tender=tender, by=officer, now=clock.now())
    approve(approval=approval, by=chair, now=clock.now())
    return Tender.objects.get(pk=tender.pk)


def panel_countries() -> list[MemberCountry]:
    codes = [handle.split(".")[1].upper() for handle in TECHNICAL + CAPACITY]
    return list(MemberCountry.objects.filter(code__in=codes))


def _series(plan: Announcement) -> Series:
    slug, title_en, title_uk = plan.series
    return name_series(slug=slug, title_en=title_en, title_uk=title_uk)

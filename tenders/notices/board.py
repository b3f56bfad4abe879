"""Tenders as officers work on them: grouped by stage, with the next thing to do."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenders.notices import words
from tenders.notices.models import Tender
from tenders.notices.states import TenderState
from tenders.notices.timetable import PublicStatus, status_at

Line = tuple[Tender, words.Word]


class Group(NamedTuple):
    """`code` is fit for an anchor."""

    code: str
    title: str | Promise
    next_step: str | Promise
    lines: list[Line]


GROUPS = [
    ("awaiting", _("Awaiting approval"), _("The chair publishes or sends back.")),
    ("draft", _("Drafts"), _("Fill in, preview, ask for approval.")),
    ("open", _("Open"), _("Companies propose until the deadline.")),
    ("sealed", _("Sealed"), _("Two countries open them together.")),
    ("evaluation", _("Evaluation"), _("The panel scores, agrees and ranks.")),
    ("ended", _("Ended"), ""),
]


def by_stage(tenders: Iterable[Tender], now: datetime) -> list[Group]:
    """Groups that hold anything, in the order of the work. Needs tenders with `closes_at`."""
    lines: dict[str, list[Line]] = {code: [] for code, _title, _next in GROUPS}
    for tender in tenders:
        status = status_at(tender.state, tender.closes_at, now)
        lines[_code_of(tender, status)].append((tender, words.status_word(tender, status)))
    return [Group(code, title, step, lines[code]) for code, title, step in GROUPS if lines[code]]


def _code_of(tender: Tender, status: PublicStatus) -> str:
    if tender.state == TenderState.AWAITING_APPROVAL:
        return "awaiting"
    codes = {PublicStatus.PLANNED: "draft", PublicStatus.CANCELLED: "ended", PublicStatus.UNSUCCESSFUL: "ended"}
    return codes.get(status, status.value)

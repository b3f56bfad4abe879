"""One word per idea: what pages say for statuses, stages and parts of a tender."""

from datetime import date
from typing import NamedTuple

from django.utils import dateformat
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from coalition_portal.formatting import SPACE, day, figure
from tenders.notices.claims import unit_words
from tenders.notices.models import ApprovalKind, ApprovalOutcome, Tender
from tenders.notices.states import TenderState
from tenders.notices.timetable import PublicStatus, Stage


class Word(NamedTuple):
    """A word and the tone that goes with it."""

    word: str | Promise
    tone: str


STATUS = {
    PublicStatus.PLANNED: Word(gettext_lazy("Planned"), "quiet"),
    PublicStatus.OPEN: Word(gettext_lazy("Open"), "now"),
    PublicStatus.SEALED: Word(gettext_lazy("Sealed"), "quiet"),
    PublicStatus.EVALUATION: Word(gettext_lazy("Evaluation"), "now"),
    PublicStatus.UNSUCCESSFUL: Word(gettext_lazy("Unsuccessful"), "bad"),
    PublicStatus.CANCELLED: Word(gettext_lazy("Cancelled"), "bad"),
}

PUBLIC_STATUSES = [status for status in PublicStatus if status is not PublicStatus.PLANNED]

STATE = {
    TenderState.DRAFT: Word(gettext_lazy("Draft"), "quiet"),
    TenderState.AWAITING_APPROVAL: Word(gettext_lazy("Awaiting approval"), "warn"),
}
"""States that the public never sees; all others are told by their public status."""

OUTCOME = {
    "": Word(gettext_lazy("Waits for a decision"), "warn"),
    ApprovalOutcome.APPROVED: Word(gettext_lazy("Approved"), "good"),
    ApprovalOutcome.REJECTED: Word(gettext_lazy("Sent back"), "bad"),
    ApprovalOutcome.WITHDRAWN: Word(gettext_lazy("Taken back"), "quiet"),
}

ASKED = {
    ApprovalKind.PUBLISH: gettext_lazy("Publication"),
    ApprovalKind.EXTEND: gettext_lazy("Later deadline"),
}

STAGE = {
    "published": gettext_lazy("Published"),
    "deadline": gettext_lazy("Deadline for proposals"),
    "opening": gettext_lazy("Opening by several countries together"),
    "reviews": gettext_lazy("Reviews locked"),
    "ranking": gettext_lazy("Ranking, then shortlist"),
}


def status_word(tender: Tender, status: PublicStatus) -> Word:
    """For staff too: what is not published yet is told by its state."""
    return STATE.get(TenderState(tender.state), STATUS[status])


def by_day(value: date) -> str:
    return gettext("by %(day)s") % {"day": day(value, short=True)}


def line_events(stages: list[Stage]) -> list[dict]:
    """Stages as the timetable component wants them."""
    return [
        {
            "label": STAGE[stage.code],
            "at": stage.at,
            "text": by_day(stage.by) if stage.by else "",
            "done": stage.is_done,
            "cut": stage.code == "deadline" and not stage.is_done,
        }
        for stage in stages
    ]


def sourced_date(text: str) -> str:
    """A date as the public sources give it: a day, or only a month ("October 2024"), or nothing."""
    parts = [int(part) for part in text.split("-")] if text else []
    if len(parts) == 3:
        return day(date(*parts))
    return dateformat.format(date(*parts, 1), "F Y").replace(" ", SPACE) if len(parts) == 2 else ""


def tolerance_text(tolerance: dict, unit: str) -> str:
    """Such as 5 % or 2 °C; nothing where a measured value has to meet the threshold itself."""
    if not tolerance or not tolerance["value"]:
        return ""
    written = "%" if tolerance["kind"] == "percent" else unit_words(unit, tolerance["value"])
    return f"{figure(tolerance['value'])}{SPACE}{written}"

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from coalition_portal.staff import staff_context, staff_page
from tenders.notices.models import Tender
from tenders.notices.states import TenderState
from tenders.notices.timetable import add_working_days
from tenders.proposals.permissions import can_exclude
from tenders.reviews.desk.paging import ROWS, page_of
from tenders.reviews.models import PanelMember
from tenders.reviews.permissions import can_run_panel
from tenders.reviews.queries import (
    Progress,
    desk_progress,
    may_see_board,
    places_of,
    progress_of,
    queue_of,
    reviewed_criteria,
    scored_in,
    tenders_in_review,
)


@dataclass(frozen=True)
class Place:
    """One tender in which the person is on the panel, and what there is to do in it."""

    member: PanelMember
    progress: Progress

    @property
    def tender(self) -> Tender:
        return self.member.tender

    @property
    def is_in_review(self) -> bool:
        return self.tender.state == TenderState.OPENED

    @property
    def must_declare(self) -> bool:
        return self.is_in_review and not hasattr(self.member, "declaration")

    @property
    def is_waiting(self) -> bool:
        """Something is left to do here."""
        return self.must_declare or (self.is_in_review and self.progress.left > 0)

    @property
    def task(self) -> str:
        if self.must_declare:
            return _("Declare conflicts, before anything is shown")
        if self.tender.state == TenderState.PUBLISHED:
            return _("Nothing yet; the proposals are sealed")
        if self.tender.state == TenderState.RANKED:
            return _("Nothing; ranked")
        if not self.progress.left:
            return _("Nothing; all is locked") if self.progress.assigned else _("Nothing yet; nothing is assigned")
        left = ngettext(
            "%(count)s proposal is left to score", "%(count)s proposals are left to score", self.progress.left
        )
        return left % {"count": self.progress.left}


@staff_page
@require_safe
def queue(request):
    """A reviewer's queue in one tender, the other tenders, and the tenders that the person helps to run."""
    progress = progress_of(request.user)
    places = [Place(member, progress.get(member.tender_id, Progress())) for member in places_of(request.user)]
    place = _chosen(places, request.GET.get("tender"))
    context = {
        "place": place,
        "others": [other for other in places if other is not place],
        "page": _page(request, place) if place and not place.must_declare else None,
        "criteria": _criteria(place) if place else 0,
        "lock_by": _lock_by(place.tender) if place and place.is_in_review else None,
        "run": _run(request.user),
    }
    return render(request, "reviews/desk/queue.html", staff_context(request, **context))


def _chosen(places: list[Place], number: str | None) -> Place | None:
    """The tender that was asked for, else the first with something to do, else the first."""
    asked = [place for place in places if place.tender.number == number]
    waiting = [place for place in places if place.is_waiting]
    return next(iter([*asked, *waiting, *places]), None)


def _page(request, place: Place):
    page = page_of(request, queue_of(request.user, place.tender), count=place.progress.assigned)
    scored = scored_in(page)
    for row in page:
        row.scored = scored.get(row.pk, 0)
    return page


def _criteria(place: Place) -> int:
    """How many criteria a sheet of this group has."""
    return reviewed_criteria(place.tender).filter(group=place.member.group).count()


def _lock_by(tender: Tender) -> date | None:
    """The last day for locking, by the tender's own timetable."""
    days = tender.timetable.get("review_due_working_days")
    if not days or tender.opened_at is None:
        return None
    return add_working_days(tender.opened_at.astimezone(ZoneInfo(tender.zone)).date(), days)


def _run(user) -> list[dict]:
    tenders = list(tenders_in_review(user)[:ROWS])
    progress = desk_progress(user, tenders)
    # Whoever may exclude in one tender may in all; an auditor may in none.
    may_exclude = bool(tenders) and can_exclude(user, tenders[0])
    return [
        {
            "tender": tender,
            "progress": progress.get(tender.pk, Progress()),
            "is_ranked": tender.state == TenderState.RANKED,
            "may_assign": can_run_panel(user, tender),
            "may_exclude": may_exclude,
            "may_see_board": may_see_board(user, tender),
        }
        for tender in tenders
    ]

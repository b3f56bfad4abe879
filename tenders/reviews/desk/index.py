"""What there is to do, for the first page of the desk: links by the roles a person holds now, with what waits first."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coalition_portal.formatting import in_language
from coalition_portal.identity.models import User
from coalition_portal.identity.queries import roles_of
from coalition_portal.identity.roles import Role
from tenders.notices.models import Tender
from tenders.notices.permissions import can_decide
from tenders.notices.queries import approvals_visible_to
from tenders.proposals.permissions import can_watch_opening
from tenders.proposals.queries import tenders_to_open
from tenders.reviews.desk.queue import Place
from tenders.reviews.permissions import can_lead_consensus
from tenders.reviews.queries import (
    Progress,
    consensus_progress,
    opened_on_desk,
    places_of,
    progress_of,
    tenders_in_review,
)

MOST = 20


@dataclass(frozen=True)
class Task:
    """One line of the list; `tone` is that of a tag."""

    title: str
    need: str
    url: str
    tone: str
    word: str

    @property
    def state(self) -> str:
        return ""


def tasks_for(user: User, now: datetime) -> list[Task]:
    """What waits for this person, most pressing first; nothing where nothing does."""
    roles = roles_of(user)
    tasks: list[Task] = []
    if Role.REVIEWER in roles:
        tasks += _reviews(user)
    if Role.CHAIR in roles or Role.OFFICER in roles:
        tasks += _approvals(user, now) + _consensus(user)
    if roles & {Role.CHAIR, Role.OPENER, Role.OFFICER}:
        tasks += _openings(user, now)
    return tasks[:MOST]


def links_for(user: User) -> list[dict]:
    """The pages that this person's roles open, whether or not something waits there."""
    roles = roles_of(user)
    links = []
    if roles & {Role.OFFICER, Role.CHAIR, Role.AUDITOR}:
        links.append((_("Tenders"), "admin:desk-tenders", _("Write, have approved, publish, extend.")))
    if can_watch_opening(user):
        links.append((_("Closing and opening"), "admin:desk-openings", _("Watch a tender close, open it together.")))
    if roles & {Role.REVIEWER, Role.OFFICER, Role.CHAIR, Role.AUDITOR}:
        links.append((_("Reviews"), "admin:desk-queue", _("Declare, score, agree, rank.")))
    return [{"label": label, "url": reverse(name), "text": text} for label, name, text in links]


def _reviews(user: User) -> list[Task]:
    progress = progress_of(user)
    places = [Place(member, progress.get(member.tender_id, Progress())) for member in places_of(user)]
    return [_review(place) for place in places if place.is_waiting]


def _review(place: Place) -> Task:
    number = place.tender.number
    declare = reverse("admin:desk-declare", args=[number])
    queue = f"{reverse('admin:desk-queue')}?tender={number}"
    return Task(
        title=_title(place.tender),
        need=place.task,
        url=declare if place.must_declare else queue,
        tone="warn" if place.must_declare else "now",
        word=_("To declare") if place.must_declare else _("To score"),
    )


def _approvals(user: User, now: datetime) -> list[Task]:
    rows = approvals_visible_to(user, now).filter(outcome="")[:MOST]
    return [
        Task(
            title=_title(approval.tender),
            need=_("%(kind)s: asked for by %(person)s")
            % {"kind": approval.get_kind_display(), "person": approval.proposed_by},
            url=reverse("admin:desk-approval", args=[approval.pk]),
            tone="warn",
            word=_("To decide"),
        )
        for approval in rows
        if can_decide(user, approval)
    ]


def _openings(user: User, now: datetime) -> list[Task]:
    return [
        Task(
            title=_title(tender),
            need=_("The deadline has passed. The chair proposes and an opener of another country confirms."),
            url=reverse("admin:desk-opening", args=[tender.number]),
            tone="warn",
            word=_("To open"),
        )
        for tender in tenders_to_open(user).filter(closes_at__lte=now)[:MOST]
    ]


def _consensus(user: User) -> list[Task]:
    tasks = []
    for tender in tenders_in_review(user)[:MOST]:
        if not can_lead_consensus(user, tender):
            continue
        recorded, wanted = consensus_progress(tender, opened_on_desk(user, tender))
        left = wanted - recorded
        words = ngettext("%(count)s point is left to agree", "%(count)s points are left to agree", left)
        tasks.append(
            Task(
                title=_title(tender),
                need=words % {"count": left} if left else _("Everything is agreed. Make the ranking."),
                url=reverse("admin:desk-consensus" if left else "admin:desk-ranking", args=[tender.number]),
                tone="now",
                word=_("To agree") if left else _("To rank"),
            )
        )
    return tasks


def _title(tender: Tender) -> str:
    return f"{in_language(tender, 'title')} ({tender.number})"

"""What anybody may read of tenders. Every list and every page starts here, so that a forgotten check shows nothing."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from coalition_portal.identity.models import RoleGrant, User
from coalition_portal.identity.queries import Person, country_of, roles_of
from coalition_portal.identity.roles import Role
from manufacturers.queries import may_see_registered_requirements
from tenders.notices import timetable
from tenders.notices.models import Approval, Deadline, Requirement, Tender, Visibility
from tenders.notices.models.tender_queryset import TenderQuerySet

READ_ALL_REQUIREMENTS = frozenset(Role) - {Role.OPERATOR}
"""A threshold tells an enemy the drone's limits; who keeps the machines running needs none of them."""


def public_tenders() -> TenderQuerySet:
    """Published tenders with their deadline and series, latest publication first."""
    return Tender.objects.published().with_deadline().select_related("series").order_by("-published_at", "-pk")


def public_tender(number: str, *, without: Iterable[str] = ()) -> tuple[Tender, list[Deadline]]:
    """One published tender with its series, and all its deadlines, in one plain query: the page that is read most.

    `without` names columns of the tender that the caller does not need. Raises Tender.DoesNotExist, for a draft too.
    """
    rows = Deadline.objects.filter(tender__number=number, tender__published_at__isnull=False)
    skipped = [f"tender__{column}" for column in without]
    deadlines = list(rows.select_related("tender__series").defer(*skipped).order_by("seq"))
    if not deadlines:
        raise Tender.DoesNotExist
    last = deadlines[-1]
    tender = last.tender
    tender.closes_at, tender.deadline_seq, tender.deadline_changes = last.closes_at, last.seq, last.seq - 1
    return tender, deadlines


def tenders_visible_to(user: Person, now: datetime) -> TenderQuerySet:
    """Published tenders for everybody; drafts for officers of the country that writes them, its chair, and auditors."""
    newest_first = (F("published_at").desc(nulls_first=True), "-pk")
    tenders = Tender.objects.with_deadline().select_related("series").order_by(*newest_first)
    if not user.is_authenticated or not user.is_staff:
        return tenders.published()
    return tenders.filter(Q(published_at__isnull=False) | _unpublished_visible_to(user))


def _unpublished_visible_to(user: User) -> Q:
    roles = roles_of(user)
    if Role.AUDITOR in roles:
        return Q(published_at=None)
    mine = Q(second_approver=user) if Role.CHAIR in roles else Q(pk__in=[])
    if Role.OFFICER in roles:
        mine |= Q(officer_country=country_of(user))
    return Q(published_at=None) & mine


def requirements_visible_to(user: Person, tender: Tender) -> QuerySet[Requirement]:
    """All of them for staff who judge and for companies under the undertaking, else the public ones."""
    rows = Requirement.objects.filter(tender=tender).order_by("order")
    return rows if may_see_all_requirements(user) else rows.filter(visibility=Visibility.PUBLIC)


def public_requirements(tender: Tender) -> QuerySet[Requirement]:
    """What a visitor sees; each row knows the `total`, so that the page can say how many more there are."""
    everything = Requirement.objects.filter(tender=OuterRef("tender")).order_by().values("tender")
    counted = everything.annotate(number=Count("pk")).values("number")
    return requirements_visible_to(AnonymousUser(), tender).annotate(total=Subquery(counted))


def may_see_all_requirements(user: Person) -> bool:
    if not user.is_authenticated:
        return False
    if user.is_staff:
        return bool(roles_of(user) & READ_ALL_REQUIREMENTS)
    return may_see_registered_requirements(user)


def deadline_in_force(tender: Tender) -> Deadline:
    """The deadline with the highest seq; raises Deadline.DoesNotExist before publication."""
    return Deadline.objects.filter(tender=tender).order_by("-seq")[:1].get()


def deadlines_of(tender: Tender) -> QuerySet[Deadline]:
    return Deadline.objects.filter(tender=tender).order_by("seq")


def status_of(tender: Tender, now: datetime) -> timetable.PublicStatus:
    """Needs a tender with `closes_at`, as every queryset of this module has it."""
    return timetable.status_at(tender.state, tender.closes_at, now)


def waiting_for(user: Person) -> QuerySet[Approval]:
    """Requests that this person, as chair, is asked to decide."""
    if not user.is_authenticated or Role.CHAIR not in roles_of(user):
        return Approval.objects.none()
    rows = Approval.objects.filter(outcome="", tender__second_approver=user).select_related("tender", "proposed_by")
    return rows.order_by("proposed_at", "pk")


def approvals_visible_to(user: Person, now: datetime) -> QuerySet[Approval]:
    """Requests about tenders that this person may see, for people who write or approve tenders, and auditors."""
    rows = Approval.objects.select_related("tender", "proposed_by", "decided_by", "proposed_country", "decided_country")
    if not user.is_authenticated or not roles_of(user) & {Role.OFFICER, Role.CHAIR, Role.AUDITOR}:
        return rows.none()
    return rows.filter(tender__in=tenders_visible_to(user, now).order_by().values("pk")).order_by("-proposed_at", "-pk")


def possible_approvers(tender: Tender) -> QuerySet[RoleGrant]:
    """The chairs of other countries than the tender's, each as the grant that makes them one."""
    live = RoleGrant.objects.filter(role=Role.CHAIR, ended_at=None, user__is_active=True)
    return (
        live.exclude(country=tender.officer_country_id).select_related("user", "country").order_by("user__name", "pk")
    )


def undecided_approval(tender: Tender) -> Approval | None:
    return Approval.objects.filter(tender=tender, outcome="").select_related("proposed_by", "proposed_country").first()

"""What anybody may read of the judging. Every list, count, page and export starts here.

A proposal from which a person is recused does not exist for that person: not in a list, a number, a mean, a rank or a
file, in whatever role they look. `unrecused` is what keeps that, and nothing here reads opened proposals without it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import BooleanField, Case, Count, Exists, OuterRef, Q, QuerySet, Value, When

from coalition_portal.identity.queries import Person, has_role, live_grants, roles_of
from coalition_portal.identity.roles import Role
from manufacturers.models import Company
from tenders.notices.models import Criterion, CriterionMethod, Tender
from tenders.notices.states import TenderState
from tenders.proposals.models import Exclusion, OpenedProposal
from tenders.proposals.states import ProposalState
from tenders.reviews.models import (
    Assignment,
    Conflict,
    ConsensusPoint,
    PanelMember,
    RankedProposal,
    Ranking,
    Score,
)
from tenders.reviews.permissions import can_run_panel
from tenders.reviews.ranking import rank_among
from tenders.reviews.states import SheetState

IN_REVIEW = (TenderState.OPENED, TenderState.RANKED)
DESK_ROLES = frozenset({Role.OFFICER, Role.CHAIR, Role.AUDITOR})
"""They read every opened proposal from which they are not recused."""


def unrecused(rows: QuerySet[OpenedProposal], user: Person) -> QuerySet[OpenedProposal]:
    """Without the proposals that this person ever declared a conflict with."""
    return rows.exclude(Exists(Conflict.objects.filter(opened=OuterRef("pk"), member__user=user.pk)))


def in_list_form(rows: QuerySet[OpenedProposal]) -> QuerySet[OpenedProposal]:
    """With company and model, without the content: what lists need."""
    return rows.defer("content").select_related("proposal__company", "proposal__drone_model")


# A reviewer's own places, queue and sheets


def places_of(user: Person) -> QuerySet[PanelMember]:
    """The panel places of somebody who is a reviewer now, of tenders that were not cancelled, latest tender first."""
    is_reviewer = Exists(live_grants(user).filter(role=Role.REVIEWER))
    if not user.is_authenticated:
        return PanelMember.objects.none()
    states = [TenderState.PUBLISHED, *IN_REVIEW]
    rows = PanelMember.objects.filter(is_reviewer, user=user, removed_at=None, tender__state__in=states)
    return rows.select_related("tender", "declaration").order_by("-tender__published_at", "-tender__pk")


def place_in(user: Person, tender: Tender) -> PanelMember | None:
    return places_of(user).filter(tender=tender).first()


def has_declared(member: PanelMember) -> bool:
    """Costs no query for a place that comes from this module."""
    return hasattr(member, "declaration")


def companies_to_declare(member: PanelMember) -> list[tuple[Company, str]]:
    """Every company of the opened set with the public id of one of its proposals, by name. Nothing else of them."""
    rows = in_list_form(unrecused(OpenedProposal.objects.filter(tender=member.tender_id), member.user))
    first: dict[int, tuple[Company, str]] = {}
    for opened in rows.order_by("public_id"):
        first.setdefault(opened.proposal.company_id, (opened.proposal.company, opened.public_id))
    return sorted(first.values(), key=lambda pair: (pair[0].legal_name.casefold(), pair[1]))


def queue_of(user: Person, tender: Tender | None = None) -> QuerySet[Assignment]:
    """Live assignments after the declaration, in the reviewer's own order: what is open first, what is locked last.

    An excluded proposal has left the queue.
    """
    rows = Assignment.objects.filter(
        member__in=places_of(user).filter(declaration__isnull=False).order_by().values("pk"),
        ended_at=None,
        opened__proposal__state=ProposalState.OPENED,
    ).exclude(_recused_by(user))
    if tender is not None:
        rows = rows.filter(member__tender=tender)
    return (
        rows.annotate(is_locked=_flag(Q(sheet__state=SheetState.LOCKED)))
        .select_related("opened__proposal__company", "opened__proposal__drone_model", "sheet", "member")
        .defer("opened__content")
        .order_by("is_locked", "place", "pk")
    )


def scored_in(assignments: Iterable[Assignment]) -> dict[int, int]:
    """How many criteria of each of these sheets have a point and a reason, by the key of the assignment."""
    given = Score.objects.filter(sheet__assignment__in=list(assignments), points__isnull=False).exclude(reason="")
    counted = given.order_by().values("sheet__assignment").annotate(number=Count("pk"))
    return dict(counted.values_list("sheet__assignment", "number"))


@dataclass(frozen=True)
class Progress:
    """How many sheets there are and how many of them are locked."""

    assigned: int = 0
    locked: int = 0

    @property
    def left(self) -> int:
        return self.assigned - self.locked


def progress_of(user: Person) -> dict[int, Progress]:
    """How far a reviewer is, by the key of the tender; a tender without anything to score is not in it."""
    rows = queue_of(user).order_by().values("member__tender")
    return _progress_by_tender(rows, "member__tender")


def _progress_by_tender(rows: QuerySet, tender: str) -> dict[int, Progress]:
    counted = rows.annotate(assigned=Count("pk"), locked=Count("pk", filter=Q(sheet__state=SheetState.LOCKED)))
    return {
        pk: Progress(assigned=assigned, locked=locked)
        for pk, assigned, locked in counted.values_list(tender, "assigned", "locked")
    }


def opened_visible_to_reviewer(user: Person, tender: Tender) -> QuerySet[OpenedProposal]:
    """What a reviewer may read: after the declaration, assigned, not recused."""
    assigned = Assignment.objects.filter(
        opened=OuterRef("pk"),
        ended_at=None,
        member__in=places_of(user).filter(declaration__isnull=False).order_by().values("pk"),
    )
    rows = OpenedProposal.objects.filter(Exists(assigned), tender=tender, tender__state__in=IN_REVIEW)
    return unrecused(rows, user)


def assignment_of(user: Person, opened: OpenedProposal) -> Assignment | None:
    """The person's own live assignment to a proposal that they may read."""
    rows = queue_of(user).filter(opened=opened.pk)
    return rows.select_related("member__tender", "member__country").first()


def others_scores_visible_to(user: Person, opened: OpenedProposal) -> QuerySet[Score]:
    """Locked scores of the others in one's own group, once one's own sheet of this proposal is locked."""
    own = Assignment.objects.filter(
        member__in=places_of(user).order_by().values("pk"), opened=opened, ended_at=None, sheet__state=SheetState.LOCKED
    )
    group = own.values("member__group")[:1]
    rows = Score.objects.filter(
        Exists(own),
        sheet__state=SheetState.LOCKED,
        sheet__assignment__ended_at=None,
        sheet__assignment__opened__in=unrecused(OpenedProposal.objects.filter(pk=opened.pk), user).values("pk"),
        sheet__assignment__member__group=group,
    ).exclude(sheet__assignment__member__user=user.pk)
    return rows.select_related("criterion", "sheet__assignment__member__country").order_by("criterion__order", "pk")


# Those who run a tender


def reads_desk(user: Person) -> bool:
    return bool(roles_of(user) & DESK_ROLES)


def tenders_in_review(user: Person) -> QuerySet[Tender]:
    """Opened and ranked tenders, for those who have a part in them at the desk; latest opening first."""
    rows = Tender.objects.filter(state__in=IN_REVIEW).select_related("officer_country")
    return rows.order_by("-opened_at", "-pk") if reads_desk(user) else rows.none()


def opened_on_desk(user: Person, tender: Tender) -> QuerySet[OpenedProposal]:
    """The opened set for officers, chairs and auditors, recusals kept."""
    rows = OpenedProposal.objects.filter(tender=tender, tender__state__in=IN_REVIEW)
    return unrecused(rows, user) if reads_desk(user) else rows.none()


def opened_readable(user: Person, tender: Tender) -> QuerySet[OpenedProposal]:
    """What a person may open and read, as a reviewer or at the desk."""
    mine, desk = opened_visible_to_reviewer(user, tender), opened_on_desk(user, tender)
    return unrecused(OpenedProposal.objects.filter(Q(pk__in=mine.values("pk")) | Q(pk__in=desk.values("pk"))), user)


def admitted(rows: QuerySet[OpenedProposal]) -> QuerySet[OpenedProposal]:
    return rows.filter(proposal__state=ProposalState.OPENED)


def panel_of(tender: Tender) -> QuerySet[PanelMember]:
    rows = PanelMember.objects.filter(tender=tender, removed_at=None).select_related("user", "country", "declaration")
    return rows.order_by("-group", "country", "user__name", "pk")


def reviewed_criteria(tender: Tender) -> QuerySet[Criterion]:
    return Criterion.objects.filter(tender=tender, method=CriterionMethod.REVIEWED).order_by("order")


def desk_progress(user: Person, tenders: Iterable[Tender]) -> dict[int, Progress]:
    """Sheets of the proposals that this person may know of, by the key of the tender."""
    rows = Assignment.objects.filter(
        opened__tender__in=tenders, opened__proposal__state=ProposalState.OPENED, ended_at=None
    ).exclude(_recused_by(user))
    return _progress_by_tender(rows.values("opened__tender"), "opened__tender")


def may_see_board(user: Person, tender: Tender) -> bool:
    """Scores before the ranking: those who run the panel, and auditors."""
    return can_run_panel(user, tender) or has_role(user, Role.AUDITOR)


def counted_scores() -> QuerySet[Score]:
    """Scores that count: of locked sheets whose assignment stands. An assignment ends when its reviewer is recused."""
    return Score.objects.filter(sheet__state=SheetState.LOCKED, sheet__assignment__ended_at=None)


def consensus_progress(tender: Tender, known: QuerySet[OpenedProposal]) -> tuple[int, int]:
    """Recorded points and wanted points over the admitted ones of these proposals."""
    rows = admitted(known)
    wanted = rows.count() * reviewed_criteria(tender).count()
    return ConsensusPoint.objects.filter(opened__in=rows.values("pk")).count(), wanted


def exclusions_visible_to(user: Person, tender: Tender) -> QuerySet[Exclusion]:
    """Proposed and confirmed exclusions, for the desk."""
    return _in_exclusion_form(Exclusion.objects.filter(opened__in=opened_on_desk(user, tender).values("pk")))


def _in_exclusion_form(rows: QuerySet[Exclusion]) -> QuerySet[Exclusion]:
    return (
        rows.select_related("opened__proposal__company", "opened__proposal__drone_model", "proposed_by", "confirmed_by")
        .select_related("proposed_country", "confirmed_country")
        .defer("opened__content")
        .order_by("opened__public_id")
    )


# The ranking


def may_see_ranking(user: Person, tender: Tender) -> bool:
    """Officers, chairs and auditors, and the panel of the tender after their declaration."""
    if reads_desk(user):
        return True
    member = place_in(user, tender)
    return member is not None and has_declared(member)


def known_in_review(user: Person, tender: Tender) -> QuerySet[OpenedProposal]:
    """The proposals over which a reader of the ranking may be told numbers before it is made."""
    rows = OpenedProposal.objects.filter(tender=tender)
    return unrecused(rows, user) if may_see_ranking(user, tender) else rows.none()


def ranking_visible_to(user: Person, tender: Tender) -> Ranking | None:
    """What the functions below take as proof that the person may see it."""
    ranking = getattr(tender, "ranking", None)
    return ranking if ranking is not None and may_see_ranking(user, tender) else None


def ranked_visible_to(user: Person, ranking: Ranking) -> QuerySet[RankedProposal]:
    """Best first. The `rank` of a row is told through `Places`, which closes the gaps of hidden rows."""
    rows = RankedProposal.objects.filter(ranking=ranking).exclude(_recused_by(user))
    return (
        rows.select_related("opened__proposal__company", "opened__proposal__drone_model")
        .defer("opened__content")
        .order_by("rank", "opened")
    )


def excluded_visible_to(user: Person, ranking: Ranking) -> QuerySet[Exclusion]:
    rows = Exclusion.objects.filter(opened__tender=ranking.tender_id, confirmed_at__isnull=False)
    return _in_exclusion_form(rows.exclude(_recused_by(user)))


def _recused_by(user: Person) -> Exists:
    """For rows that point to an opened proposal."""
    return Exists(Conflict.objects.filter(opened=OuterRef("opened"), member__user=user.pk))


@dataclass(frozen=True)
class Places:
    """Ranks and counts of a ranking as one reader may know them: as if what is hidden from them did not exist."""

    ranked_count: int
    excluded_count: int
    hidden: tuple[int, ...]

    def rank_of(self, row: RankedProposal) -> int:
        return rank_among(row.rank, self.hidden)


def places_for(user: Person, ranking: Ranking) -> Places:
    declared = Conflict.objects.filter(member__user=user.pk, opened__tender=ranking.tender_id)
    recused = list(declared.values_list("opened", flat=True))
    if not recused:
        return Places(ranking.ranked_count, ranking.excluded_count, ())
    hidden = tuple(RankedProposal.objects.filter(opened__in=recused).values_list("rank", flat=True))
    excluded = Exclusion.objects.filter(opened__in=recused, confirmed_at__isnull=False).count()
    return Places(ranking.ranked_count - len(hidden), ranking.excluded_count - excluded, hidden)


def reasons_of(opened_pks: Iterable[int]) -> dict[tuple[int, str], str]:
    """The recorded reason by proposal and code of the criterion. The caller has made sure who may read them."""
    rows = ConsensusPoint.objects.filter(opened__in=list(opened_pks))
    return {(opened, code): reason for opened, code, reason in rows.values_list("opened", "criterion__code", "reason")}


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())

"""Who scores what, set by hand on a board, within the caps of nationality and without the recused."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from coalition_portal.identity.models import User
from coalition_portal.ledger.append import append
from coalition_portal.ledger.entries import Event, commit, new_salt
from coalition_portal.permission import Refused
from tenders.notices.models import Criterion, Tender
from tenders.notices.states import TenderState
from tenders.proposals.models import OpenedProposal
from tenders.proposals.states import ProposalState
from tenders.reviews.models import Assignment, Conflict, ConsensusPoint, PanelMember, ScoreSheet
from tenders.reviews.panel import locked
from tenders.reviews.permissions import check_can_run_panel, is_recused
from tenders.reviews.states import SheetState

OWN_COUNTRY_CAP = 1
"""So many reviewers of the company's own country may score a proposal, in each group."""

Pair = tuple[OpenedProposal, PanelMember]


class NotAssignable(Refused):
    """The assignment cannot be made or ended; the sentence says why."""


def assign(*, opened: OpenedProposal, member: PanelMember, by: User, now: datetime) -> Assignment:
    [assignment] = assign_many(tender=opened.tender, pairs=[(opened, member)], by=by, now=now)
    return assignment


def assign_many(*, tender: Tender, pairs: Iterable[Pair], by: User, now: datetime) -> list[Assignment]:
    """All or none; a pair that is assigned already stays. Raises NotAssignable for the first that cannot be."""
    with transaction.atomic(durable=True):
        tender = _in_review(tender)
        check_can_run_panel(by, tender)
        return _assign_all(tender, list(pairs), by, now)


def end_assignment(*, assignment: Assignment, by: User, now: datetime) -> Assignment:
    """Take an assignment back that is not locked; what was scored so far is kept. A repeat changes nothing."""
    with transaction.atomic(durable=True):
        tender = _in_review(assignment.member.tender)
        check_can_run_panel(by, tender)
        [assignment] = _end_all(tender, [assignment], by, now)
        return assignment


def set_board(*, tender: Tender, assign: Iterable[Pair], end: Iterable[Assignment], by: User, now: datetime) -> None:
    """The board as one act: first what ends, so that the caps are judged over what remains."""
    with transaction.atomic(durable=True):
        tender = _in_review(tender)
        check_can_run_panel(by, tender)
        _end_all(tender, list(end), by, now)
        _assign_all(tender, list(assign), by, now)


def _in_review(tender: Tender) -> Tender:
    tender = locked(tender)
    if tender.state != TenderState.OPENED:
        raise NotAssignable(_("Proposals are assigned after opening and before the ranking is made."))
    return tender


def _assign_all(tender: Tender, pairs: list[Pair], by: User, now: datetime) -> list[Assignment]:
    salt = new_salt()
    assigned = [_assign(tender, opened, member, by, now, salt) for opened, member in pairs]
    new = [assignment for assignment in assigned if assignment.salt == salt]
    if new:
        named = sorted([row.opened.public_id, row.member.user.public_id] for row in new)
        _log(tender, Event.REVIEWS_ASSIGNMENT_MADE, now, commitment=commit(salt, {"assigned": named}))
    return assigned


def _assign(
    tender: Tender, opened: OpenedProposal, member: PanelMember, by: User, now: datetime, salt: str
) -> Assignment:
    member = (
        PanelMember.objects.select_for_update(of=("self",), no_key=True)
        .select_related("user", "country")
        .get(pk=member.pk)
    )
    opened = OpenedProposal.objects.defer("content").select_related("proposal__company").get(pk=opened.pk)
    known = Assignment.objects.filter(member=member, opened=opened).first()
    if known is not None and known.ended_at is None:
        return known
    _check_belongs(tender, opened, member, by)
    _check_free(opened, member)
    assignment = known or Assignment(member=member, opened=opened)
    assignment.assigned_by, assignment.assigned_at, assignment.ended_at, assignment.salt = by, now, None, salt
    assignment.save()
    return assignment


def _check_belongs(tender: Tender, opened: OpenedProposal, member: PanelMember, by: User) -> None:
    if opened.tender_id != tender.pk or member.tender_id != tender.pk or is_recused(by, opened.pk):
        raise NotAssignable(_("This proposal or this reviewer is not of this tender. Load the board again."))
    if member.removed_at is not None:
        raise NotAssignable(_("%(name)s is no longer on the panel. Load the board again.") % {"name": member.user})
    if opened.proposal.state == ProposalState.EXCLUDED:
        raise NotAssignable(_("%(company)s is excluded and needs no reviewer.") % {"company": _company(opened)})
    if opened.failure:
        sentence = _("The submission of %(company)s could not be read, so nobody can score it. Decide on it first.")
        raise NotAssignable(sentence % {"company": _company(opened)})


def _check_free(opened: OpenedProposal, member: PanelMember) -> None:
    names = {"name": member.user, "company": _company(opened), "country": member.country.name}
    if Conflict.objects.filter(member=member, opened=opened).exists():
        raise NotAssignable(_("%(name)s is recused from %(company)s. Choose another reviewer.") % names)
    criteria = Criterion.objects.filter(tender=opened.tender_id, group=member.group)
    if ConsensusPoint.objects.filter(opened=opened, criterion__in=criteria).exists():
        raise NotAssignable(_("The consensus of this group on %(company)s is recorded already.") % names)
    if member.country_id != str(opened.proposal.company.country):
        return
    compatriots = Assignment.objects.filter(
        opened=opened, ended_at=None, member__group=member.group, member__country=member.country
    )
    if compatriots.count() >= OWN_COUNTRY_CAP:
        sentence = _(
            "%(company)s is of %(country)s, and one reviewer of %(country)s scores it in this group already. "
            "Choose a reviewer of another country."
        )
        raise NotAssignable(sentence % names)


def _end_all(tender: Tender, assignments: list[Assignment], by: User, now: datetime) -> list[Assignment]:
    rows = Assignment.objects.select_for_update(of=("self",), no_key=True).select_related("member__user")
    found = [rows.get(pk=assignment.pk) for assignment in assignments]
    live = [assignment for assignment in found if assignment.ended_at is None]
    for assignment in live:
        _end(tender, assignment, by, now)
    if live:
        _log(tender, Event.REVIEWS_ASSIGNMENT_ENDED, now)
    return found


def _end(tender: Tender, assignment: Assignment, by: User, now: datetime) -> None:
    if assignment.member.tender_id != tender.pk or is_recused(by, assignment.opened_id):
        raise NotAssignable(_("This proposal or this reviewer is not of this tender. Load the board again."))
    if ScoreSheet.objects.filter(assignment=assignment, state=SheetState.LOCKED).exists():
        sentence = _("%(name)s has locked this score sheet, so the assignment stays.")
        raise NotAssignable(sentence % {"name": assignment.member.user})
    assignment.ended_at = now
    assignment.save(update_fields=["ended_at"])


def _company(opened: OpenedProposal) -> str:
    return opened.proposal.company.legal_name


def _log(tender: Tender, event: Event, now: datetime, commitment: str | None = None) -> None:
    append(event=event, subject=tender.number, facts={}, at=now, commitment=commitment)

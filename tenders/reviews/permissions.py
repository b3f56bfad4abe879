"""Who may judge, and who may run the judging. Whether somebody may read a row is asked of queries.py instead."""

from django.utils.translation import gettext as _

from coalition_portal.identity.models import User
from coalition_portal.identity.queries import has_role
from coalition_portal.identity.roles import Role
from coalition_portal.permission import Denied, allows
from tenders.notices.models import Tender
from tenders.notices.permissions import can_chair, check_can_chair
from tenders.notices.states import TenderState
from tenders.proposals.states import ProposalState
from tenders.reviews.models import Assignment, Conflict, Declaration, PanelMember


def check_can_run_panel(user: User, tender: Tender) -> None:
    """Name the panel and assign: an officer of the country that wrote the tender, or its chair."""
    if can_chair(user, tender) or has_role(user, Role.OFFICER, tender.officer_country):
        return
    raise Denied(_("The officers of this tender's country and its chair run the panel. Ask one of them."))


def check_can_review(user: User, member: PanelMember) -> None:
    """One's own place on the panel, held now, by somebody who is a reviewer now. A user adviser never scores."""
    if member.user_id != user.pk or member.removed_at is not None or not has_role(user, Role.REVIEWER):
        raise Denied(_("Only the reviewers of this tender's panel do this. Ask the officer of the tender."))
    if member.tender.state != TenderState.OPENED:
        raise Denied(_("This tender is not in review, so nothing can be declared or scored in it now."))


check_can_declare = check_can_review


def check_can_score(user: User, assignment: Assignment) -> None:
    check_can_review(user, assignment.member)
    if not Declaration.objects.filter(member=assignment.member_id).exists():
        raise Denied(_("Declare your conflicts of interest first. The list of companies is on your review page."))
    if assignment.ended_at is not None or is_recused(user, assignment.opened_id):
        raise Denied(_("You are not assigned to this proposal."))
    if assignment.opened.proposal.state == ProposalState.EXCLUDED:
        raise Denied(_("This proposal has been excluded. It needs no score any more."))


def check_can_lead_consensus(user: User, tender: Tender) -> None:
    """The chair of the tender, while it is in review."""
    check_can_chair(user, tender)
    if tender.state != TenderState.OPENED:
        raise Denied(_("Consensus is recorded after opening and before the ranking is made."))


def check_can_record(user: User, tender: Tender, opened_pk: int) -> None:
    check_can_lead_consensus(user, tender)
    if is_recused(user, opened_pk):
        raise Denied(_("You are recused from this proposal. Another person has to chair it."))


def check_can_make_ranking(user: User, tender: Tender) -> None:
    """The chair, unless recused from a proposal of the tender: a ranking of all shows all."""
    check_can_lead_consensus(user, tender)
    if Conflict.objects.filter(member__user=user, opened__tender=tender).exists():
        raise Denied(_("You declared a conflict of interest in this tender. Another chair has to make its ranking."))


check_can_publish_result = check_can_run_panel
"""Either half. That they are two people of two countries and one of them the chair is checked by the verb."""


def is_recused(user: User, opened_pk: int) -> bool:
    """Whether the person ever declared a conflict with this proposal, in whatever role they are now."""
    return Conflict.objects.filter(member__user=user, opened=opened_pk).exists()


can_run_panel = allows(check_can_run_panel)
can_review = allows(check_can_review)
can_declare = allows(check_can_declare)
can_score = allows(check_can_score)
can_lead_consensus = allows(check_can_lead_consensus)
can_record = allows(check_can_record)
can_make_ranking = allows(check_can_make_ranking)
can_publish_result = allows(check_can_publish_result)

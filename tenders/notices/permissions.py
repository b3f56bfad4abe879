"""Who may write, approve, move and cancel a tender. Two people always means two, of two countries."""

from django.utils.translation import gettext as _

from coalition_portal.identity.models import User
from coalition_portal.identity.queries import country_of, has_role
from coalition_portal.identity.roles import Role
from coalition_portal.permission import Denied, allows
from tenders.notices.models import Approval, Tender
from tenders.notices.states import TENDER


def check_can_draft_tender(user: User) -> None:
    """An officer who acts for a country: approval by a second country needs a first one."""
    if not has_role(user, Role.OFFICER):
        raise Denied(_("Only a tender officer writes tenders. Ask the head of your delegation for that role."))
    if country_of(user) is None:
        raise Denied(_("A tender is written for a member country and you act for none. Ask an officer who does."))


def check_can_edit_tender(user: User, tender: Tender) -> None:
    """An officer of the country that writes it, while it is a draft."""
    _check_officer_of(user, tender)
    if "request_approval" not in TENDER.acts_from(tender.state):
        raise Denied(_("This tender is no draft any more. Take back the request for approval to change it."))


check_can_request_publication = check_can_edit_tender


def check_can_take_back(user: User, approval: Approval) -> None:
    _check_officer_of(user, approval.tender)


def check_can_decide(user: User, approval: Approval) -> None:
    """The chair of the tender, when the chair neither proposed it nor is of the proposer's country."""
    check_can_chair(user, approval.tender)
    if user == approval.proposed_by:
        raise Denied(_("You asked for this approval yourself. A second person of another country decides it."))
    if country_of(user) == approval.proposed_country:
        raise Denied(_("The request comes from your own country. A person of another country decides it."))


def check_can_extend(user: User, tender: Tender) -> None:
    """An officer of the country that wrote it, from publication until opening: after the deadline for an incident."""
    _check_officer_of(user, tender)
    if "extend" not in TENDER.acts_from(tender.state):
        raise Denied(_("The deadline of this tender can no longer be moved: it is not published, or it was opened."))


def check_can_cancel(user: User, tender: Tender) -> None:
    """An officer of the country that wrote it, or its chair."""
    if "cancel" not in TENDER.acts_from(tender.state):
        raise Denied(_("This tender cannot be cancelled now: it is not published, or it has ended."))
    check_can_run(user, tender)


def check_can_run(user: User, tender: Tender) -> None:
    """An officer of the country that wrote it, or its chair: those who take it from stage to stage."""
    if not can_chair(user, tender):
        _check_officer_of(user, tender)


def check_can_chair(user: User, tender: Tender) -> None:
    """The chair of this tender is its second approver and holds the role now."""
    if tender.second_approver_id is None or tender.second_approver_id != user.pk:
        raise Denied(_("Only the chair of this tender may do this. Ask the person named as second approver."))
    if not has_role(user, Role.CHAIR):
        raise Denied(_("You no longer hold the role of chair. Ask the head of your delegation."))


def _check_officer_of(user: User, tender: Tender) -> None:
    if not has_role(user, Role.OFFICER, tender.officer_country):
        raise Denied(_("Only a tender officer of the country that wrote this tender may do this."))


can_draft_tender = allows(check_can_draft_tender)
can_edit_tender = allows(check_can_edit_tender)
can_request_publication = allows(check_can_request_publication)
can_take_back = allows(check_can_take_back)
can_decide = allows(check_can_decide)
can_extend = allows(check_can_extend)
can_cancel = allows(check_can_cancel)
can_run = allows(check_can_run)
can_chair = allows(check_can_chair)

from datetime import datetime

from django.utils.translation import gettext as _

from coalition_portal.identity.models import User
from coalition_portal.identity.queries import country_of, has_role
from coalition_portal.identity.roles import Role
from coalition_portal.permission import Denied, allows
from manufacturers.permissions import check_can_edit, check_can_sign
from manufacturers.queries import company_of
from tenders.notices import timetable
from tenders.notices.models import Tender
from tenders.notices.permissions import check_can_chair
from tenders.notices.queries import deadline_in_force
from tenders.notices.states import TenderState
from tenders.proposals.models import Proposal


def check_can_edit_draft(user: User, proposal: Proposal, now: datetime) -> None:
    """An editor of the company, while the tender is open; afterwards the draft stays readable."""
    check_can_edit(user, proposal.company)
    closes_at = deadline_in_force(proposal.tender).closes_at
    if proposal.tender.state == TenderState.CANCELLED:
        raise Denied(_("The tender is cancelled, so this draft can be read but no longer changed."))
    if not timetable.takes_proposals(proposal.tender.state, closes_at, now):
        raise Denied(_("The deadline has passed, so this draft can be read but no longer changed."))


def check_can_submit(user: User, proposal: Proposal) -> None:
    """A signatory of the company. Whether it is in time is judged by the submission itself, never here."""
    check_can_sign(user, proposal.company)


check_can_withdraw = check_can_submit


def check_can_say_intent(user: User, tender: Tender, now: datetime) -> None:
    """An editor of a company, while the tender is open."""
    company = company_of(user)
    if company is None:
        raise Denied(_("Only a company says that it intends to bid. Register your company first."))
    check_can_edit(user, company)
    if not timetable.takes_proposals(tender.state, deadline_in_force(tender).closes_at, now):
        raise Denied(_("The tender is not open, so an intent to bid can no longer be given or taken back."))


def check_can_see_forecast(user: User, tender: Tender, now: datetime) -> None:
    """Officers and chairs, once the deadline has passed: before it, nobody learns how many companies mean to bid."""
    if not (has_role(user, Role.OFFICER) or has_role(user, Role.CHAIR)):
        raise Denied(_("Officers and chairs see how many companies intended to bid."))
    if tender.published_at is None or timetable.is_open_at(deadline_in_force(tender).closes_at, now):
        raise Denied(_("How many companies intend to bid is shown once the tender is closed."))


def check_can_propose_opening(user: User, tender: Tender) -> None:
    check_can_chair(user, tender)


def check_can_confirm_opening(user: User, tender: Tender) -> None:
    """An opener of another country than the chair's."""
    if not has_role(user, Role.OPENER):
        raise Denied(_("Only an opener of a member country confirms an opening. Ask an opener of your delegation."))
    if country_of(user) == country_of(tender.second_approver):
        raise Denied(_("The chair is of your country. An opener of another country has to confirm."))


def check_can_watch_opening(user: User) -> None:
    """Whoever may take part in an opening of any tender sees the board: chairs, openers, officers; auditors read it."""
    if not any(has_role(user, role) for role in (Role.CHAIR, Role.OPENER, Role.OFFICER, Role.AUDITOR)):
        raise Denied(_("Chairs, openers, officers and auditors see the opening of a tender."))


def check_can_decide_provisional(user: User) -> None:
    if not (has_role(user, Role.OFFICER) or has_role(user, Role.CHAIR)) or country_of(user) is None:
        raise Denied(
            _("Officers and chairs of member countries decide provisional rows. Ask the officer of this tender.")
        )


def check_can_see_provisionals(user: User) -> None:
    """Whoever decides them, and auditors, who read everything but sealed content."""
    if not has_role(user, Role.AUDITOR):
        check_can_decide_provisional(user)


def check_can_exclude(user: User, tender: Tender) -> None:
    """Proposing and confirming need the same right; that two countries are in it is checked by the verb."""
    if not (has_role(user, Role.OFFICER) or has_role(user, Role.CHAIR)) or country_of(user) is None:
        raise Denied(_("Officers and chairs of member countries decide exclusions. Ask the officer of this tender."))


can_edit_draft = allows(check_can_edit_draft)
can_submit = allows(check_can_submit)
can_withdraw = allows(check_can_withdraw)
can_say_intent = allows(check_can_say_intent)
can_see_forecast = allows(check_can_see_forecast)
can_propose_opening = allows(check_can_propose_opening)
can_confirm_opening = allows(check_can_confirm_opening)
can_watch_opening = allows(check_can_watch_opening)
can_decide_provisional = allows(check_can_decide_provisional)
can_see_provisionals = allows(check_can_see_provisionals)
can_exclude = allows(check_can_exclude)

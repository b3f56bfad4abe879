"""A company no longer stands by what it submitted, and says so when the deadline has passed.

Nothing is taken out of the sealed set then: the notice is kept beside it. Officers are told at the opening, for before
that nobody may learn that a proposal exists.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coalition_portal import clock, locks
from coalition_portal.identity.models import User
from coalition_portal.permission import Refused
from tenders.notices.models import Deadline, Tender
from tenders.notices.queries import deadline_in_force
from tenders.notices.states import TenderState
from tenders.proposals import sealed_log, telling
from tenders.proposals.models import Proposal, WithdrawalNotice
from tenders.proposals.permissions import check_can_withdraw
from tenders.proposals.states import ProposalState

NO_REASON = gettext_lazy("A notice needs its reason. Write one sentence that the officers will read.")
COUNTING = (ProposalState.SUBMITTED, ProposalState.OPENED, ProposalState.EXCLUDED)


class NotNoticeable(Refused):
    """There is nothing to give notice of, or it can still be withdrawn."""


def give_notice(*, proposal: Proposal, reason: str, by: User) -> WithdrawalNotice:
    """One notice for a proposal and a deadline; a repeat returns the first.

    Raises NotNoticeable, or Denied for who may not sign.
    """
    given_at = clock.database_now()
    with locks.deadline_gate(), transaction.atomic(durable=True):
        locks.tender_shared(proposal.tender_id)
        rows = Proposal.objects.select_for_update(of=("self",), no_key=True)
        proposal = rows.select_related("tender__officer", "company").get(pk=proposal.pk)
        check_can_withdraw(by, proposal)
        if known := notice_of(proposal):
            return known
        deadline = deadline_in_force(proposal.tender)
        _check_noticeable(proposal, deadline, reason, given_at)
        return _given(proposal, deadline, reason.strip(), by, given_at)


def notice_of(proposal: Proposal) -> WithdrawalNotice | None:
    """The notice that was given since the deadline in force, if any."""
    return _holding(proposal.tender).filter(proposal=proposal).select_related("by").first()


def notices_of_opened(tender: Tender) -> list[WithdrawalNotice]:
    """The notices about proposals of the opened set, the oldest first; none before the opening."""
    notices = _holding(tender).filter(proposal__opened__tender=tender)
    return list(notices.select_related("proposal__company", "by").order_by("given_at", "pk"))


def _holding(tender: Tender) -> QuerySet[WithdrawalNotice]:
    newest = Deadline.objects.filter(tender=tender).order_by("-seq").values("seq")
    return WithdrawalNotice.objects.filter(proposal__tender=tender, seq=Subquery(newest[:1]))


def _given(proposal: Proposal, deadline: Deadline, reason: str, by: User, given_at: datetime) -> WithdrawalNotice:
    facts = {"proposal": proposal.public_id, "reason": reason, "given_at": given_at}
    sealed = sealed_log.seal("notice of withdrawal", facts)
    notice = WithdrawalNotice.objects.create(
        proposal=proposal,
        seq=deadline.seq,
        reason=reason,
        by=by,
        given_at=given_at,
        salt=sealed.salt,
        commitment=sealed.commitment,
    )
    if proposal.tender.opened_at is not None:
        telling.tell_withdrawal_notices(proposal.tender, [notice], now=given_at)
    sealed_log.record(sealed, at=given_at)
    return notice


def _check_noticeable(proposal: Proposal, deadline: Deadline, reason: str, given_at: datetime) -> None:
    if proposal.state not in COUNTING:
        raise NotNoticeable(_("Nothing of this proposal was submitted, so there is nothing to give notice of."))
    is_published = proposal.tender.state == TenderState.PUBLISHED
    if is_published and given_at < deadline.closes_at:
        raise NotNoticeable(_("The tender is still open. Withdraw the proposal: then it does not count at all."))
    if not reason.strip():
        raise NotNoticeable(str(NO_REASON), field="reason")

"""An act that arrived before the deadline while the tender closed: two equal words of two countries decide it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from coalition_portal import locks
from coalition_portal.identity.models import User
from coalition_portal.identity.queries import country_of
from coalition_portal.ledger.append import append
from coalition_portal.ledger.entries import Event
from coalition_portal.permission import Refused
from tenders.proposals.models import Act, Proposal, Provisional, ProvisionalDecision, Reinstatement
from tenders.proposals.permissions import check_can_decide_provisional
from tenders.proposals.queries import WORDS_NEEDED, undecided_provisionals
from tenders.proposals.states import PROPOSAL


class NotDecidable(Refused):
    """This word cannot be taken: the row is decided, or this person or country has given its word."""


def decide(*, provisional: Provisional, accepted: bool, reason: str, by: User, now: datetime) -> ProvisionalDecision:
    """One officer's word. The second equal word accepts (a reinstatement, never a late receipt) or rejects."""
    with locks.deadline_gate(), transaction.atomic(durable=True):
        locks.tender_exclusive(provisional.tender_id)
        check_can_decide_provisional(by, provisional.tender)
        _check_open_for(provisional, by, reason)
        decision = ProvisionalDecision.objects.create(
            provisional=provisional,
            accepted=accepted,
            reason=reason.strip(),
            by=by,
            country=country_of(by),
            decided_at=now,
        )
        words = ProvisionalDecision.objects.filter(provisional=provisional, accepted=accepted).count()
        if accepted and words == WORDS_NEEDED:
            _carry_out(provisional, now)
        append(
            event=Event.PROPOSALS_PROVISIONAL_DECIDED,
            subject=provisional.tender.number,
            facts={"accepted": accepted, "words": words},
            at=now,
        )
        return decision


def _check_open_for(provisional: Provisional, by: User, reason: str) -> None:
    if not reason.strip():
        raise NotDecidable(
            _("A decision needs its reason. Write one sentence that says what the evidence shows."), field="reason"
        )
    if not undecided_provisionals(provisional.tender).filter(pk=provisional.pk).exists():
        raise NotDecidable(_("This row is decided already."))
    if ProvisionalDecision.objects.filter(provisional=provisional, country=country_of(by)).exists():
        raise NotDecidable(_("Your country has given its word. An officer of another country has to give the second."))


def _carry_out(provisional: Provisional, now: datetime) -> None:
    proposal = Proposal.objects.select_for_update().get(pk=provisional.proposal_id)
    if provisional.act == Act.SUBMIT:
        Reinstatement.objects.create(provisional=provisional, bundle=provisional.bundle, reinstated_at=now)
        proposal.state = PROPOSAL.check(proposal.state, "reinstate")
    else:
        proposal.state = PROPOSAL.check(proposal.state, "withdraw")
    proposal.save(update_fields=["state"])

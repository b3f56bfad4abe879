"""An act that arrived before the deadline while the tender closed: two equal words of two countries decide it."""

from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coalition_portal import locks
from coalition_portal.identity.models import User
from coalition_portal.identity.queries import country_of
from coalition_portal.ledger.append import append
from coalition_portal.ledger.entries import Event
from coalition_portal.permission import Refused
from manufacturers.queries import people_who_can_sign
from tenders.notices.models import Tender
from tenders.notices.states import TenderState
from tenders.proposals import telling
from tenders.proposals.models import (
    Act,
    Proposal,
    Provisional,
    ProvisionalDecision,
    Receipt,
    ReceiptKind,
    Reinstatement,
    Wish,
    Withdrawal,
)
from tenders.proposals.permissions import check_can_decide_provisional
from tenders.proposals.queries import (
    WORDS_NEEDED,
    received_bundles,
    standing_of,
    undecided_provisionals,
    withdrawals_of,
)
from tenders.proposals.states import PROPOSAL

NO_REASON = gettext_lazy("A decision needs its reason. Write one sentence that says what the evidence shows.")


class NotDecidable(Refused):
    """This word cannot be taken: the row is decided, or this person or country has given its word."""


def decide(*, provisional: Provisional, accepted: bool, reason: str, by: User, now: datetime) -> ProvisionalDecision:
    """One officer's word. The second equal word accepts (a reinstatement, never a late receipt) or rejects."""
    with locks.deadline_gate(), transaction.atomic(durable=True):
        locks.tender_exclusive(provisional.tender_id)
        check_can_decide_provisional(by)
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
        if words == WORDS_NEEDED:
            _settle(provisional, accepted, now)
        append(
            event=Event.PROPOSALS_PROVISIONAL_DECIDED,
            subject=provisional.tender.number,
            facts={"accepted": accepted, "words": words},
            at=now,
        )
        return decision


def _check_open_for(provisional: Provisional, by: User, reason: str) -> None:
    if not reason.strip():
        raise NotDecidable(str(NO_REASON), field="reason")
    if Tender.objects.filter(pk=provisional.tender_id, state=TenderState.CANCELLED).exists():
        raise NotDecidable(_("The tender is cancelled, so nothing of it is decided any more."))
    if not undecided_provisionals(provisional.tender).filter(pk=provisional.pk).exists():
        raise NotDecidable(_("This row is decided already."))
    if ProvisionalDecision.objects.filter(provisional=provisional, country=country_of(by)).exists():
        raise NotDecidable(_("Your country has given its word. An officer of another country has to give the second."))


def _settle(provisional: Provisional, accepted: bool, now: datetime) -> None:
    if accepted:
        _carry_out(provisional, now)
    proposal = Proposal.objects.select_related("company", "tender").get(pk=provisional.proposal_id)
    signatories = people_who_can_sign(proposal.company)
    counts = standing_of(proposal).version
    telling.tell_decided(provisional, accepted=accepted, counts=counts, to=signatories, now=now)


def _carry_out(provisional: Provisional, now: datetime) -> None:
    """What the company did later stands: a doubtful act of before neither brings back nor takes back anything then."""
    proposal = Proposal.objects.select_for_update(no_key=True).get(pk=provisional.proposal_id)
    if _is_overtaken(provisional):
        return
    if provisional.act == Act.SUBMIT:
        Reinstatement.objects.create(provisional=provisional, bundle=provisional.bundle, reinstated_at=now)
        proposal.state = PROPOSAL.check(proposal.state, "reinstate")
    else:
        proposal.state = PROPOSAL.check(proposal.state, "withdraw")
        if proposal.auto_submit_at and proposal.auto_submit_at < provisional.received_at:
            # As with every withdrawal: what was to be submitted when time runs out is taken back with the rest.
            proposal.auto_submit = proposal.auto_submit_by = proposal.auto_submit_at = None
    proposal.save(update_fields=["state", "auto_submit", "auto_submit_by", "auto_submit_at"])


def _is_overtaken(provisional: Provisional) -> bool:
    """Whether a receipt, a withdrawal or another accepted row of the same proposal came after this act.

    Acts of one proposal queue for its row, so an act that was left to decide knew every receipt but those that came
    later. A receipt that the closing made stands for an earlier wish, unless the wish was given after the withdrawal.
    """
    version = provisional.bundle.version
    receipts = Receipt.objects.filter(proposal=provisional.proposal_id)
    later = Provisional.objects.filter(proposal=provisional.proposal_id, pk__gt=provisional.pk)
    words = models.Count("decisions", filter=models.Q(decisions__accepted=True))
    if later.annotate(words=words).filter(words__gte=WORDS_NEEDED).exists():
        return True
    if provisional.act == Act.SUBMIT:
        received = received_bundles().filter(proposal=provisional.proposal_id, version__gte=version)
        withdrawals = Withdrawal.objects.filter(proposal=provisional.proposal_id)
        return received.exists() or withdrawals.filter(received_at__gt=provisional.received_at).exists()
    if withdrawals_of(provisional.bundle).exists():
        return True
    wished = Wish.objects.filter(bundle=models.OuterRef("bundle"), is_asked=True, given_at__gt=provisional.received_at)
    by_hand = models.Q(kind=ReceiptKind.SUBMITTED) | models.Exists(wished)
    return receipts.filter(by_hand, bundle__version__gt=version).exists()

"""Submit and withdraw: in time if and only if `received_at < closes_at`, by the database's clock.

The instant of arrival is read before anything is waited for, so a queue of ours never makes a bidder late. What was
refused for lateness and what arrived while the tender closed is written down as well: each attempt ends in one row.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import models, transaction
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from coalition_portal import locks
from coalition_portal.identity.models import User
from coalition_portal.permission import Refused
from coalition_portal.watch.models import Incident
from manufacturers.queries import people_who_can_sign
from tenders.notices.models import Deadline
from tenders.notices.states import TenderState
from tenders.proposals import sealed_log, telling
from tenders.proposals.arriving import Arrival, ClockInDoubt, arrive, write_incident
from tenders.proposals.models import Act, Bundle, Closing, Proposal, Provisional, Receipt, Refusal, Withdrawal
from tenders.proposals.permissions import check_can_submit
from tenders.proposals.queries import standing_of
from tenders.proposals.states import PROPOSAL, ProposalState


class NotSubmittable(Refused):
    """The bundle cannot be submitted for a reason that is not lateness."""


@dataclass(frozen=True)
class Outcome:
    """Exactly one of the four is set."""

    receipt: Receipt | None = None
    withdrawal: Withdrawal | None = None
    refusal: Refusal | None = None
    provisional: Provisional | None = None


@dataclass(frozen=True)
class Judgement:
    """What an act is judged by: its arrival, the deadline row in force, and whether that row is closed.

    `newest_version` is the highest version of the proposal that has a receipt, 0 where none has. `incident` is the key
    of an open one where the clocks are in doubt and the deadline lies between them.
    """

    arrival: Arrival
    deadline: Deadline
    is_closed: bool
    newest_version: int
    incident: int | None

    @property
    def received_at(self) -> datetime:
        return self.arrival.received_at

    @property
    def is_late(self) -> bool:
        return self.received_at >= self.deadline.closes_at


def submit(*, bundle: Bundle, sha256: str, by: User, stamp: datetime | None = None) -> Outcome:
    """Receive one staged version. A repeat returns the row of the first time; `sha256` is what the person saw.

    `stamp` is when a trusted proxy had the whole request (coalition_portal/arrival.py), None where there is none.
    Raises NotSubmittable for a wrong digest, a tender that is not published or a version that was overtaken, and
    Denied for a person who is no signatory. Nothing but rows is written; mails leave with the sweep.
    """
    return _judged(partial(_submit, bundle, sha256, by), arrive(stamp))


def withdraw(*, proposal: Proposal, by: User, stamp: datetime | None = None) -> Outcome:
    """Take back the version that counts, judged exactly like submitting."""
    return _judged(partial(_withdraw, proposal, by), arrive(stamp))


def _judged(act: Callable[[Arrival], Outcome], arrival: Arrival) -> Outcome:
    try:
        return act(arrival)
    except ClockInDoubt:
        # Faster than the guard, which looks once a second: write down the doubt, then judge with it.
        write_incident(arrival)
        return act(arrival)


def _submit(bundle: Bundle, sha256: str, by: User, arrival: Arrival) -> Outcome:
    with locks.deadline_gate(), transaction.atomic(durable=True):
        locks.tender_shared(bundle.proposal.tender_id)
        proposal = _locked(bundle.proposal_id)
        signatories = _signatories(proposal, by)
        judgement = _judge(proposal, arrival)
        if judgement.newest_version >= bundle.version and (known := Receipt.objects.filter(bundle=bundle).first()):
            return Outcome(receipt=known)
        _check_submittable(proposal, bundle, sha256, judgement)
        return _write_submit(judgement, proposal, bundle, by, signatories)


def _withdraw(proposal: Proposal, by: User, arrival: Arrival) -> Outcome:
    with locks.deadline_gate(), transaction.atomic(durable=True):
        locks.tender_shared(proposal.tender_id)
        proposal = _locked(proposal.pk)
        signatories = _signatories(proposal, by)
        receipt = (
            Receipt.objects.filter(proposal=proposal).order_by("-bundle__version").select_related("bundle").first()
        )
        if receipt is None:
            raise NotSubmittable(
                _("Nothing has been submitted, so there is nothing to withdraw. The draft stays as it is.")
            )
        if known := Withdrawal.objects.filter(receipt=receipt).first():
            return Outcome(withdrawal=known)
        PROPOSAL.check(proposal.state, "withdraw")
        return _write_withdraw(_judge(proposal, arrival), proposal, receipt, by, signatories)


def _locked(proposal_pk: int) -> Proposal:
    rows = Proposal.objects.select_for_update(of=("self",), no_key=True).select_related("tender", "company")
    return rows.get(pk=proposal_pk)


def _signatories(proposal: Proposal, by: User) -> list[User]:
    """Everybody who may sign for the company: read once, for the right of `by` and for whom to tell."""
    signatories = list(people_who_can_sign(proposal.company))
    if by not in signatories:
        check_can_submit(by, proposal)
    return signatories


def _judge(proposal: Proposal, arrival: Arrival) -> Judgement:
    closings = Closing.objects.filter(tender=models.OuterRef("tender"), seq=models.OuterRef("seq"))
    receipts = Receipt.objects.filter(proposal=proposal).order_by("-bundle__version").values("bundle__version")
    incidents = Incident.objects.filter(ended_at=None).order_by("pk").values("pk")
    deadlines = Deadline.objects.filter(tender=proposal.tender).order_by("-seq")
    deadline = deadlines.annotate(
        is_closed=models.Exists(closings),
        newest_version=Coalesce(models.Subquery(receipts[:1]), 0),
        incident=models.Subquery(incidents[:1]),
    ).first()
    is_split = arrival.is_split_by(deadline.closes_at)
    if is_split and deadline.incident is None and arrival.is_far_apart:
        raise ClockInDoubt
    return Judgement(
        arrival=arrival,
        deadline=deadline,
        is_closed=deadline.is_closed,
        newest_version=deadline.newest_version,
        incident=deadline.incident if is_split else None,
    )


def _check_submittable(proposal: Proposal, bundle: Bundle, sha256: str, judgement: Judgement) -> None:
    if proposal.tender.state != TenderState.PUBLISHED:
        raise NotSubmittable(_("This tender takes no proposals. Your draft stays readable."))
    if sha256 != bundle.sha256:
        raise NotSubmittable(
            _("The digest on your page is not that of the frozen version. Reload the page and submit what it shows.")
        )
    if judgement.newest_version > bundle.version:
        raise NotSubmittable(
            _("A newer version of this proposal has been submitted. Reload the page to see which version counts.")
        )


def _write_submit(
    judgement: Judgement, proposal: Proposal, bundle: Bundle, by: User, signatories: list[User]
) -> Outcome:
    if judgement.incident:
        return _write_provisional(judgement, proposal, bundle, by, Act.SUBMIT, signatories)
    if judgement.is_late:
        return _refuse(judgement, proposal, bundle, by, Act.SUBMIT, signatories)
    if judgement.is_closed:
        return _write_provisional(judgement, proposal, bundle, by, Act.SUBMIT, signatories)
    replaces = judgement.newest_version if proposal.state == ProposalState.SUBMITTED else 0
    sealed = _sealed("receipt", judgement, bundle)
    receipt = Receipt.objects.create(bundle=bundle, proposal=proposal, **_columns(judgement, by, sealed))
    _move(proposal, "submit")
    telling.tell_received(receipt, replaces=replaces, to=signatories, now=judgement.received_at)
    sealed_log.record(sealed, at=judgement.received_at)
    return Outcome(receipt=receipt)


def _write_withdraw(
    judgement: Judgement, proposal: Proposal, receipt: Receipt, by: User, signatories: list[User]
) -> Outcome:
    if judgement.incident:
        return _write_provisional(judgement, proposal, receipt.bundle, by, Act.WITHDRAW, signatories)
    if judgement.is_late:
        return _refuse(judgement, proposal, receipt.bundle, by, Act.WITHDRAW, signatories)
    if judgement.is_closed:
        return _write_provisional(judgement, proposal, receipt.bundle, by, Act.WITHDRAW, signatories)
    sealed = _sealed("withdrawal", judgement, receipt.bundle)
    withdrawal = Withdrawal.objects.create(receipt=receipt, proposal=proposal, **_columns(judgement, by, sealed))
    # What was to be submitted when time runs out is taken back with the rest.
    proposal.auto_submit = proposal.auto_submit_by = proposal.auto_submit_at = None
    _move(proposal, "withdraw")
    telling.tell_withdrawn(withdrawal, to=signatories, now=judgement.received_at)
    sealed_log.record(sealed, at=judgement.received_at)
    return Outcome(withdrawal=withdrawal)


def _refuse(
    judgement: Judgement, proposal: Proposal, bundle: Bundle, by: User, act: Act, signatories: list[User]
) -> Outcome:
    if known := Refusal.objects.filter(bundle=bundle, seq=judgement.deadline.seq, act=act).first():
        return Outcome(refusal=known)
    sealed = _sealed(f"refusal of {act.value}", judgement, bundle)
    refusal = Refusal.objects.create(act=act, bundle=bundle, proposal=proposal, **_columns(judgement, by, sealed))
    telling.tell_refused(refusal, counts=standing_of(proposal).version, to=signatories, now=judgement.received_at)
    sealed_log.record(sealed, at=judgement.received_at)
    return Outcome(refusal=refusal)


def _write_provisional(
    judgement: Judgement, proposal: Proposal, bundle: Bundle, by: User, act: Act, signatories: list[User]
) -> Outcome:
    if known := Provisional.objects.filter(bundle=bundle, seq=judgement.deadline.seq, act=act).first():
        return Outcome(provisional=known)
    sealed = _sealed(f"provisional {act.value}", judgement, bundle)
    provisional = Provisional.objects.create(
        act=act,
        bundle=bundle,
        proposal=proposal,
        incident_id=judgement.incident,
        witnessed_at=judgement.arrival.witnessed_at if judgement.incident else None,
        **_columns(judgement, by, sealed),
    )
    telling.tell_undecided(provisional, to=signatories, now=judgement.received_at)
    sealed_log.record(sealed, at=judgement.received_at)
    return Outcome(provisional=provisional)


def _sealed(act: str, judgement: Judgement, bundle: Bundle) -> sealed_log.Sealed:
    return sealed_log.seal_judged(act, bundle, judgement.deadline, judgement.received_at)


def _columns(judgement: Judgement, by: User, sealed: sealed_log.Sealed) -> dict:
    return {
        "tender_id": judgement.deadline.tender_id,
        "seq": judgement.deadline.seq,
        "closes_at": judgement.deadline.closes_at,
        "received_at": judgement.received_at,
        "by": by,
        "salt": sealed.salt,
        "commitment": sealed.commitment,
    }


def _move(proposal: Proposal, act: str) -> None:
    proposal.state = PROPOSAL.check(proposal.state, act)
    proposal.save(update_fields=["state", "auto_submit", "auto_submit_by", "auto_submit_at"])

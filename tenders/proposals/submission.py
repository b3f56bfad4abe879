"""Submit and withdraw: in time if and only if `received_at < closes_at`, by the database's clock.

The instant of arrival is read before anything is waited for, so a queue of ours never makes a bidder late. What was
refused for lateness and what arrived while the tender closed is written down as well: each attempt ends in one row.
"""

from dataclasses import dataclass
from functools import partial

from django.db import models, transaction
from django.utils.translation import gettext as _

from coalition_portal import locks
from coalition_portal.identity.models import User
from coalition_portal.permission import Refused
from manufacturers.queries import people_who_can_sign
from tenders.notices.states import TenderState
from tenders.proposals import sealed_log, telling
from tenders.proposals.arriving import Arrival, arrive
from tenders.proposals.judging import Judgement, judge, until_judged
from tenders.proposals.models import Act, Bundle, Proposal, Provisional, Receipt, Refusal, Withdrawal
from tenders.proposals.permissions import check_can_submit
from tenders.proposals.queries import received_bundles, standing_of, withdrawals_of
from tenders.proposals.states import PROPOSAL, ProposalState

# What the common way reads under the lock; a row that is refused or left to people reads the rest when it is asked.
NEEDED = (
    "public_id",
    "state",
    "auto_submit",
    "auto_submit_by",
    "auto_submit_at",
    "tender__number",
    "tender__state",
    "company__public_id",
)
ADDRESSED = ("public_id", "email", "language", "time_zone")


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
class Asked:
    """An act on one version, who asks for it, and everybody who may sign for the company."""

    act: Act
    proposal: Proposal
    bundle: Bundle
    by: User
    signatories: list[User]


def submit(*, bundle: Bundle, sha256: str, by: User, arrival: Arrival | None = None) -> Outcome:
    """Receive one staged version. A repeat returns the row of the first time; `sha256` is what the person saw.

    `arrival` is what `arrive` gave to whoever had something to read before this; else it is read here, first of all.
    Raises NotSubmittable for a wrong digest, a tender that is not published or a version that was overtaken, and
    Denied for a person who is no signatory. Nothing but rows is written; mails leave with the sweep.
    """
    return until_judged(partial(_submit, bundle, sha256, by), arrival or arrive())


def withdraw(*, proposal: Proposal, by: User, version: int | None = None, arrival: Arrival | None = None) -> Outcome:
    """Take back the version that counts, judged exactly like submitting.

    `version` is the one that the person saw: what a colleague has submitted since is not taken back with it.
    """
    return until_judged(partial(_withdraw, proposal, version, by), arrival or arrive())


def _submit(bundle: Bundle, sha256: str, by: User, arrival: Arrival) -> Outcome:
    with locks.deadline_gate(), transaction.atomic(durable=True):
        locks.tender_shared(bundle.proposal.tender_id)
        proposal = _locked(bundle.proposal_id)
        signatories = _signatories(proposal, by)
        judgement = judge(proposal, arrival)
        if judgement.newest_version >= bundle.version and (known := _known(bundle)):
            return known
        _check_submittable(proposal, bundle, sha256, judgement)
        asked = Asked(Act.SUBMIT, proposal, bundle, by, signatories)
        return _unless_received(judgement, asked) or _receive(judgement, asked)


def _known(bundle: Bundle) -> Outcome | None:
    """What became of a version that was received before, also by two people who decided."""
    if receipt := Receipt.objects.filter(bundle=bundle).first():
        return Outcome(receipt=receipt)
    provisional = Provisional.objects.filter(reinstatement__bundle=bundle).first()
    return Outcome(provisional=provisional) if provisional else None


def _withdraw(proposal: Proposal, version: int | None, by: User, arrival: Arrival) -> Outcome:
    with locks.deadline_gate(), transaction.atomic(durable=True):
        locks.tender_shared(proposal.tender_id)
        proposal = _locked(proposal.pk)
        signatories = _signatories(proposal, by)
        rows = received_bundles().filter(proposal=proposal).select_related("proposal")
        bundle = rows.order_by("-version").first()
        _check_withdrawable(bundle, version)
        if known := withdrawals_of(bundle).first():
            return Outcome(withdrawal=known)
        PROPOSAL.check(proposal.state, "withdraw")
        judgement, asked = judge(proposal, arrival), Asked(Act.WITHDRAW, proposal, bundle, by, signatories)
        return _unless_received(judgement, asked) or _take_back(judgement, asked)


def _locked(proposal_pk: int) -> Proposal:
    rows = Proposal.objects.select_for_update(of=("self",), no_key=True).select_related("tender", "company")
    return rows.only(*NEEDED).get(pk=proposal_pk)


def _signatories(proposal: Proposal, by: User) -> list[User]:
    """Everybody who may sign for the company: read once, for the right of `by` and for whom to tell."""
    signatories = list(people_who_can_sign(proposal.company).only(*ADDRESSED))
    if by not in signatories:
        check_can_submit(by, proposal)
    return signatories


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


def _check_withdrawable(newest: Bundle | None, version: int | None) -> None:
    if newest is None:
        raise NotSubmittable(
            _("Nothing has been submitted, so there is nothing to withdraw. The draft stays as it is.")
        )
    if version not in (None, newest.version):
        raise NotSubmittable(
            _("You withdraw version %(got)s, and version %(there)s was submitted last. Read the proposal again.")
            % {"got": version, "there": newest.version}
        )


def _unless_received(judgement: Judgement, asked: Asked) -> Outcome | None:
    """What is written of an act that is not received; None where it is in time beyond doubt."""
    if judgement.is_left_to_people:
        return _leave_to_people(judgement, asked)
    return _refuse(judgement, asked) if judgement.is_late else None


def _receive(judgement: Judgement, asked: Asked) -> Outcome:
    replaces = judgement.newest_version if asked.proposal.state == ProposalState.SUBMITTED else 0
    sealed = _sealed("receipt", judgement, asked)
    receipt = Receipt.objects.create(bundle=asked.bundle, **_columns(judgement, asked, sealed))
    _move(asked.proposal, "submit")
    telling.tell_received(receipt, replaces=replaces, to=asked.signatories, now=judgement.received_at)
    sealed_log.record(sealed, at=judgement.received_at)
    return Outcome(receipt=receipt)


def _take_back(judgement: Judgement, asked: Asked) -> Outcome:
    proposal, sealed = asked.proposal, _sealed("withdrawal", judgement, asked)
    withdrawal = Withdrawal.objects.create(**_received_by(asked.bundle), **_columns(judgement, asked, sealed))
    # What was to be submitted when time runs out is taken back with the rest.
    proposal.auto_submit = proposal.auto_submit_by = proposal.auto_submit_at = None
    _move(proposal, "withdraw")
    telling.tell_withdrawn(withdrawal, to=asked.signatories, now=judgement.received_at)
    sealed_log.record(sealed, at=judgement.received_at)
    return Outcome(withdrawal=withdrawal)


def _received_by(bundle: Bundle) -> dict:
    """The row that is taken back: the receipt, or where two people decided the reinstatement."""
    receipt = Receipt.objects.filter(bundle=bundle).first()
    return {"receipt": receipt} if receipt else {"reinstatement": bundle.reinstatement}


def _refuse(judgement: Judgement, asked: Asked) -> Outcome:
    if known := _first_of(Refusal, judgement, asked):
        return Outcome(refusal=known)
    sealed = _sealed(f"refusal of {asked.act.value}", judgement, asked)
    refusal = Refusal.objects.create(act=asked.act, bundle=asked.bundle, **_columns(judgement, asked, sealed))
    counts = standing_of(asked.proposal).version
    telling.tell_refused(refusal, counts=counts, to=asked.signatories, now=judgement.received_at)
    sealed_log.record(sealed, at=judgement.received_at)
    return Outcome(refusal=refusal)


def _leave_to_people(judgement: Judgement, asked: Asked) -> Outcome:
    if known := _first_of(Provisional, judgement, asked):
        return Outcome(provisional=known)
    sealed = _sealed(f"provisional {asked.act.value}", judgement, asked)
    provisional = Provisional.objects.create(
        act=asked.act,
        bundle=asked.bundle,
        incident_id=judgement.incident,
        witnessed_at=judgement.arrival.witnessed_at if judgement.incident else None,
        **_columns(judgement, asked, sealed),
    )
    telling.tell_undecided(provisional, to=asked.signatories, now=judgement.received_at)
    sealed_log.record(sealed, at=judgement.received_at)
    return Outcome(provisional=provisional)


def _first_of(model: type[models.Model], judgement: Judgement, asked: Asked) -> models.Model | None:
    """The row that the same act had under the same deadline row."""
    return model.objects.filter(bundle=asked.bundle, seq=judgement.deadline.seq, act=asked.act).first()


def _sealed(act: str, judgement: Judgement, asked: Asked) -> sealed_log.Sealed:
    return sealed_log.seal_judged(act, asked.bundle, judgement.deadline, judgement.received_at)


def _columns(judgement: Judgement, asked: Asked, sealed: sealed_log.Sealed) -> dict:
    return {
        "proposal": asked.proposal,
        "tender_id": judgement.deadline.tender_id,
        "seq": judgement.deadline.seq,
        "closes_at": judgement.deadline.closes_at,
        "received_at": judgement.received_at,
        "by": asked.by,
        "salt": sealed.salt,
        "commitment": sealed.commitment,
    }


def _move(proposal: Proposal, act: str) -> None:
    proposal.state = PROPOSAL.check(proposal.state, act)
    proposal.save(update_fields=["state", "auto_submit", "auto_submit_by", "auto_submit_at"])

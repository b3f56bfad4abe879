"""Submit what is staged when time runs out, for a company that asked for it and did not press the button.

A signatory asks for one version. The closing makes the receipt, under the lock that it holds anyway and before its own
row; it is stamped with the instant of the staging. Until then the proposal is not submitted, and every page says so.
"""

from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext as _

from coalition_portal import locks
from coalition_portal.identity.models import User
from coalition_portal.permission import Refused
from manufacturers.queries import people_who_can_sign
from tenders.notices.models import Deadline
from tenders.notices.queries import deadline_in_force
from tenders.notices.states import TenderState
from tenders.proposals import sealed_log, telling
from tenders.proposals.arriving import arrive
from tenders.proposals.models import Bundle, Proposal, Receipt, ReceiptKind, Wish
from tenders.proposals.permissions import check_can_submit
from tenders.proposals.queries import is_closed, received_bundles
from tenders.proposals.states import PROPOSAL, ProposalState


class NotAskable(Refused):
    """The version cannot be submitted when time runs out; the sentence says why."""


def ask(*, bundle: Bundle, by: User, stamp: datetime | None = None) -> Proposal:
    """Ask for one version, in the place of any other; judged by its arrival like a submission."""
    arrived = arrive(stamp).received_at
    with locks.deadline_gate(), transaction.atomic(durable=True):
        proposal = _locked(bundle.proposal, by)
        _check_askable(proposal, bundle, arrived)
        if proposal.auto_submit_id == bundle.pk:
            return proposal
        _set(proposal, bundle, by, arrived)
        _write_down(bundle, is_asked=True, by=by, at=arrived)
        return proposal


def take_back(*, proposal: Proposal, by: User, stamp: datetime | None = None) -> Proposal:
    """Nothing is submitted for the company when time runs out. After the deadline it is too late to say so."""
    arrived = arrive(stamp).received_at
    with locks.deadline_gate(), transaction.atomic(durable=True):
        proposal = _locked(proposal, by)
        _check_in_time(proposal, arrived)
        if proposal.auto_submit is None:
            return proposal
        bundle = proposal.auto_submit
        _set(proposal, None, None, None)
        _write_down(bundle, is_asked=False, by=by, at=arrived)
        return proposal


def receive_asked(deadline: Deadline, now: datetime) -> list[Receipt]:
    """Part of the closing, which holds the tender's exclusive lock: receipts for what was asked for and not submitted.

    A version that a newer receipt overtook is left alone: the person pressed the button after all.
    """
    newest = received_bundles().filter(proposal=models.OuterRef("pk")).order_by("-version")
    asked = (
        Proposal.objects.select_for_update(of=("self",), no_key=True)
        .filter(tender=deadline.tender_id, auto_submit_at__lt=deadline.closes_at)
        .filter(auto_submit__staged_at__lt=deadline.closes_at)
        .annotate(newest=models.Subquery(newest.values("version")[:1]))
        .select_related("auto_submit", "auto_submit_by", "company", "tender")
        .order_by("pk")
    )
    due = [proposal for proposal in asked if (proposal.newest or 0) < proposal.auto_submit.version]
    return [_receive(proposal, deadline, now) for proposal in due]


def _receive(proposal: Proposal, deadline: Deadline, now: datetime) -> Receipt:
    bundle = proposal.auto_submit
    bundle.proposal = proposal
    sealed = sealed_log.seal_judged("receipt", bundle, deadline, bundle.staged_at)
    receipt = Receipt.objects.create(
        kind=ReceiptKind.AUTO,
        bundle=bundle,
        proposal=proposal,
        tender_id=deadline.tender_id,
        seq=deadline.seq,
        closes_at=deadline.closes_at,
        received_at=bundle.staged_at,
        by=proposal.auto_submit_by,
        salt=sealed.salt,
        commitment=sealed.commitment,
    )
    replaces = (proposal.newest or 0) if proposal.state == ProposalState.SUBMITTED else 0
    proposal.state = PROPOSAL.check(proposal.state, "submit")
    proposal.save(update_fields=["state"])
    telling.tell_received(receipt, replaces=replaces, to=people_who_can_sign(proposal.company), now=now)
    sealed_log.record(sealed, at=now)
    return receipt


def _locked(proposal: Proposal, by: User) -> Proposal:
    locks.tender_shared(proposal.tender_id)
    rows = Proposal.objects.select_for_update(of=("self",), no_key=True).select_related(
        "tender", "company", "auto_submit__proposal"
    )
    locked = rows.get(pk=proposal.pk)
    check_can_submit(by, locked)
    return locked


def _check_askable(proposal: Proposal, bundle: Bundle, arrived: datetime) -> None:
    _check_in_time(proposal, arrived)
    newest = Bundle.objects.filter(proposal=proposal).order_by("-version").first()
    if newest is None or newest.pk != bundle.pk:
        raise NotAskable(_("A newer version of this proposal is frozen. Reload the page and choose that one."))
    if received_bundles().filter(pk=bundle.pk).exists():
        raise NotAskable(_("This version has a receipt already, so there is nothing left to submit."))


def _check_in_time(proposal: Proposal, arrived: datetime) -> None:
    is_published = proposal.tender.state == TenderState.PUBLISHED
    is_late = arrived >= deadline_in_force(proposal.tender).closes_at
    # Who waited while the tender closed learns what holds: the closing has carried out what was asked till then.
    if not is_published or is_late or is_closed(proposal.tender):
        raise NotAskable(_("The deadline has passed, so this can no longer be changed. Your draft stays readable."))


def _set(proposal: Proposal, bundle: Bundle | None, by: User | None, at: datetime | None) -> None:
    proposal.auto_submit, proposal.auto_submit_by, proposal.auto_submit_at = bundle, by, at
    proposal.save(update_fields=["auto_submit", "auto_submit_by", "auto_submit_at"])


def _write_down(bundle: Bundle, *, is_asked: bool, by: User, at: datetime) -> None:
    facts = {
        "proposal": bundle.proposal.public_id,
        "version": bundle.version,
        "bundle_sha256": bundle.sha256,
        "is_asked": is_asked,
        "given_at": at,
    }
    sealed = sealed_log.seal("wish to submit when time runs out", facts)
    Wish.objects.create(
        proposal=bundle.proposal,
        bundle=bundle,
        is_asked=is_asked,
        by=by,
        given_at=at,
        salt=sealed.salt,
        commitment=sealed.commitment,
    )
    sealed_log.record(sealed, at=at)

"""Publishing takes two people of two countries: an officer asks, the chair of the tender decides.

The same decision also moves a deadline, see extending.py. Two decisions at once end in one: the request is read under
the tender's exclusive lock, and the second one finds it decided.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from coalition_portal import clock, locks
from coalition_portal.identity.models import User
from coalition_portal.identity.queries import country_of
from coalition_portal.ledger.append import append
from coalition_portal.ledger.entries import Event
from coalition_portal.permission import Refused
from tenders.notices.changes import record_change
from tenders.notices.extending import extend
from tenders.notices.models import Approval, ApprovalKind, ApprovalOutcome, ChangeKind, Deadline, Tender
from tenders.notices.permissions import check_can_decide, check_can_request_publication, check_can_take_back
from tenders.notices.readiness import blocks_publication
from tenders.notices.requests import AlreadyDecided, record_request, tell
from tenders.notices.states import TENDER, TenderState

FIRST_SEQ = 1


class NotReady(Refused):
    """The draft lacks something; `sentence` names all of it."""


class NoteMissing(Refused):
    """Whoever sends something back says why."""


def request_publication(*, tender: Tender, by: User, now: datetime) -> Approval:
    """Ask the second approver. The draft cannot be changed until they decide or the request is taken back."""
    with transaction.atomic(durable=True):
        tender = Tender.objects.select_for_update(no_key=True).get(pk=tender.pk)
        check_can_request_publication(by, tender)
        if blocks := blocks_publication(tender, now):
            raise NotReady(" ".join(block.sentence for block in blocks))
        tender.state = TENDER.check(tender.state, "request_approval")
        tender.updated_at = now
        tender.save(update_fields=["state", "updated_at"])
        return record_request(
            tender=tender, kind=ApprovalKind.PUBLISH, closes_at=tender.planned_closes_at, reason="", by=by, now=now
        )


def approve(*, approval: Approval, by: User, now: datetime, note: str = "") -> Approval:
    """Carry out what was asked for: publish the tender, or move its deadline. Raises Denied or Refused."""
    with locks.deadline_gate(), transaction.atomic(durable=True):
        locks.tender_exclusive(approval.tender_id)
        approval = _undecided(approval)
        check_can_decide(by, approval)
        _decide(approval, ApprovalOutcome.APPROVED, by, now, note)
        tell(approval, approval.proposed_by, "tender_approved", now)
        CARRY_OUT[ApprovalKind(approval.kind)](approval, by, now)
    return approval


def reject(*, approval: Approval, note: str, by: User, now: datetime) -> Approval:
    """Send the request back with a note; a tender that was to be published is a draft again."""
    if not note.strip():
        raise NoteMissing(_("Say what has to change, so that the request can be made again."), field="note")
    with transaction.atomic(durable=True):
        approval = _undecided(approval)
        check_can_decide(by, approval)
        _decide(approval, ApprovalOutcome.REJECTED, by, now, note.strip())
        _back_to_draft(approval, "reject", now)
        tell(approval, approval.proposed_by, "tender_sent_back", now)
        _log_end(approval, now)
    return approval


def withdraw_request(*, approval: Approval, by: User, now: datetime) -> Approval:
    """Take a request back before it is decided."""
    with transaction.atomic(durable=True):
        approval = _undecided(approval)
        check_can_take_back(by, approval)
        _decide(approval, ApprovalOutcome.WITHDRAWN, by, now, "")
        _back_to_draft(approval, "take_back", now)
        _log_end(approval, now)
    return approval


def _undecided(approval: Approval) -> Approval:
    """The request and its tender, both locked; the tender first, as everywhere."""
    tender = Tender.objects.select_for_update(no_key=True).get(pk=approval.tender_id)
    approval = (
        Approval.objects.select_for_update(of=("self",), no_key=True).select_related("proposed_by").get(pk=approval.pk)
    )
    if approval.outcome:
        raise AlreadyDecided(_("This request is decided already. Load the page again to see how."))
    approval.tender = tender
    return approval


def _decide(approval: Approval, outcome: ApprovalOutcome, by: User, now: datetime, note: str) -> None:
    approval.outcome, approval.note = outcome, note
    approval.decided_by, approval.decided_country, approval.decided_at = by, country_of(by), now
    approval.save(update_fields=["outcome", "note", "decided_by", "decided_country", "decided_at"])


def _publish(approval: Approval, by: User, now: datetime) -> None:
    tender, set_at = approval.tender, clock.database_now()
    if approval.closes_at <= set_at:
        raise NotReady(_("The deadline asked for has passed. Send the tender back, so that a later one is set."))
    Deadline.objects.create(
        tender=tender,
        seq=FIRST_SEQ,
        closes_at=approval.closes_at,
        set_at=set_at,
        proposed_by=approval.proposed_by,
        approved_by=by,
    )
    tender.state = TENDER.check(tender.state, "publish")
    tender.published_at = tender.updated_at = now
    tender.save(update_fields=["state", "published_at", "updated_at"])
    record_change(kind=ChangeKind.PUBLISHED, tender=tender, at=now)
    facts = {"seq": FIRST_SEQ, "closes_at": approval.closes_at}
    append(event=Event.NOTICES_DEADLINE_SET, subject=tender.number, facts=facts, at=now)
    facts = {"version": tender.version, "countries": [approval.proposed_country_id, approval.decided_country_id]}
    append(event=Event.NOTICES_TENDER_PUBLISHED, subject=tender.number, facts=facts, at=now)


CARRY_OUT: Mapping[ApprovalKind, Callable[[Approval, User, datetime], None]] = {
    ApprovalKind.PUBLISH: _publish,
    ApprovalKind.EXTEND: extend,
}


def _back_to_draft(approval: Approval, act: str, now: datetime) -> None:
    tender = approval.tender
    if tender.state != TenderState.AWAITING_APPROVAL:
        return
    tender.state = TENDER.check(tender.state, act)
    tender.updated_at = now
    tender.save(update_fields=["state", "updated_at"])


def _log_end(approval: Approval, now: datetime) -> None:
    facts = {"kind": approval.kind, "outcome": approval.outcome}
    append(event=Event.NOTICES_APPROVAL_REJECTED, subject=approval.tender.number, facts=facts, at=now)

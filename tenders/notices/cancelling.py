from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from coalition_portal import locks
from coalition_portal.identity.models import User
from coalition_portal.identity.queries import country_of
from coalition_portal.ledger.append import append
from coalition_portal.ledger.entries import Event
from coalition_portal.permission import Refused
from tenders.notices.changes import record_change
from tenders.notices.models import Approval, ApprovalOutcome, ChangeKind, Tender
from tenders.notices.permissions import check_can_cancel
from tenders.notices.states import TENDER


class ReasonMissing(Refused):
    """A tender is cancelled for a reason that everybody can read."""


def cancel(*, tender: Tender, reason: str, by: User, now: datetime) -> Tender:
    """End a published tender for good. What was asked and not decided about it is taken back with it."""
    if not reason.strip():
        sentence = _("Say why the tender is cancelled. Everybody reads the reason on the tender page.")
        raise ReasonMissing(sentence, field="reason")
    with locks.deadline_gate(), transaction.atomic(durable=True):
        locks.tender_exclusive(tender.pk)
        tender = Tender.objects.select_for_update(no_key=True).get(pk=tender.pk)
        check_can_cancel(by, tender)
        tender.state = TENDER.check(tender.state, "cancel")
        tender.cancelled_at = tender.updated_at = now
        tender.cancel_reason = reason.strip()
        tender.version += 1
        tender.save(update_fields=["state", "cancelled_at", "cancel_reason", "updated_at", "version"])
        _take_back_requests(tender, by, now)
        record_change(kind=ChangeKind.CANCELLED, tender=tender, at=now)
        facts = {"version": tender.version, "reason": tender.cancel_reason}
        append(event=Event.NOTICES_TENDER_CANCELLED, subject=tender.number, facts=facts, at=now)
    return tender


def _take_back_requests(tender: Tender, by: User, now: datetime) -> None:
    Approval.objects.filter(tender=tender, outcome="").update(
        outcome=ApprovalOutcome.WITHDRAWN, decided_by=by, decided_country=country_of(by), decided_at=now
    )

"""A deadline only moves later, for everybody, with a reason, and never once the proposals are opened.

After the deadline it may still move, for a stated incident: the tender is open again under the new row, and nothing is
submitted for anybody.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from coalition_portal import clock
from coalition_portal.identity.models import User
from coalition_portal.ledger.append import append
from coalition_portal.ledger.entries import Event
from coalition_portal.permission import Refused
from tenders.notices import timetable
from tenders.notices.changes import record_change
from tenders.notices.models import Approval, ApprovalKind, ChangeKind, Deadline, Tender
from tenders.notices.permissions import check_can_extend
from tenders.notices.queries import deadline_in_force
from tenders.notices.requests import record_request
from tenders.notices.states import TENDER


class NotExtendable(Refused):
    """The deadline cannot be moved to this instant."""


def request_extension(*, tender: Tender, closes_at: datetime, reason: str, by: User, now: datetime) -> Approval:
    """Ask the chair to move the deadline to `closes_at`. Nothing changes before they approve."""
    if not reason.strip():
        sentence = _("Say why the deadline moves. Everybody reads the reason on the tender page.")
        raise NotExtendable(sentence, field="reason")
    with transaction.atomic(durable=True):
        tender = Tender.objects.select_for_update(no_key=True).get(pk=tender.pk)
        check_can_extend(by, tender)
        _check_later(deadline_in_force(tender), closes_at)
        return record_request(
            tender=tender, kind=ApprovalKind.EXTEND, closes_at=closes_at, reason=reason.strip(), by=by, now=now
        )


def extend(approval: Approval, by: User, now: datetime) -> None:
    """Write the new deadline; the caller holds the gate, the tender's exclusive lock and its row."""
    tender, before = approval.tender, deadline_in_force(approval.tender)
    tender.state = TENDER.check(tender.state, "extend")
    _check_later(before, approval.closes_at)
    deadline = Deadline.objects.create(
        tender=tender,
        seq=before.seq + 1,
        closes_at=approval.closes_at,
        set_at=clock.database_now(),
        proposed_by=approval.proposed_by,
        approved_by=by,
        reason=approval.reason,
    )
    tender.version += 1
    tender.updated_at = now
    tender.save(update_fields=["state", "version", "updated_at"])
    record_change(kind=ChangeKind.DEADLINE_CHANGED, tender=tender, at=now)
    append(
        event=Event.NOTICES_DEADLINE_EXTENDED,
        subject=tender.number,
        facts={
            "seq": deadline.seq,
            "was": before.closes_at,
            "closes_at": deadline.closes_at,
            "reason": deadline.reason,
        },
        at=now,
    )


def _check_later(before: Deadline, closes_at: datetime) -> None:
    if not timetable.is_whole_second(closes_at):
        raise NotExtendable(_("A deadline is a whole second. Leave out the parts of a second."), field="closes_at")
    if closes_at <= before.closes_at:
        raise NotExtendable(
            _("The new deadline is not later than the one in force. A deadline only moves later."), field="closes_at"
        )
    if closes_at <= clock.database_now():
        raise NotExtendable(_("The new deadline has passed already. Give one that lies ahead."), field="closes_at")

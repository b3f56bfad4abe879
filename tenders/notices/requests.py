"""A request for approval: one undecided at a time for each tender, told to the chair by mail."""

from datetime import datetime

from django.utils.translation import gettext as _

from coalition_portal.identity.models import User
from coalition_portal.identity.queries import country_of
from coalition_portal.ledger.append import append
from coalition_portal.ledger.entries import Event
from coalition_portal.permission import Refused
from coalition_portal.post.queue import queue_mail
from tenders.notices.models import Approval, ApprovalKind, Tender


class AlreadyAsked(Refused):
    """The tender has a request that nobody decided yet."""


class AlreadyDecided(Refused):
    """Somebody decided the request first."""


def record_request(
    *, tender: Tender, kind: ApprovalKind, closes_at: datetime, reason: str, by: User, now: datetime
) -> Approval:
    """Write the request inside the caller's transaction, under the lock of the tender's row."""
    if Approval.objects.filter(tender=tender, outcome="").exists():
        raise AlreadyAsked(_("A request about this tender waits for a decision. Wait for it, or take it back first."))
    approval = Approval.objects.create(
        tender=tender,
        kind=kind,
        closes_at=closes_at,
        reason=reason,
        proposed_by=by,
        proposed_country=country_of(by),
        proposed_at=now,
    )
    tell(approval, tender.second_approver, "tender_approval_asked", now)
    facts = {"kind": kind.value, "closes_at": closes_at, "country": approval.proposed_country_id}
    append(event=Event.NOTICES_APPROVAL_REQUESTED, subject=tender.number, facts=facts, at=now)
    return approval


def tell(approval: Approval, to: User, template: str, now: datetime) -> None:
    """One mail about this request: that there is news, and where."""
    queue_mail(
        key=f"approval:{approval.pk}:{template}",
        to=to,
        template=template,
        context={
            "tender": approval.tender.number,
            "kind": approval.kind,
            "path": f"/admin/tenders/approvals/{approval.pk}/",
        },
        now=now,
    )

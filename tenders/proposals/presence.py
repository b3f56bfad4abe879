"""Who has a draft open. Only people of the company see it; a minute after the last sign of somebody they are gone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from coalition_portal.identity.models import User
from tenders.proposals.models import Presence, Proposal

GONE_AFTER = timedelta(seconds=60)


@dataclass(frozen=True)
class Present:
    """A colleague, the page that they have open and the field that they are in; the field may be empty."""

    name: str
    task: str
    field: str


def seen(*, proposal: Proposal, task: str, field: str, by: User, now: datetime) -> None:
    """`by` has the page of this task open. The caller has checked that they may edit the draft."""
    row = Presence(proposal=proposal, user=by, task=task, field=field, seen_at=now)
    Presence.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["proposal", "user"],
        update_fields=["task", "field", "seen_at"],
    )


def others(*, proposal: Proposal, user: User, now: datetime) -> list[Present]:
    """Everybody else of the company who was seen in the last minute, whoever came first first."""
    rows = (
        Presence.objects.filter(proposal=proposal, seen_at__gt=now - GONE_AFTER, user__is_active=True)
        .filter(user__person__company=proposal.company_id)
        .exclude(user=user)
        .select_related("user")
        .order_by("pk")
    )
    return [Present(name=str(row.user), task=row.task, field=row.field) for row in rows]

"""A draft under its lock, and the next revision of it: the beginning and the end of every verb that changes a draft."""

from datetime import datetime

from django.utils.translation import gettext as _

from coalition_portal.identity.models import User
from coalition_portal.permission import Refused
from tenders.proposals.models import Proposal
from tenders.proposals.permissions import check_can_edit_draft


class Overtaken(Refused):
    """The draft is of another revision than the change was made on. Nothing was saved."""


def locked_draft(proposal: Proposal, by: User, now: datetime, *, made_on: int | None = None) -> Proposal:
    """The draft as it stands, locked to the end of the caller's transaction. Raises Denied.

    `made_on` is the one revision that the change is meant for, None where any will do; Overtaken where it is another.
    """
    rows = Proposal.objects.select_for_update(of=("self",), no_key=True).select_related(
        "tender", "company", "drone_model"
    )
    draft = rows.get(pk=proposal.pk)
    check_can_edit_draft(by, draft, now)
    if made_on not in (None, draft.revision):
        raise Overtaken(_("This has changed meanwhile. Read it again to see what is possible now."))
    return draft


def save_revised(draft: Proposal, by: User, now: datetime) -> None:
    """Keep the locked draft with whatever the caller set in it, as its next revision."""
    draft.revision += 1
    draft.updated_by, draft.updated_at = by, now
    draft.save()

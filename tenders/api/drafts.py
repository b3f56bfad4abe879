"""What every route about one proposal loads: from what the person may see, so that all else is not found."""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from coalition_portal.formatting import microseconds
from manufacturers.permissions import check_can_edit
from tenders.api import company_shapes, parameters, problems
from tenders.api.errors import Problem
from tenders.api.preconditions import check_revision, etag_of
from tenders.api.private import PrivateView, answer
from tenders.notices.queries import deadline_in_force, may_see_all_requirements
from tenders.proposals import staging
from tenders.proposals.draft_content import with_content
from tenders.proposals.models import Proposal
from tenders.proposals.permissions import check_can_edit_draft
from tenders.proposals.queries import proposals_visible_to
from tenders.proposals.seen_draft import SeenDraft


class Draft(SeenDraft):
    def whole(self) -> dict:
        staged = staging.current_bundle(self.proposal)
        return company_shapes.proposal_whole(self.overview, self.closes_at, self.standing, staged, is_open=self.is_open)


class ProposalPartView(PrivateView):
    """A part of one draft. A change names the revision it was made on, and is answered by what stands there now."""

    part: Callable[[Draft], dict]
    """Makes the body that the route answers with."""

    def draft(self, request, pid: str) -> Draft:
        parameters.check_names(request.query_params, {})
        return draft_of(request, pid)

    def get(self, request, pid):
        return self.shown(self.draft(request, pid))

    def shown(self, draft: Draft) -> HttpResponse:
        content = self.part(draft)
        return answer(content, headers={"ETag": etag_of(draft.proposal, content)})

    def changed(self, request, pid: str) -> HttpResponse:
        """The part after a change, read anew."""
        return self.shown(draft_of(request, pid))

    def changeable(self, request, pid: str) -> tuple[Draft, int | None]:
        draft = self.draft(request, pid)
        return draft, changeable(request, draft)


def draft_of(request, pid: str) -> Draft:
    """The proposal with all its content. Raises Http404 for a missing and for a foreign one alike."""
    proposal = get_object_or_404(with_content(proposals_visible_to(request.user)), public_id=pid)
    closes_at = deadline_in_force(proposal.tender).closes_at
    return Draft(proposal, closes_at, may_see_all_requirements(request.user), request.now)


def changeable(request, draft: Draft) -> int | None:
    """The revision that the request is made on, None for any.

    Raises Denied, or Problem where it is too late or If-Match is wrong.

    The verb judges all of this again under the draft's lock; here it is said before the body is looked at.
    """
    check_can_edit(request.user, draft.proposal.company)
    if request.now >= draft.closes_at:
        raise deadline_passed(draft.closes_at, request.now)
    check_can_edit_draft(request.user, draft.proposal, request.now)
    return check_revision(request, draft.proposal)


def deadline_passed(closes_at: datetime, at: datetime) -> Problem:
    return Problem(
        problems.DEADLINE_PASSED,
        _("The deadline was %(deadline)s, and the request arrived at %(at)s. The draft is kept as it is.")
        % {"deadline": microseconds(closes_at), "at": microseconds(at)},
        members={
            "deadline": microseconds(closes_at),
            "server_time": microseconds(at),
        },
    )


def proposal_of(request, pid: str) -> Proposal:
    """The proposal alone, by one query."""
    return get_object_or_404(proposals_visible_to(request.user), public_id=pid)

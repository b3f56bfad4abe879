"""The proposals of one tender, for those who judge them, once they are open. Before that there is one answer to all."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coalition_portal.formatting import microseconds
from coalition_portal.identity.queries import roles_of
from coalition_portal.identity.roles import Role
from tenders.api import company_serializers as shapes
from tenders.api import company_shapes, parameters, problems
from tenders.api.company_schema import tells
from tenders.api.errors import Problem
from tenders.api.private import PrivateView, answer
from tenders.notices.models import Tender
from tenders.notices.queries import deadline_in_force, public_tenders
from tenders.notices.states import TenderState
from tenders.reviews.queries import DESK_ROLES, IN_REVIEW, in_list_form, opened_readable

WHO_JUDGES = DESK_ROLES | {Role.REVIEWER}


class TenderProposalsView(PrivateView):
    @tells(
        {200: shapes.OpenedPage},
        operation_id="tender_proposals",
        summary=gettext_lazy("Opened proposals of a tender"),
        description=gettext_lazy(
            "For reviewers and officers, signed in. Until the opening the answer is sealed, whatever was submitted."
        ),
        problems_too=(problems.NOT_FOUND, problems.SEALED),
    )
    def get(self, request, number):
        parameters.check_names(request.query_params, {})
        if not roles_of(request.user) & WHO_JUDGES:
            raise Http404
        tender = get_object_or_404(public_tenders(), number=number)
        if tender.state == TenderState.PUBLISHED:
            raise _sealed(tender)
        if tender.state not in IN_REVIEW:
            raise Http404
        found = in_list_form(opened_readable(request.user, tender)).order_by("public_id")
        return answer({"data": [company_shapes.opened(row) for row in found]})


def _sealed(tender: Tender) -> Problem:
    """The same whatever has been submitted, so it is not even asked."""
    opens_at = microseconds(deadline_in_force(tender).closes_at)
    return Problem(
        problems.SEALED,
        _("The proposals of %(tender)s are sealed. They can be opened from %(at)s on.")
        % {"tender": tender.number, "at": opens_at},
        members={"opens_at": opens_at},
    )

"""How a page of the desk finds what it is about: through queries.py, so that missing and forbidden look the same."""

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from coalition_portal.permission import Refused
from tenders.notices.models import Tender
from tenders.proposals.models import OpenedProposal
from tenders.reviews.models import PanelMember
from tenders.reviews.queries import IN_REVIEW, opened_readable, place_in


def tender_in_review(number: str) -> Tender:
    """An opened or ranked tender; the view still has to ask whether the person has a part in it."""
    rows = Tender.objects.select_related("second_approver", "officer_country", "officer").select_related(
        "ranking__publication_proposed_by", "ranking__publication_proposed_country"
    )
    return get_object_or_404(rows, number=number, state__in=IN_REVIEW)


def own_place(request: HttpRequest, tender: Tender) -> PanelMember:
    member = place_in(request.user, tender)
    if member is None:
        raise Http404
    return member


def readable_or_404(request: HttpRequest, tender: Tender, pid: str) -> OpenedProposal:
    rows = opened_readable(request.user, tender)
    return get_object_or_404(rows.select_related("proposal__company", "proposal__drone_model"), public_id=pid)


def require(allowed: bool) -> None:
    """A page that is not for this person does not exist for them."""
    if not allowed:
        raise Http404


def tell(request: HttpRequest, act, **facts) -> bool:
    """Call a verb for the person at the request's instant; a refusal becomes a message. True when it was done."""
    try:
        act(**facts, by=request.user, now=request.now)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return False
    return True

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from tenders.proposals.queries import proposals_visible_to
from tenders.reviews.result import result_for_company


@login_required
@require_safe
def proposal_result(request, pid):
    """A company's own result, once it is published; before that the page does not exist."""
    proposal = get_object_or_404(proposals_visible_to(request.user), public_id=pid)
    results = result_for_company(proposal.company, proposal.tender)
    result = next((result for result in results if result.opened.public_id == pid), None)
    if result is None:
        raise Http404
    return render(request, "reviews/result.html", {"proposal": proposal, "tender": proposal.tender, "result": result})

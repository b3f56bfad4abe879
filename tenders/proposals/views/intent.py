from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from coalition_portal.permission import Denied
from tenders.notices.queries import public_tenders
from tenders.proposals import intents
from tenders.proposals.queries import proposals_visible_to
from tenders.proposals.views.pages import company_page


@require_http_methods(["GET", "HEAD", "POST"])
@company_page
def intent(request: HttpRequest, number: str) -> HttpResponse:
    """The tick on the tender's page and in a proposal's task list, which `back` names; `intends` is yes or no."""
    if request.method != "POST":
        return _back(request, number)
    tender = get_object_or_404(public_tenders(), number=number)
    intends = request.POST.get("intends") == "yes"
    try:
        (intents.give if intends else intents.take_back)(tender=tender, by=request.user, now=request.now)
    except Denied as denied:
        messages.error(request, denied.reason)
    else:
        told = _("Your company intends to bid.") if intends else _("Your company’s intent to bid is taken back.")
        messages.success(request, told)
    return _back(request, number)


def _back(request: HttpRequest, number: str) -> HttpResponse:
    """To the proposal that the tick stood on, else to the tender."""
    proposal = proposals_visible_to(request.user).filter(public_id=request.GET.get("back", "")).first()
    return redirect("proposal", proposal.public_id) if proposal else redirect("tender", number)

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from coalition_portal.buttons import button_on
from coalition_portal.permission import Denied, Refused
from tenders.proposals import copying
from tenders.proposals.models import Proposal
from tenders.proposals.views.pages import DraftPage, proposal_page


@button_on("proposal", "pid")
@proposal_page
def copy(request: HttpRequest, page: DraftPage) -> HttpResponse:
    fill(request, page.proposal, request.POST.get("source", ""))
    return redirect("proposal", page.proposal.public_id)


@button_on("proposal", "pid")
@proposal_page
def empty(request: HttpRequest, page: DraftPage) -> HttpResponse:
    try:
        copying.empty_again(proposal=page.proposal, by=request.user, now=request.now)
    except (Denied, Refused) as refused:
        messages.error(request, _sentence(refused))
    else:
        messages.success(request, _("The draft is empty again."))
    return redirect("proposal", page.proposal.public_id)


def fill(request: HttpRequest, proposal: Proposal, choice: str) -> bool:
    """Copy from what was chosen, and say so or why not; gives whether anything was copied."""
    source = copying.chosen(request.user, proposal, choice)
    if source is None:
        messages.warning(request, _nothing_there(proposal, choice))
        return False
    try:
        copying.copy_from(proposal=proposal, source=source, by=request.user, now=request.now)
    except (Denied, Refused) as refused:
        messages.error(request, _sentence(refused))
        return False
    messages.success(request, _("Copied. Below you see what was taken and what was not."))
    return True


def _nothing_there(proposal: Proposal, choice: str) -> str:
    if choice != copying.OF_THE_MODEL or not copying.is_empty(proposal):
        return _("There is nothing to copy from there. The draft is as it was.")
    sentence = _(
        "Your company answered nothing for “%(model)s” in another tender, so the draft is empty. "
        "Its task list offers your other proposals to copy from."
    )
    return sentence % {"model": proposal.drone_model.name}


def copying_on(page: DraftPage, request: HttpRequest) -> dict[str, object]:
    """What the task list shows: where an empty draft may be filled from, or what was copied into it."""
    if not page.can_edit:
        return {}
    if page.proposal.copied:
        return {"copied": page.proposal.copied, "can_empty": copying.can_be_emptied(page.proposal)}
    if page.overview.done > 1 or not copying.is_empty(page.proposal):
        return {}
    return {"choices": copying.source_choices(request.user, page.proposal.tender, besides=page.proposal)}


def _sentence(refused: Denied | Refused) -> str:
    return refused.reason if isinstance(refused, Denied) else refused.sentence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from coalition_portal.permission import Refused
from tenders.notices.models import Tender
from tenders.notices.queries import public_tenders
from tenders.notices.states import TenderState
from tenders.proposals import beginning
from tenders.proposals.copying import OF_THE_MODEL, source_choices
from tenders.proposals.forms import StartForm
from tenders.proposals.missing import TaskCode
from tenders.proposals.models import Proposal, Provisional
from tenders.proposals.queries import history_of, intents_visible_to, undecided_provisionals
from tenders.proposals.views.copying import copying_on, fill
from tenders.proposals.views.pages import DraftPage, company_page, proposal_page

TONES = {"done": "good", "begun": "warn", "not_begun": "quiet"}


@require_http_methods(["GET", "HEAD", "POST"])
@company_page
def start(request: HttpRequest, number: str) -> HttpResponse:
    """The form stands on the tender's page; here it is shown again with what was refused."""
    tender = get_object_or_404(public_tenders(), number=number)
    form = StartForm(source_choices(request.user, tender, first=OF_THE_MODEL), data=request.POST or None)
    if form.is_valid() and (proposal := _started(request, tender, form)):
        if choice := form.cleaned_data["source"]:
            is_filled = fill(request, proposal, choice)
            return redirect("proposal" if is_filled else "proposal-answers", proposal.public_id)
        messages.success(request, _("Your draft is begun. Nobody but your company sees it."))
        return redirect("proposal-answers", proposal.public_id)
    status = 422 if form.is_bound else 200
    return render(request, "proposals/start.html", {"tender": tender, "form": form}, status=status)


def _started(request: HttpRequest, tender: Tender, form: StartForm):
    try:
        return beginning.start_proposal(
            tender=tender, model_name=form.cleaned_data["model_name"], by=request.user, now=request.now
        )
    except Refused as refused:
        form.add_error("model_name", refused.sentence)
    return None


@require_safe
@proposal_page
def proposal(request: HttpRequest, page: DraftPage) -> HttpResponse:
    context = {
        "page": page,
        "tasks": _task_rows(page),
        "next_task": _next_task(page),
        "history": history_of(page.proposal),
        "copying": copying_on(page, request),
        "is_given": intents_visible_to(request.user).filter(tender=page.proposal.tender).exists(),
        "undecided": _undecided(page.proposal),
    }
    return render(request, "proposals/proposal.html", context)


def _undecided(proposal: Proposal) -> Provisional | None:
    """What two people have to decide still; on a cancelled tender nothing is decided any more."""
    if proposal.tender.state == TenderState.CANCELLED:
        return None
    return undecided_provisionals(proposal.tender).filter(proposal=proposal).first()


def _task_rows(page: DraftPage) -> list[dict]:
    rows = []
    for task in page.overview.tasks:
        left = task.wanted - task.done
        is_model = task.code == TaskCode.MODEL
        rows.append(
            {
                "title": task.title,
                "need": task.need,
                "url": "" if is_model or not page.can_edit else _url_of(page, task),
                "state": "" if task.state == "not_begun" else task.state,
                "tone": TONES[task.state],
                "word": _("%(count)s missing") % {"count": left} if left else _("Done"),
            }
        )
    return [*rows, _check_row(page)]


def _url_of(page: DraftPage, task) -> str:
    anchor = "#declarations" if task.code == TaskCode.DECLARATIONS else ""
    return page.url(task.url_name) + anchor


def _check_row(page: DraftPage) -> dict:
    """The last task: it can be opened at any time."""
    if page.is_sent:
        state, tone, word = "done", "good", _("Submitted")
    elif not page.is_open:
        state, tone, word = "", "quiet", _("Closed")
    elif page.standing.is_submitted:
        state, tone, word = "begun", "warn", _("Changes not submitted")
    elif page.overview.is_complete:
        state, tone, word = "begun", "warn", _("Ready")
    else:
        state, tone, word = "", "quiet", _("Not ready")
    return {
        "title": _("Check and submit") if page.is_open else _("Read the draft"),
        "need": _("Opens at any time; submits when nothing is missing.") if page.is_open else "",
        "url": page.url("proposal-check"),
        "state": state,
        "tone": tone,
        "word": word,
    }


def _next_task(page: DraftPage):
    """Where the one button leads: the first task with something missing, the receipt, or the check page."""
    if page.is_sent and hasattr(page.standing.bundle, "receipt"):
        return {"url": page.url("proposal-receipt", page.standing.bundle.version), "label": _("See the receipt")}
    if page.is_sent:
        decided = page.url("proposal-provisional", page.standing.bundle.version, "submit")
        return {"url": decided, "label": _("See what was decided")}
    if not page.can_edit:
        return {"url": page.url("proposal-check"), "label": _("Read the draft")}
    for task in page.overview.tasks:
        if task.state != "done" and task.code != TaskCode.MODEL:
            return {"url": _url_of(page, task), "label": _("Continue: %(task)s") % {"task": task.title}}
    return {"url": page.url("proposal-check"), "label": _("Check and submit")}

"""Freeze this version: ask for it, watch it, go on to the page with the button."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from coalition_portal.buttons import button_on
from coalition_portal.formatting import file_size
from coalition_portal.permission import Refused
from tenders.proposals import staging, staging_jobs
from tenders.proposals.models import StagingJob, StagingState
from tenders.proposals.queries import proposals_visible_to
from tenders.proposals.views.pages import DraftPage, proposal_page

PATIENT_SECONDS = 3


@button_on("proposal-check", "pid")
@proposal_page
def stage(request: HttpRequest, page: DraftPage) -> HttpResponse:
    return freeze(request, page)


def freeze(request: HttpRequest, page: DraftPage) -> HttpResponse:
    """Ask for a version of the draft as it stands, and lead to where one sees what becomes of it.

    Asked again while the job waits, it carries the job out here where no worker does.
    """
    if page.can_edit and staging.current_bundle(page.proposal):
        return redirect(submit_url(page))
    try:
        job = staging_jobs.ask(proposal=page.proposal, by=request.user, now=request.now)
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("proposal-check", page.proposal.public_id)
    staging_jobs.carry_out(job=job, now=request.now)
    job.refresh_from_db()
    if job.state == StagingState.DONE:
        return redirect(submit_url(page))
    return redirect("proposal-staging", page.proposal.public_id, job.public_id)


@require_safe
@proposal_page
def progress(request: HttpRequest, page: DraftPage, job: str) -> HttpResponse:
    """How far it is. Without a script the page asks again by itself."""
    row = get_object_or_404(StagingJob, proposal=page.proposal, public_id=job)
    if row.state == StagingState.DONE:
        return redirect(submit_url(page))
    context = {
        "page": page,
        "job": row,
        "told": _told(row),
        "is_failed": row.state == StagingState.FAILED,
        "is_left_lying": staging_jobs.is_left_lying(row, request.now),
        "patient_seconds": PATIENT_SECONDS,
    }
    return render(request, "proposals/staging.html", context)


@require_safe
@login_required
def status(request: HttpRequest, pid: str, job: str) -> JsonResponse:
    """The same for the script of that page, asked every second; `next` is there when there is somewhere to go."""
    mine = proposals_visible_to(request.user).filter(public_id=pid)
    row = get_object_or_404(StagingJob, proposal__in=mine, public_id=job)
    is_over = row.state in (StagingState.DONE, StagingState.FAILED)
    return JsonResponse(
        {
            "done": row.done_bytes,
            "most": row.total_bytes,
            "told": _told(row),
            "is_left_lying": staging_jobs.is_left_lying(row, request.now),
            "next": request.path.removesuffix("status/") if is_over else None,
        }
    )


def submit_url(page: DraftPage) -> str:
    """The page with the button for who may press it; for others the page that says who does."""
    return page.url("proposal-submit") if page.can_sign else page.url("proposal-check") + "#submit"


def _told(job: StagingJob) -> str:
    if job.state == StagingState.WAITING:
        return _("Waiting to begin")
    names = {"done": file_size(job.done_bytes), "most": file_size(job.total_bytes)}
    return _("%(done)s of %(most)s read back and compared") % names

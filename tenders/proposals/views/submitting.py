"""The way to a receipt: the page with the button, the short request behind it, and the tick for when time runs out."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from coalition_portal import clock
from coalition_portal.arrival import stamp_of
from coalition_portal.buttons import button_on
from coalition_portal.fresh_sign_in import ask_who_it_is, is_fresh, may_act, ticket_for
from coalition_portal.permission import Refused
from manufacturers.roles import SIGN, at_least
from tenders.proposals import auto_submit as auto
from tenders.proposals import staging, submission, submit_limit
from tenders.proposals.arriving import arrive
from tenders.proposals.models import Bundle, Proposal
from tenders.proposals.permissions import check_can_submit
from tenders.proposals.queries import proposals_visible_to, versions_visible_to
from tenders.proposals.submission import Outcome
from tenders.proposals.views.checking import as_reviewers_see, frozen_version
from tenders.proposals.views.pages import DraftPage, page_of

# What the way to a receipt reads of a version, its proposal and its company: a thousand go it in one minute.
NEEDED = (
    "version",
    "sha256",
    "staged_at",
    "proposal__public_id",
    "proposal__tender_id",
    "proposal__company__public_id",
)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def submit(request: HttpRequest, pid: str) -> HttpResponse:
    """The page with the button, and the short way behind it: one frozen version and its digest, nothing else."""
    return _submit(request, pid) if request.method == "POST" else _page_with_the_button(request, page_of(request, pid))


def _page_with_the_button(request: HttpRequest, page: DraftPage) -> HttpResponse:
    """Whoever sits here is asked before they see it, never between the button and the receipt."""
    frozen = frozen_version(page, staging.current_bundle(page.proposal))
    if not (page.is_open and page.can_sign and frozen["bundle"]) or frozen["is_sent"]:
        return redirect("proposal-check", page.proposal.public_id)
    if not is_fresh(request):
        return ask_who_it_is(request, request.path)
    asked = {"is_asked": page.runs_out_with == frozen["bundle"].version, "ticket": ticket_for(request, _act_on(page))}
    return render(request, "proposals/submit.html", as_reviewers_see(page) | frozen | asked)


def _act_on(page: DraftPage) -> str:
    return f"submit {page.proposal.public_id}"


def _submit(request: HttpRequest, pid: str) -> HttpResponse:
    # Read first, as the verb would: nothing that this page waits for may make a bidder late.
    arrival = arrive(stamp_of(request))
    bundle = _newest_bundle(request, pid)
    if bundle is None:
        messages.error(request, _("Nothing is frozen yet, so there is nothing to submit. Freeze this version first."))
        return redirect("proposal-check", pid)
    if not _may_go_on(request, bundle):
        return ask_who_it_is(request, request.path)
    # Whoever may not submit uses up nothing of what the company has.
    if bundle.role in at_least(SIGN) and submit_limit.is_over_limit(bundle.proposal.company, request.now):
        return _too_many(request, pid)
    try:
        sha256 = request.POST.get("sha256", "")
        outcome = submission.submit(bundle=bundle, sha256=sha256, by=request.user, arrival=arrival)
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("proposal-submit", pid)
    return led_by(outcome, bundle.proposal, bundle, "submit")


@button_on("proposal-submit", "pid")
@login_required
def auto_submit(request: HttpRequest, pid: str) -> HttpResponse:
    """The tick: submit what is frozen when time runs out."""
    stamp = stamp_of(request) or clock.database_now()
    bundle = _newest_bundle(request, pid)
    if bundle is None:
        return redirect("proposal-check", pid)
    if not _may_go_on(request, bundle):
        return ask_who_it_is(request, reverse("proposal-submit", args=[pid]))
    try:
        _keep_choice(request, bundle, stamp)
    except Refused as refused:
        messages.error(request, refused.sentence)
    return redirect("proposal-submit", pid)


def _keep_choice(request: HttpRequest, bundle: Bundle, stamp: datetime) -> None:
    if request.POST.get("sha256", bundle.sha256) != bundle.sha256:
        # Frozen by a colleague since: nobody asks for a version that they have not seen.
        raise auto.NotAskable(_("A newer version of this proposal is frozen. Reload the page and choose that one."))
    if "asked" not in request.POST:
        auto.take_back(proposal=bundle.proposal, by=request.user, stamp=stamp)
        messages.success(request, _("Nothing is submitted for you when time runs out."))
        return
    auto.ask(bundle=bundle, by=request.user, stamp=stamp)
    messages.warning(
        request,
        _("NOT SUBMITTED. Version %(version)s is submitted when time runs out, if nobody presses the button before.")
        % {"version": bundle.version},
    )


def _newest_bundle(request: HttpRequest, pid: str) -> Bundle | None:
    """The newest version, with as little of it as the way to a receipt needs; a foreign proposal is not found."""
    bundle = (
        versions_visible_to(request.user).filter(proposal__public_id=pid).only(*NEEDED).order_by("-version").first()
    )
    if bundle is None:
        get_object_or_404(proposals_visible_to(request.user).filter(public_id=pid))
    return bundle


def _may_go_on(request: HttpRequest, bundle: Bundle) -> bool:
    """Raises Denied for who is no signatory, before they are asked for a password in vain."""
    if may_act(request, f"submit {bundle.proposal.public_id}"):
        return True
    check_can_submit(request.user, bundle.proposal)
    return False


def _too_many(request: HttpRequest, pid: str) -> HttpResponse:
    sentence = _(
        "Your company sent more than %(most)s requests to submit in ten minutes. Wait a few minutes; what was received "
        "before has its receipt."
    ) % {"most": submit_limit.MOST}
    response = render(request, "409.html", {"sentence": sentence}, status=429)
    response["Retry-After"] = str(submit_limit.SECONDS)
    return response


def led_by(outcome: Outcome, proposal: Proposal, bundle: Bundle, act: str) -> HttpResponse:
    """To the page that tells what became of it."""
    if outcome.refusal:
        return redirect("proposal-late", proposal.public_id, bundle.version, act)
    if outcome.provisional:
        return redirect("proposal-provisional", proposal.public_id, bundle.version, act)
    if outcome.withdrawal:
        return redirect("proposal", proposal.public_id)
    return redirect("proposal-receipt", proposal.public_id, bundle.version)

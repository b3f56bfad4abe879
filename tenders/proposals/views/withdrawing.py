"""Take back what was submitted, and after the deadline, when that is no longer possible, say that one would."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from coalition_portal.arrival import stamp_of
from coalition_portal.fresh_sign_in import ask_who_it_is, is_fresh, may_act, ticket_for
from coalition_portal.permission import Refused
from tenders.proposals import submission, withdrawal_notice
from tenders.proposals.arriving import arrive
from tenders.proposals.forms import NoticeForm
from tenders.proposals.permissions import check_can_withdraw
from tenders.proposals.views.pages import DraftPage, page_of, proposal_page
from tenders.proposals.views.submitting import led_by


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def withdraw(request: HttpRequest, pid: str) -> HttpResponse:
    if request.method != "POST":
        return _page_with_the_button(request, page_of(request, pid))
    # Read first, as the verb would: nothing that this page waits for may make a bidder late.
    arrival = arrive(stamp_of(request))
    page = page_of(request, pid)
    if not page.standing.is_submitted:
        return _nothing_to_withdraw(request, page)
    if not _may_go_on(request, page):
        return ask_who_it_is(request, request.path)
    bundle = page.standing.bundle
    try:
        outcome = submission.withdraw(
            proposal=page.proposal, version=_version_seen(request), by=request.user, arrival=arrival
        )
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("proposal", page.proposal.public_id)
    return led_by(outcome, page.proposal, bundle, "withdraw")


def _page_with_the_button(request: HttpRequest, page: DraftPage) -> HttpResponse:
    if not page.standing.is_submitted:
        return _nothing_to_withdraw(request, page)
    if not (page.is_open and page.can_sign):
        return redirect("proposal", page.proposal.public_id)
    if not is_fresh(request):
        return ask_who_it_is(request, request.path)
    return render(request, "proposals/withdraw.html", {"page": page, "ticket": ticket_for(request, _act_on(page))})


def _version_seen(request: HttpRequest) -> int | None:
    """The version that the page with the button named."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _act_on(page: DraftPage) -> str:
    return f"withdraw {page.proposal.public_id}"


def _may_go_on(request: HttpRequest, page: DraftPage) -> bool:
    """Raises Denied for who is no signatory, before they are asked for a password in vain."""
    if may_act(request, _act_on(page)):
        return True
    check_can_withdraw(request.user, page.proposal)
    return False


def _nothing_to_withdraw(request: HttpRequest, page: DraftPage) -> HttpResponse:
    messages.info(request, _("Nothing of this proposal is submitted, so there is nothing to withdraw."))
    return redirect("proposal", page.proposal.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@proposal_page
def notice(request: HttpRequest, page: DraftPage) -> HttpResponse:
    """Only where something was submitted and can no longer be withdrawn; a notice that was given is shown."""
    if page.is_open or not page.standing.is_submitted:
        return redirect("proposal", page.proposal.public_id)
    is_of_use = page.can_sign and not page.is_called_off
    if page.notice is None and not is_of_use and request.method != "POST":
        return redirect("proposal", page.proposal.public_id)
    form = NoticeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and _give(request, page, form):
        messages.success(request, _("Your notice is kept."))
        return redirect("proposal-notice", page.proposal.public_id)
    context = {"page": page, "notice": page.notice, "form": form}
    return render(request, "proposals/notice.html", context, status=422 if form.errors else 200)


def _give(request: HttpRequest, page: DraftPage, form: NoticeForm) -> bool:
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        withdrawal_notice.give_notice(proposal=page.proposal, reason=reason, by=request.user)
    except Refused as refused:
        if not form.errors:
            form.add_error(refused.field, refused.sentence)
        return False
    return True

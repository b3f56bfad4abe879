from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from coalition_portal.permission import Refused
from coalition_portal.staff import staff_context, staff_page
from tenders.notices.models import Criterion, Tender
from tenders.reviews import board, consensus
from tenders.reviews.desk.access import require, tender_in_review
from tenders.reviews.desk.paging import page_of
from tenders.reviews.forms import ConsensusForm
from tenders.reviews.permissions import can_lead_consensus, can_record
from tenders.reviews.queries import (
    admitted,
    consensus_progress,
    in_list_form,
    may_see_board,
    opened_on_desk,
)

ROWS = 20


@staff_page
@require_safe
def overview(request, number):
    """How far the panel is: per proposal what is recorded, drafted, to discuss, or waits for a reviewer."""
    tender = _tender(request, number)
    known = admitted(opened_on_desk(request.user, tender))
    recorded, wanted = consensus_progress(tender, known)
    page = page_of(request, in_list_form(known).order_by("public_id"), ROWS)
    context = {
        "tender": tender,
        "page": page,
        "lines": board.lines(tender, list(page)),
        "recorded": recorded,
        "wanted": wanted,
        "left": wanted - recorded,
        "may_lead": can_lead_consensus(request.user, tender),
    }
    return render(request, "reviews/desk/consensus.html", staff_context(request, **context))


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def drafts(request, number):
    """The drafted points of a page of proposals as one list to confirm; a cleared tick leaves one for discussion."""
    tender = _tender(request, number)
    if request.method == "POST":
        _confirm(request, tender)
        return redirect("admin:desk-consensus", number=number)
    rows = in_list_form(admitted(opened_on_desk(request.user, tender))).order_by("public_id")
    page = page_of(request, rows, ROWS)
    agreed = [row for line in board.lines(tender, list(page)) for row in line.rows if row.is_drafted]
    context = {
        "tender": tender,
        "page": page,
        "drafted": agreed,
        "may_lead": can_lead_consensus(request.user, tender),
    }
    return render(request, "reviews/desk/drafts.html", staff_context(request, **context))


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request, number, pid):
    """One proposal: what to discuss, what is drafted, what is recorded, what waits."""
    tender = _tender(request, number)
    known = admitted(opened_on_desk(request.user, tender))
    opened = get_object_or_404(in_list_form(known), public_id=pid)
    bound = None
    if request.method == "POST":
        if "confirm" in request.POST:
            _confirm(request, tender)
            return redirect("admin:desk-consensus-proposal", number=number, pid=pid)
        criterion = _criterion(tender, request.POST.get("criterion"))
        bound = ConsensusForm(request.POST, criterion=criterion)
        if bound.is_valid() and _recorded(request, opened, criterion, bound):
            messages.success(request, _("Recorded."))
            return redirect("admin:desk-consensus-proposal", number=number, pid=pid)
    [line] = board.lines(tender, [opened])
    for row in line.rows:
        is_bound = bound is not None and bound.prefix == row.criterion.code
        row.form = bound if is_bound else ConsensusForm(criterion=row.criterion, initial=row.suggestion)
    context = {
        "tender": tender,
        "opened": opened,
        "line": line,
        "bound": bound,
        "following": _following(known, opened),
        "may_record": can_record(request.user, tender, opened.pk),
    }
    return render(request, "reviews/desk/consensus_proposal.html", staff_context(request, **context))


def _tender(request, number: str) -> Tender:
    tender = tender_in_review(number)
    require(may_see_board(request.user, tender))
    return tender


def _criterion(tender: Tender, code: str | None) -> Criterion:
    """Compared here and not in the database, which fails at some texts instead of finding nothing."""
    found = next((row for row in tender.criteria.all() if row.code == code), None)
    require(found is not None)
    return found


def _following(known, opened) -> str | None:
    rows = known.filter(public_id__gt=opened.public_id).order_by("public_id")
    return rows.values_list("public_id", flat=True).first()


def _confirm(request, tender: Tender) -> None:
    """Record the ticked drafts; the draft is made anew from the scores, never taken from the form."""
    keys = [tuple(value.partition(":")[::2]) for value in request.POST.getlist("draft")]
    try:
        done = consensus.confirm_drafts(tender=tender, by=request.user, now=request.now, keys=keys)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return
    words = ngettext("%(count)s point is recorded.", "%(count)s points are recorded.", len(done))
    messages.success(request, words % {"count": len(done)})


def _recorded(request, opened, criterion: Criterion, form: ConsensusForm) -> bool:
    try:
        consensus.record(opened=opened, criterion=criterion, **form.cleaned_data, by=request.user, now=request.now)
    except Refused as refusal:
        form.add_error(refusal.field, refusal.sentence)
        return False
    return True

from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from coalition_portal.buttons import button_on
from coalition_portal.permission import Refused
from coalition_portal.staff import staff_context, staff_page
from tenders.notices.models import Tender
from tenders.proposals import opening, provisional
from tenders.proposals.models import Closing, Opening
from tenders.proposals.permissions import (
    can_confirm_opening,
    can_decide_provisional,
    can_exclude,
    can_propose_opening,
    can_see_provisionals,
    can_watch_opening,
)
from tenders.proposals.queries import (
    decided_provisionals,
    forecast_of,
    is_closed,
    opening_in_force,
    tenders_to_open,
    undecided_provisionals,
)
from tenders.proposals.withdrawal_notice import notices_of_opened


class DecisionForm(forms.Form):
    accepted = forms.TypedChoiceField(
        label=gettext_lazy("Your word"),
        choices=[("yes", gettext_lazy("Accept: it arrived before the deadline")), ("no", gettext_lazy("Reject"))],
        coerce=lambda value: value == "yes",
        error_messages={"required": gettext_lazy("Choose whether you accept or reject it.")},
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("One sentence that says what the evidence shows. The company reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        error_messages={"required": provisional.NO_REASON},
    )


@staff_page
@require_GET
def board(request):
    if not can_watch_opening(request.user):
        raise Http404
    closed = Closing.objects.filter(tender=OuterRef("pk"), seq=OuterRef("deadline_seq"))
    proposed = Opening.objects.filter(tender=OuterRef("pk"), proposed_at__gte=OuterRef("closed_at"))
    undecided = undecided_provisionals(OuterRef("pk"))
    tenders = tenders_to_open(request.user).annotate(closed_at=Subquery(closed.values("closed_at")))
    tenders = list(tenders.annotate(is_proposed=Exists(proposed), is_to_decide=Exists(undecided)))
    context = {
        "tenders": tenders,
        "sees_provisionals": any(tender.is_to_decide for tender in tenders) and can_see_provisionals(request.user),
    }
    return render(request, "proposals/desk/board.html", staff_context(request, **context))


@staff_page
@require_http_methods(["GET", "HEAD"])
def tender_opening(request, number):
    tender = _tender(request, number)
    sees_provisionals, is_settled = can_see_provisionals(request.user), is_closed(tender)
    undecided = undecided_provisionals(tender) if sees_provisionals else []
    context = {
        "tender": tender,
        "opening": opening_in_force(tender),
        "is_closed": is_settled,
        "forecast": forecast_of(request.user, tender, request.now),
        # While a deadline is ahead, be it moved or doubted, nobody learns here who took part.
        "provisionals": undecided if is_settled else [],
        "is_to_decide_later": bool(undecided) and not is_settled,
        "decided": decided_provisionals(tender) if sees_provisionals and is_settled else [],
        "can_decide": can_decide_provisional(request.user),
        "can_propose": can_propose_opening(request.user, tender),
        "can_confirm": can_confirm_opening(request.user, tender),
        "notices": notices_of_opened(tender) if can_exclude(request.user, tender) else [],
    }
    return render(request, "proposals/desk/opening.html", staff_context(request, **context))


@staff_page
@button_on("admin:desk-opening", "number")
def propose(request, number):
    tender = _tender(request, number)
    try:
        opening.propose_opening(tender=tender, by=request.user, now=request.now)
        messages.success(request, _("Proposed. An opener of another country confirms it on this page."))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("admin:desk-opening", number=number)


@staff_page
@button_on("admin:desk-opening", "number")
def confirm(request, number):
    tender = _tender(request, number)
    try:
        opening.confirm_opening(tender=tender, by=request.user, now=request.now)
        messages.success(request, _("Opened. The panel can be assigned and can declare conflicts now."))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("admin:desk-opening", number=number)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request, number, commitment):
    tender = _tender(request, number)
    if not can_decide_provisional(request.user) or not is_closed(tender):
        raise Http404
    row = get_object_or_404(undecided_provisionals(tender), commitment=commitment)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            provisional.decide(provisional=row, by=request.user, now=request.now, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(refusal.field, refusal.sentence)
        else:
            messages.success(request, _("Your word is recorded. Two equal words of two countries decide."))
            return redirect("admin:desk-opening", number=number)
    decisions = row.decisions.select_related("country", "by").order_by("pk")
    context = staff_context(request, tender=tender, row=row, form=form, decisions=decisions)
    return render(request, "proposals/desk/provisional.html", context)


def _tender(request, number):
    """A published or opened tender, for those who may take part in an opening."""
    if not can_watch_opening(request.user):
        raise Http404
    return get_object_or_404(Tender.objects.with_deadline().published(), number=number)

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from coalition_portal.permission import Refused
from coalition_portal.staff import staff_context, staff_page
from tenders.reviews import conflicts
from tenders.reviews.desk.access import own_place, readable_or_404, require, tell, tender_in_review
from tenders.reviews.forms import DeclarationForm, RecusalForm
from tenders.reviews.permissions import can_declare
from tenders.reviews.queries import assignment_of, companies_to_declare, has_declared


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def declare(request, number):
    """The list of companies and one signature. Whoever has signed is led on."""
    tender = tender_in_review(number)
    member = own_place(request, tender)
    if has_declared(member):
        return redirect("admin:desk-queue")
    require(can_declare(request.user, member))
    form = DeclarationForm(request.POST if request.method == "POST" else None, companies=companies_to_declare(member))
    if request.method == "POST" and form.is_valid() and _declared(request, member, form):
        messages.success(request, _("Signed. What is assigned to you is in your queue."))
        return redirect("admin:desk-queue")
    return render(request, "reviews/desk/declare.html", staff_context(request, tender=tender, form=form))


def _declared(request, member, form) -> bool:
    try:
        conflicts.declare(member=member, conflicts=form.conflicts, by=request.user, now=request.now)
    except Refused as refusal:
        form.add_error(f"reason_{refusal.field}" if refusal.field else None, refusal.sentence)
        return False
    return True


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def recuse(request, number, pid):
    """A conflict that came to light while reading: asked once, then the proposal is gone for this person."""
    tender = tender_in_review(number)
    opened = readable_or_404(request, tender, pid)
    assignment = assignment_of(request.user, opened)
    require(assignment is not None and can_declare(request.user, assignment.member))
    form = RecusalForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        facts = {"member": assignment.member, "opened": opened, "reason": form.cleaned_data["reason"]}
        if tell(request, conflicts.recuse, **facts):
            messages.success(request, _("You are recused. This company's proposals are no longer shown to you."))
            return redirect("admin:desk-queue")
    context = staff_context(request, tender=tender, opened=opened, form=form)
    return render(request, "reviews/desk/recuse.html", context)

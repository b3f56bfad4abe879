"""The officers' pages in the admin site. Each starts from what the person may see; each act asks the verb."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from coalition_portal.buttons import button_on
from coalition_portal.permission import Refused
from coalition_portal.staff import staff_context, staff_page
from tenders.notices import cancelling, drafting, extending, publishing, sheet, words
from tenders.notices.board import by_stage
from tenders.notices.forms import (
    ASKED_LATER_BY,
    CancelForm,
    ExtensionForm,
    NewTenderForm,
    NoteForm,
    TenderForm,
    show_refusal,
)
from tenders.notices.models import Approval, Tender
from tenders.notices.permissions import (
    can_cancel,
    can_decide,
    can_draft_tender,
    can_edit_tender,
    can_extend,
    can_run,
    can_take_back,
    check_can_cancel,
    check_can_decide,
    check_can_draft_tender,
    check_can_edit_tender,
    check_can_extend,
)
from tenders.notices.queries import (
    approvals_visible_to,
    deadlines_of,
    tenders_visible_to,
    undecided_approval,
    waiting_for,
)
from tenders.notices.readiness import publication_checks

form_page = require_http_methods(["GET", "HEAD", "POST"])


@staff_page
@require_safe
def tenders(request: HttpRequest) -> HttpResponse:
    groups = by_stage(tenders_visible_to(request.user, request.now), request.now)
    context = {
        "groups": groups,
        "waiting": waiting_for(request.user),
        "can_draft": can_draft_tender(request.user),
    }
    return render(request, "notices/desk/tenders.html", staff_context(request, **context))


@staff_page
@form_page
def new(request: HttpRequest) -> HttpResponse:
    check_can_draft_tender(request.user)
    form = NewTenderForm(_posted(request))
    if form.is_valid():
        values = form.cleaned_data
        series = drafting.name_series(**values["new_series"]) if values["new_series"] else values["series"]
        draft = drafting.draft_from_template(
            template_code=values["template_code"],
            title_suffix=values["title_suffix"],
            series=series,
            by=request.user,
            now=request.now,
        )
        messages.success(request, _("%(number)s is begun. Fill in what only people can decide.") % {"number": draft})
        return redirect("admin:desk-tender-edit", draft.number)
    return render(request, "notices/desk/new.html", staff_context(request, form=form), status=_status(form))


@staff_page
@require_safe
def tender(request: HttpRequest, number: str) -> HttpResponse:
    found = _tender(request, number)
    asked = undecided_approval(found)
    if asked:
        asked.tender = found
    checks = [] if found.published_at else publication_checks(found, request.now)
    context = {
        "tender": found,
        "word": words.status_word(found, sheet.status_and_word(found, request.now)["status"]),
        "is_public": found.published_at is not None,
        "checks": checks,
        "is_ready": all(check.is_met for check in checks),
        "asked": _asked(asked) if asked else None,
        **sheet.parts_of(found, request.user),
        "panel": found.panel_countries.order_by("code"),
        "moves": sheet.moves(list(deadlines_of(found))),
        "history": _history(request, found),
        "can_run": can_run(request.user, found),
        "can_edit": can_edit_tender(request.user, found),
        "can_extend": can_extend(request.user, found) and not asked,
        "can_cancel": can_cancel(request.user, found),
        "can_decide": bool(asked) and can_decide(request.user, asked),
        "can_take_back": bool(asked) and can_take_back(request.user, asked),
    }
    return render(request, "notices/desk/tender.html", staff_context(request, **context))


@staff_page
@form_page
def edit(request: HttpRequest, number: str) -> HttpResponse:
    found = _tender(request, number)
    check_can_edit_tender(request.user, found)
    form = TenderForm(_posted(request), tender=found, now=request.now)
    if form.is_valid() and _filled_in(request, found, form):
        messages.success(request, _("The draft is saved."))
        return redirect("admin:desk-tender", found.number)
    context = {"tender": found, "form": form}
    return render(request, "notices/desk/edit.html", staff_context(request, **context), status=_status(form))


def _filled_in(request: HttpRequest, found: Tender, form: TenderForm) -> bool:
    values = {name: value for name, value in form.cleaned_data.items() if not name.startswith("deadline_")}
    try:
        drafting.fill_in(tender=found, by=request.user, now=request.now, **values)
    except Refused as refused:
        show_refusal(form, refused)
        return False
    return True


@staff_page
@require_safe
def preview(request: HttpRequest, number: str) -> HttpResponse:
    """The public page itself, as a visitor would see it if the tender were published at this moment."""
    found = get_object_or_404(tenders_visible_to(request.user, request.now), number=number)
    if found.published_at:
        return redirect("tender", found.number)
    context = sheet.as_published(found, request.now)
    return render(request, "notices/desk/preview.html", context)


@staff_page
@button_on("admin:desk-tender", "number")
def request_approval(request: HttpRequest, number: str) -> HttpResponse:
    found = _tender(request, number)
    try:
        asked = publishing.request_publication(tender=found, by=request.user, now=request.now)
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        sentence = _("%(name)s is asked to approve the publication.")
        messages.success(request, sentence % {"name": asked.tender.second_approver})
    return redirect("admin:desk-tender", found.number)


@staff_page
@form_page
def approval(request: HttpRequest, pk: int) -> HttpResponse:
    found = _approval(request, pk)
    form = NoteForm(_posted(request))
    if request.method == "POST" and form.is_valid():
        check_can_decide(request.user, found)
        if _decided(request, found, form):
            return redirect("admin:desk-tender", found.tender.number)
    context = {
        "approval": found,
        "tender": found.tender,
        "form": form,
        "asked": _asked(found),
        "checks": [] if found.tender.published_at else publication_checks(found.tender, request.now),
        **sheet.parts_of(found.tender, request.user),
        "can_decide": not found.outcome and can_decide(request.user, found),
    }
    return render(request, "notices/desk/approval.html", staff_context(request, **context), status=_status(form))


def _decided(request: HttpRequest, found: Approval, form: NoteForm) -> bool:
    note = form.cleaned_data["note"]
    try:
        if request.POST.get("decision") == "approve":
            publishing.approve(approval=found, note=note, by=request.user, now=request.now)
            messages.success(request, _said(found))
        else:
            publishing.reject(approval=found, note=note, by=request.user, now=request.now)
            messages.success(request, _("The request is sent back with your note."))
    except Refused as refused:
        show_refusal(form, refused)
        return False
    return True


def _said(found: Approval) -> str:
    if found.kind == "EXTEND":
        return _("The deadline has moved. Everybody with a proposal is told.")
    return _("%(number)s is published.") % {"number": found.tender.number}


@staff_page
@button_on("admin:desk-approval", "pk")
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    found = _approval(request, pk)
    try:
        publishing.withdraw_request(approval=found, by=request.user, now=request.now)
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("The request is taken back."))
    return redirect("admin:desk-tender", found.tender.number)


@staff_page
@form_page
def extend(request: HttpRequest, number: str) -> HttpResponse:
    found = _tender(request, number)
    check_can_extend(request.user, found)
    later = max(found.closes_at, request.now.replace(microsecond=0)) + ASKED_LATER_BY
    form = ExtensionForm(_posted(request), zone=found.zone, closes_at=later)
    if form.is_valid() and (asked := _asked_later(request, found, form)):
        return redirect("admin:desk-approval", asked.pk)
    context = {"tender": found, "form": form, "is_over": found.closes_at <= request.now}
    return render(request, "notices/desk/extend.html", staff_context(request, **context), status=_status(form))


def _asked_later(request: HttpRequest, found: Tender, form: ExtensionForm) -> Approval | None:
    values = form.cleaned_data
    try:
        asked = extending.request_extension(
            tender=found, closes_at=values["deadline"], reason=values["reason"], by=request.user, now=request.now
        )
    except Refused as refused:
        show_refusal(form, refused)
        return None
    sentence = _("%(name)s is asked to move the deadline. Nothing moves before that.")
    messages.success(request, sentence % {"name": found.second_approver})
    return asked


@staff_page
@form_page
def cancel_tender(request: HttpRequest, number: str) -> HttpResponse:
    found = _tender(request, number)
    check_can_cancel(request.user, found)
    form = CancelForm(_posted(request))
    if form.is_valid():
        cancelling.cancel(tender=found, reason=form.cleaned_data["reason"], by=request.user, now=request.now)
        messages.success(request, _("%(number)s is cancelled. Everybody with a proposal is told.") % {"number": found})
        return redirect("admin:desk-tender", found.number)
    context = {"tender": found, "form": form}
    return render(request, "notices/desk/cancel.html", staff_context(request, **context), status=_status(form))


def _tender(request: HttpRequest, number: str) -> Tender:
    rows = tenders_visible_to(request.user, request.now).select_related("officer", "officer_country", "second_approver")
    return get_object_or_404(rows, number=number)


def _approval(request: HttpRequest, pk: int) -> Approval:
    rows = approvals_visible_to(request.user, request.now).select_related("tender__second_approver")
    found = get_object_or_404(rows, pk=pk)
    found.tender = _tender(request, found.tender.number)
    return found


def _asked(found: Approval) -> dict:
    """A request with what it would change: the deadline now, the one asked for, and how much later that is."""
    was = found.tender.closes_at if found.kind == "EXTEND" and not found.outcome else None
    return {
        "approval": found,
        "what": words.ASKED[found.kind],
        "outcome": words.OUTCOME[found.outcome],
        "was": was,
        "later_by": found.closes_at - was if was else None,
    }


def _history(request: HttpRequest, found: Tender) -> list[dict]:
    rows = list(approvals_visible_to(request.user, request.now).filter(tender=found))
    for row in rows:
        row.tender = found
    return [_asked(row) for row in rows]


def _posted(request: HttpRequest):
    return request.POST if request.method == "POST" else None


def _status(form) -> int:
    return 422 if form.is_bound else 200

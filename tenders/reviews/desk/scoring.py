from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from coalition_portal.lifecycle import IllegalMove
from coalition_portal.permission import Refused
from coalition_portal.staff import staff_context, staff_page
from tenders.notices.models import Tender
from tenders.proposals import vault
from tenders.proposals.download_links import hand_over
from tenders.proposals.models import Document, OpenedProposal
from tenders.proposals.scanning import check_may_be_fetched
from tenders.reviews import reading, scoring, spread
from tenders.reviews.desk.access import readable_or_404, tender_in_review
from tenders.reviews.forms import ScoreForm
from tenders.reviews.models import Assignment
from tenders.reviews.permissions import can_lead_consensus, can_review
from tenders.reviews.queries import assignment_of, has_declared, others_scores_visible_to, place_in, queue_of
from tenders.reviews.states import SheetState

VERSION_DIGITS = 9


@dataclass(frozen=True)
class Position:
    """Where a proposal stands in the reviewer's own order, and its neighbours."""

    number: int
    of: int
    previous: str | None
    following: str | None


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def review(request, number, pid):
    """The proposal on the left; on the right the sheet to fill in, or what the group gave once it is locked."""
    tender = tender_in_review(number)
    if _must_declare(request, tender):
        return redirect("admin:desk-declare", number=number)
    opened = readable_or_404(request, tender, pid)
    assignment = assignment_of(request.user, opened)
    if request.method == "POST":
        return _save(request, tender, opened, assignment)
    return _page(request, tender, opened, assignment, _form(assignment) if assignment else None)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def lock(request, number, pid):
    """Read the sheet once more, then make it final."""
    tender = tender_in_review(number)
    opened = readable_or_404(request, tender, pid)
    assignment = assignment_of(request.user, opened)
    if assignment is None:
        raise Http404
    if request.method == "POST" and _locked(request, assignment):
        messages.success(request, _("Locked. What the others of your group have locked is shown below."))
        return redirect("admin:desk-review", number=number, pid=pid)
    criteria = scoring.criteria_of(assignment)
    given = _given(assignment)
    missing = scoring.missing_in(criteria, given, scoring.requirement_codes(tender.pk))
    rows = [
        {"criterion": criterion, "given": given.get(code, (None, "")), "missing": missing.get(code)}
        for code, criterion in criteria.items()
    ]
    context = {"tender": tender, "opened": opened, "rows": rows, "missing": missing, "version": _version(assignment)}
    return render(request, "reviews/desk/lock.html", staff_context(request, **context))


@staff_page
@require_safe
def document(request, number, pid, document_id):
    """A file of the opened version, from the vault, always as a download."""
    opened = readable_or_404(request, tender_in_review(number), pid)
    try:
        found = vault.document_of_opened(opened, document_id)
    except Document.DoesNotExist as missing:
        raise Http404 from missing
    check_may_be_fetched(found)
    return hand_over(request, found)


def _must_declare(request, tender: Tender) -> bool:
    member = place_in(request.user, tender)
    return member is not None and not has_declared(member)


def _save(request, tender, opened, assignment):
    if assignment is None:
        raise Http404
    form = _form(assignment, request.POST)
    if form.is_valid() and _saved(request, assignment, form):
        return _go_on(request, tender, opened)
    return _page(request, tender, opened, assignment, form, status=409 if form.stored else 200)


def _saved(request, assignment: Assignment, form: ScoreForm) -> bool:
    version = form.cleaned_data["version"]
    facts = {"assignment": assignment, "scores": form.scores, "version": version}
    try:
        scoring.save_sheet(**facts, by=request.user, now=request.now)
    except scoring.StaleSheet as stale:
        form.add_error(None, stale.sentence)
        form.show_stored(stale.stored, stale.version, _given(assignment_of(request.user, assignment.opened)))
    except Refused as refusal:
        form.add_refusal(refusal.field, refusal.sentence)
    except IllegalMove:
        form.add_error(None, _("This sheet is locked, so nothing was saved. What you typed still stands below."))
    else:
        return True
    return False


def _go_on(request, tender: Tender, opened: OpenedProposal):
    """Where the button that was pressed leads after saving."""
    go, position = request.POST.get("go"), _position(request.user, tender, opened)
    messages.success(request, _("Saved."))
    if go == "lock":
        return redirect("admin:desk-review-lock", number=tender.number, pid=opened.public_id)
    neighbour = {"next": position.following, "previous": position.previous}.get(go)
    return redirect("admin:desk-review", number=tender.number, pid=neighbour or opened.public_id)


def _locked(request, assignment: Assignment) -> bool:
    version = request.POST.get("version", "")
    if not (version.isdecimal() and len(version) <= VERSION_DIGITS):
        return False
    try:
        scoring.lock_sheet(assignment=assignment, version=int(version), by=request.user, now=request.now)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return False
    return True


def _form(assignment: Assignment, data=None) -> ScoreForm:
    criteria = list(scoring.criteria_of(assignment).values())
    initial = {"version": _version(assignment)}
    for code, (points, reason) in _given(assignment).items():
        initial |= {f"points_{code}": points, f"reason_{code}": reason}
    return ScoreForm(data, criteria=criteria, initial=initial)


def _given(assignment: Assignment) -> dict[str, scoring.Given]:
    sheet = getattr(assignment, "sheet", None)
    return scoring.given_in(sheet) if sheet else {}


def _version(assignment: Assignment) -> int:
    sheet = getattr(assignment, "sheet", None)
    return sheet.version if sheet else 0


def _page(request, tender, opened, assignment, form, status=200):
    sheet = getattr(assignment, "sheet", None)
    is_locked = sheet is not None and sheet.state == SheetState.LOCKED
    is_mine_now = assignment is not None and can_review(request.user, assignment.member)
    shows_form = form is not None and (form.is_bound or (is_mine_now and not is_locked))
    context = {
        "tender": tender,
        "opened": opened,
        "claims": reading.claim_rows(opened.content, tender.requirements.order_by("order")),
        "offer": reading.offer_of(opened, tender),
        "files": reading.files_of(opened, list(tender.wanted_documents.all())),
        "assignment": assignment,
        "sheet": sheet,
        "is_locked": is_locked,
        "may_recuse": is_mine_now,
        "form": form if shows_form else None,
        "given": _given_rows(form, opened, request.user) if assignment and not shows_form else [],
        "position": _position(request.user, tender, opened) if assignment else None,
        "may_lead": can_lead_consensus(request.user, tender),
    }
    return render(request, "reviews/desk/review.html", staff_context(request, **context), status=status)


def _given_rows(form: ScoreForm, opened: OpenedProposal, user) -> list[dict]:
    """One's own locked points beside those of the others in the group who have locked as well."""
    others: dict[str, list] = {}
    for score in others_scores_visible_to(user, opened):
        others.setdefault(score.criterion.code, []).append(score)
    return [
        _given_row(criterion, form.shown(criterion.code), others.get(criterion.code, [])) for criterion in form.criteria
    ]


def _given_row(criterion, own: scoring.Given, others: list) -> dict:
    points, reason = own
    given = [(_("You"), points), *[(score.sheet.assignment.member.country.name, score.points) for score in others]]
    return {
        "criterion": criterion,
        "points": points,
        "reason": reason,
        "others": others,
        "dots": given,
        "mean": spread.mean([point for _who, point in given]) if points is not None else None,
    }


def _position(user, tender: Tender, opened: OpenedProposal) -> Position:
    rows = queue_of(user, tender).order_by("place", "pk").values_list("opened__public_id", flat=True)
    ids = list(rows)
    at = ids.index(opened.public_id)
    return Position(
        number=at + 1,
        of=len(ids),
        previous=ids[at - 1] if at else None,
        following=ids[at + 1] if at + 1 < len(ids) else None,
    )

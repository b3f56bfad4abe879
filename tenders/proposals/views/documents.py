from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from coalition_portal.buttons import button_on
from coalition_portal.formatting import in_language
from coalition_portal.permission import Denied, Refused
from tenders.notices.models import WantedDocument
from tenders.proposals.document_limits import store_full
from tenders.proposals.document_words import too_large
from tenders.proposals.documents import add_document, remove_document
from tenders.proposals.download_links import hand_over
from tenders.proposals.drafting import answers_pointing_to
from tenders.proposals.models import Document
from tenders.proposals.uploading import end_upload
from tenders.proposals.views.document_kinds import Room, kinds_of, unfinished_uploads
from tenders.proposals.views.freezing import freeze
from tenders.proposals.views.pages import DraftPage, editing_page, proposal_page

ENDPOINT = "/api/v1/uploads"
"""Where the page's script sends files by tus; the routes belong to tenders.api, of which this slice knows nothing."""

NOT_RECEIVED = gettext_lazy("No file was received. If you had to sign in again meanwhile, choose the file once more.")


@require_http_methods(["GET", "HEAD", "POST"])
@editing_page
def documents(request: HttpRequest, page: DraftPage) -> HttpResponse:
    """POST is "Save and continue": files are saved already, so it freezes what is complete and leads on."""
    if request.method != "POST":
        return _render(request, page)
    if page.can_edit and page.overview.is_complete:
        return freeze(request, page)
    return redirect("proposal-check", page.proposal.public_id)


@button_on("proposal-documents", "pid", told=NOT_RECEIVED)
@proposal_page
def add(request: HttpRequest, page: DraftPage, kind: str) -> HttpResponse:
    wanted = next((row for row in page.overview.wanted_documents if row.code == kind), None)
    if wanted is None:
        raise Http404
    upload = request.FILES.get("file")
    if upload is None:
        status = 422 if page.can_edit else 403
        return _render(request, page, refusal=(kind, "", _no_file(request, wanted)), status=status)
    try:
        document = add_document(proposal=page.proposal, kind_code=kind, upload=upload, by=request.user, now=request.now)
    except (Denied, Refused) as refused:
        reason = refused.reason if isinstance(refused, Denied) else refused.sentence
        return _render(request, page, refusal=(kind, upload.name, reason), status=422 if page.can_edit else 403)
    messages.success(request, _("%(name)s is received and checked.") % {"name": document.name})
    if document.name != upload.name:
        messages.info(request, _("Its name was changed: characters that cannot be seen or stored were taken out."))
    return redirect(f"{page.url('proposal-documents')}#kind-{kind}")


def _no_file(request: HttpRequest, wanted: WantedDocument) -> str:
    if getattr(request, "upload_was_too_large", False):
        return too_large(wanted, None)
    if getattr(request, "upload_found_no_room", False):
        return store_full().sentence
    return _("No file was chosen. Choose one, then press “Upload file”.")


@require_http_methods(["GET", "HEAD", "POST"])
@editing_page
def remove(request: HttpRequest, page: DraftPage, document_id: str) -> HttpResponse:
    document = _document_of(page, document_id)
    if request.method == "POST":
        remove_document(document=document, by=request.user, now=request.now)
        messages.success(request, _("%(name)s is removed.") % {"name": document.name})
        return redirect("proposal-documents", page.proposal.public_id)
    named = [in_language(requirement, "title") for requirement in answers_pointing_to(document)]
    context = {"page": page, "document": document, "pointing": "; ".join(named)}
    return render(request, "proposals/remove_document.html", context)


@button_on("proposal-documents", "pid")
@proposal_page
def discard(request: HttpRequest, page: DraftPage, upload_id: str) -> HttpResponse:
    """An upload that is not finished, or was refused, is told to go."""
    upload = next((row for row in unfinished_uploads(page.proposal, request.now) if row.public_id == upload_id), None)
    if upload is None:
        raise Http404
    try:
        end_upload(upload=upload, by=request.user, now=request.now)
        messages.success(request, _("%(name)s is discarded.") % {"name": upload.name})
    except Refused as refused:
        messages.warning(request, refused.sentence)
    return redirect("proposal-documents", page.proposal.public_id)


@require_safe
@proposal_page
def download(request: HttpRequest, page: DraftPage, document_id: str) -> HttpResponse:
    return hand_over(request, _document_of(page, document_id))


def _document_of(page: DraftPage, document_id: str) -> Document:
    return get_object_or_404(Document, proposal=page.proposal, public_id=document_id, removed_at=None)


def _render(
    request: HttpRequest, page: DraftPage, *, refusal: tuple[str, str, str] | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "page": page,
        "kinds": kinds_of(page.overview, request.now, refusal=refusal or ("", "", "")),
        "room": Room(page.proposal, page.overview.documents),
        "task": page.overview.task("documents"),
        "endpoint": ENDPOINT,
    }
    return render(request, "proposals/documents.html", context, status=status)

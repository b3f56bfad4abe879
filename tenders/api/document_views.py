"""The documents of a draft: what is there, one of them, and the file itself. They come in by tus, see uploads.py."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes

from tenders.api import draft_serializers as shapes
from tenders.api import draft_shapes, parameters, problems
from tenders.api.company_schema import IF_MATCH, tells
from tenders.api.drafts import Draft, ProposalPartView, changeable, draft_of
from tenders.api.models import Scope
from tenders.api.negotiation import Anything
from tenders.api.preconditions import etag_of, overtaken_is_stale
from tenders.api.private import PrivateView, answer
from tenders.proposals import documents
from tenders.proposals.documents import kept_documents, wanted_with_proposal
from tenders.proposals.download_links import hand_over
from tenders.proposals.downloads import attachment
from tenders.proposals.models import Document


class DocumentsView(ProposalPartView):
    @staticmethod
    def part(draft: Draft) -> dict:
        proposal = draft.proposal
        return draft_shapes.documents(proposal, kept_documents(proposal), wanted_with_proposal(proposal.tender))

    @tells(
        {200: shapes.ProposalDocuments},
        operation_id="documents",
        summary=gettext_lazy("Documents of the draft"),
        description=gettext_lazy("What is there and what the tender wants. Files are uploaded by tus."),
        problems_too=(problems.NOT_FOUND,),
        is_tagged=True,
    )
    def get(self, request, pid):
        return super().get(request, pid)


class DocumentView(PrivateView):
    @tells(
        {200: shapes.ProposalDocument},
        operation_id="document",
        summary=gettext_lazy("One document"),
        problems_too=(problems.NOT_FOUND,),
        is_tagged=True,
    )
    def get(self, request, pid, document_id):
        draft, document = _document_of(request, pid, document_id)
        content = draft_shapes.document(draft.proposal, document)
        return answer(content, headers={"ETag": etag_of(draft.proposal, content)})

    @tells(
        {204: None},
        operation_id="remove_document",
        summary=gettext_lazy("Take a document out of the draft"),
        description=gettext_lazy("Versions that were frozen with it keep it."),
        scope=Scope.WRITE,
        headers=(IF_MATCH,),
        problems_too=(problems.NOT_FOUND,),
    )
    def delete(self, request, pid, document_id):
        """Takes it out of the draft; versions that were frozen with it keep it."""
        draft, document = _document_of(request, pid, document_id)
        made_on = changeable(request, draft)
        with overtaken_is_stale(request):
            documents.remove_document(document=document, made_on=made_on, by=request.user, now=request.now)
        response = HttpResponse(status=204)
        del response.headers["Content-Type"]
        return response


class DocumentContentView(PrivateView):
    content_negotiation_class = Anything

    @tells(
        {200: OpenApiTypes.BINARY},
        operation_id="document_content",
        summary=gettext_lazy("The file itself"),
        description=gettext_lazy("As it is kept, under its name."),
        problems_too=(problems.NOT_FOUND,),
        media_type="*/*",
    )
    def get(self, request, pid, document_id):
        """A program gets the file; a browser is led and asked as it is on the page of the documents."""
        _draft, document = _document_of(request, pid, document_id)
        return attachment(document) if request.api_key else hand_over(request._request, document)


def _document_of(request: HttpRequest, pid: str, document_id: str) -> tuple[Draft, Document]:
    parameters.check_names(request.query_params, {})
    draft = draft_of(request, pid)
    rows = Document.objects.filter(proposal=draft.proposal, removed_at=None).select_related("content")
    return draft, get_object_or_404(rows, public_id=document_id)

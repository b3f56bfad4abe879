from django.urls import path, register_converter

from tenders.api import (
    company_views,
    document_views,
    draft_views,
    pages,
    review_views,
    submitting_views,
    uploads,
    views,
)
from tenders.api.converters import PublicIdConverter, TenderNumberConverter

register_converter(TenderNumberConverter, "tender_number")
register_converter(PublicIdConverter, "public_id")

urlpatterns = [
    path("", views.IndexView.as_view(), name="api-index"),
    path("openapi.json", views.OpenApiView.as_view(), name="api-openapi"),
    path("me", company_views.MeView.as_view(), name="api-me"),
    path("proposals", company_views.ProposalListView.as_view(), name="api-proposals"),
    path("proposals/<public_id:pid>", company_views.ProposalView.as_view(), name="api-proposal"),
    path("proposals/<public_id:pid>/answers", draft_views.AnswersView.as_view(), name="api-proposal-answers"),
    path("proposals/<public_id:pid>/offer", draft_views.OfferView.as_view(), name="api-proposal-offer"),
    path("proposals/<public_id:pid>/documents", document_views.DocumentsView.as_view(), name="api-proposal-documents"),
    path(
        "proposals/<public_id:pid>/documents/<public_id:document_id>",
        document_views.DocumentView.as_view(),
        name="api-proposal-document",
    ),
    path(
        "proposals/<public_id:pid>/documents/<public_id:document_id>/content",
        document_views.DocumentContentView.as_view(),
        name="api-proposal-document-content",
    ),
    path(
        "proposals/<public_id:pid>/declarations",
        draft_views.DeclarationsView.as_view(),
        name="api-proposal-declarations",
    ),
    path("proposals/<public_id:pid>/stage", submitting_views.StageView.as_view(), name="api-proposal-stage"),
    path(
        "proposals/<public_id:pid>/stage/<public_id:job>",
        submitting_views.StagingJobView.as_view(),
        name="api-proposal-stage-job",
    ),
    path("proposals/<public_id:pid>/submit", submitting_views.SubmitView.as_view(), name="api-proposal-submit"),
    path("proposals/<public_id:pid>/withdraw", submitting_views.WithdrawView.as_view(), name="api-proposal-withdraw"),
    path("proposals/<public_id:pid>/receipt", submitting_views.ReceiptView.as_view(), name="api-proposal-receipt"),
    path("uploads", uploads.UploadsView.as_view(), name="api-uploads"),
    path("uploads/<public_id:upload_id>", uploads.UploadView.as_view(), name="api-upload"),
    path("docs", pages.DocsView.as_view(), name="api-docs"),
    path("tenders", views.TenderListView.as_view(), name="api-tenders"),
    path("tenders/<tender_number:number>", views.TenderView.as_view(), name="api-tender"),
    path(
        "tenders/<tender_number:number>/proposals",
        review_views.TenderProposalsView.as_view(),
        name="api-tender-proposals",
    ),
    path("tenders/<tender_number:number>/status", views.TenderStatusView.as_view(), name="api-tender-status"),
]

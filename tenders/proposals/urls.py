from django.urls import path

from tenders.proposals.views import answers, autosave, dashboard, documents, drafts, intent, offer, receipts, submitting

urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("start/<slug:number>/", drafts.start, name="proposal-start"),
    path("<slug:pid>/", drafts.proposal, name="proposal"),
    path("<slug:pid>/answers/", answers.answers, name="proposal-answers"),
    path("<slug:pid>/save/", autosave.save, name="proposal-save"),
    path("<slug:pid>/offer/", offer.offer, name="proposal-offer"),
    path("<slug:pid>/documents/", documents.documents, name="proposal-documents"),
    path("<slug:pid>/documents/add/<slug:kind>/", documents.add, name="proposal-document-add"),
    path("<slug:pid>/documents/discard/<slug:upload_id>/", documents.discard, name="proposal-upload-discard"),
    path("<slug:pid>/documents/<slug:document_id>/", documents.download, name="proposal-document"),
    path("<slug:pid>/documents/<slug:document_id>/remove/", documents.remove, name="proposal-document-remove"),
    path("<slug:pid>/check/", submitting.check, name="proposal-check"),
    path("<slug:pid>/stage/", submitting.stage, name="proposal-stage"),
    path("<slug:pid>/submit/", submitting.submit, name="proposal-submit"),
    path("<slug:pid>/withdraw/", submitting.withdraw, name="proposal-withdraw"),
    path("intend/<slug:number>/", intent.intent, name="proposal-intent"),
    path("<slug:pid>/receipt/<int:version>/", receipts.receipt, name="proposal-receipt"),
    path("<slug:pid>/receipt/<int:version>/json/", receipts.receipt_json, name="proposal-receipt-json"),
    path("<slug:pid>/late/<int:version>/<slug:act>/", submitting.late, name="proposal-late"),
    path("<slug:pid>/offer/totals/", offer.totals, name="proposal-offer-totals"),
    path("<slug:pid>/provisional/<int:version>/<slug:act>/", submitting.provisional, name="proposal-provisional"),
]

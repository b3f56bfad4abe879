from django.urls import path

from tenders.notices import desk_views

urlpatterns = [
    path("tenders/", desk_views.tenders, name="desk-tenders"),
    path("tenders/new/", desk_views.new, name="desk-tender-new"),
    path("tenders/approvals/<int:pk>/", desk_views.approval, name="desk-approval"),
    path("tenders/approvals/<int:pk>/take-back/", desk_views.take_back, name="desk-approval-take-back"),
    path("tenders/<slug:number>/", desk_views.tender, name="desk-tender"),
    path("tenders/<slug:number>/edit/", desk_views.edit, name="desk-tender-edit"),
    path("tenders/<slug:number>/preview/", desk_views.preview, name="desk-tender-preview"),
    path("tenders/<slug:number>/request/", desk_views.request_approval, name="desk-tender-request"),
    path("tenders/<slug:number>/extend/", desk_views.extend, name="desk-tender-extend"),
    path("tenders/<slug:number>/cancel/", desk_views.cancel_tender, name="desk-tender-cancel"),
]

from django.urls import path, register_converter

from tenders.api import company_views, pages, views
from tenders.api.converters import TenderNumberConverter

register_converter(TenderNumberConverter, "tender_number")

urlpatterns = [
    path("", views.IndexView.as_view(), name="api-index"),
    path("openapi.json", views.OpenApiView.as_view(), name="api-openapi"),
    path("me", company_views.MeView.as_view(), name="api-me"),
    path("docs", pages.DocsView.as_view(), name="api-docs"),
    path("tenders", views.TenderListView.as_view(), name="api-tenders"),
    path("tenders/<tender_number:number>", views.TenderView.as_view(), name="api-tender"),
    path("tenders/<tender_number:number>/status", views.TenderStatusView.as_view(), name="api-tender-status"),
]

"""The only address on the host for downloads."""

from django.urls import path

from tenders.proposals.views import downloads

urlpatterns = [path("d/<str:token>/", downloads.download, name="download")]

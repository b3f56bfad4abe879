from django.urls import path

from tenders.reviews import views

urlpatterns = [path("results/<slug:pid>/", views.proposal_result, name="proposal-result")]

from django.urls import path

from tenders.proposals import desk_views

urlpatterns = [
    path("opening/", desk_views.board, name="desk-openings"),
    path("opening/<slug:number>/", desk_views.tender_opening, name="desk-opening"),
    path("opening/<slug:number>/propose/", desk_views.propose, name="desk-opening-propose"),
    path("opening/<slug:number>/confirm/", desk_views.confirm, name="desk-opening-confirm"),
    path("opening/<slug:number>/provisional/<slug:commitment>/", desk_views.decide, name="desk-provisional"),
]

from django.urls import path

from tenders.proposals import desk_views

urlpatterns = [
    path("opening/", desk_views.board, name="desk-openings"),
    path("opening/<str:number>/", desk_views.tender_opening, name="desk-opening"),
    path("opening/<str:number>/propose/", desk_views.propose, name="desk-opening-propose"),
    path("opening/<str:number>/confirm/", desk_views.confirm, name="desk-opening-confirm"),
    path("opening/<str:number>/provisional/<slug:commitment>/", desk_views.decide, name="desk-provisional"),
]

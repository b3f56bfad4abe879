from django.urls import path

from tenders.notices import views

urlpatterns = [
    path("", views.home, name="home"),
    path("tenders/", views.tender_list, name="tender-list"),
    path("tenders/<slug:number>/", views.tender, name="tender"),
    path("coalition/", views.coalition, name="coalition"),
    path("deadline/", views.page("pages/how_the_deadline_works.html"), name="deadline-rule"),
    path("accessibility/", views.page("pages/accessibility.html"), name="accessibility"),
    path("privacy/", views.page("pages/privacy.html"), name="privacy"),
    path("about/", views.page("pages/about.html"), name="about"),
]

from django.urls import path

from tenders.api import pages

urlpatterns = [
    path("", pages.problem_list, name="problems"),
    path("<slug:slug>", pages.problem, name="problem"),
]

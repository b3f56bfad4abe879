"""A few addresses for tests of the frame of a page, whatever the portal's own are."""

from django.http import HttpResponse
from django.urls import include, path


def empty(request):
    return HttpResponse("")


urlpatterns = [
    path("", empty, name="front"),
    path("here/", empty, name="here"),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]

"""A host name of its own for downloads (ASVS 3.5.4): nothing there but files, no session, no cookie, no page.

Whatever a browser makes of a file on that host, the portal's cookies and pages are on another one.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.request import split_domain_port
from django.urls import get_resolver
from django.utils import translation

from coalition_portal.middleware import GetResponse
from coalition_portal.permission import Denied

ROUTES = "tenders.proposals.download_urls"
METHODS = ("GET", "HEAD")
PLAIN = "text/plain; charset=utf-8"
NOTHING_ALLOWED = "default-src 'none'; frame-ancestors 'none'"


class DownloadHost:
    """Answers what comes to the host of PORTAL_DOWNLOAD_URL itself; all else goes on, and everything without it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_download_host(request):
            return self.get_response(request)
        request.COOKIES = {}
        with translation.override(translation.get_language_from_request(request)):
            response = _answer(request)
        response.headers.setdefault("Content-Security-Policy", NOTHING_ALLOWED)
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response


def is_download_host(request: HttpRequest) -> bool:
    """Whether the request came to that host name, at whatever port. A name that is not ours is refused further on."""
    host, _port = split_domain_port(request.META.get("HTTP_HOST", ""))
    return bool(settings.PORTAL_DOWNLOAD_URL) and host == urlsplit(settings.PORTAL_DOWNLOAD_URL).hostname


def _answer(request: HttpRequest) -> HttpResponse:
    if request.method not in METHODS:
        return HttpResponseNotAllowed(METHODS)
    try:
        found = get_resolver(ROUTES).resolve(request.path_info)
        return found.func(request, *found.args, **found.kwargs)
    except Http404:
        return HttpResponse(status=404, content_type=PLAIN)
    except Denied as denied:
        return HttpResponse(denied.reason, status=403, content_type=PLAIN)

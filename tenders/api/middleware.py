"""The short way to the public API, past everything that is about people: session, cookies, accounts, forms."""

from django.http import HttpRequest, HttpResponse
from django.urls import get_resolver
from django.utils import translation
from django.utils.cache import patch_vary_headers

from coalition_portal.middleware import GetResponse
from tenders.api import errors

PREFIX = "/api/v1/"
ROUTES = "tenders.api.urls"
DOCS = f"{PREFIX}docs"
"""The documentation is a page for people: it takes the long way, with their language and their name."""

NOTHING_ALLOWED = "default-src 'none'; frame-ancestors 'none'"
"""An answer of data loads nothing, whoever opens it in a browser."""
VARY = ("Accept", "Accept-Language", "Accept-Encoding")
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, RateLimit, RateLimit-Policy, Retry-After",
}
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Accept-Language, If-None-Match, If-Modified-Since",
    "Access-Control-Max-Age": "86400",
}


class PublicApi:
    """Answers requests below /api/v1/ itself, and every failure there as a problem.

    Public answers must be the same for everybody and fit for shared caches: a session or language cookie that is
    merely looked at adds `Vary: Cookie`, which makes every visitor's copy a different one. It also makes the route
    that is polled most the cheapest one.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX) or request.path_info == DOCS:
            return self.get_response(request)
        request.COOKIES = {}
        with translation.override(translation.get_language_from_request(request)):
            response = _answer(request)
            response.headers.setdefault("Content-Language", translation.get_language())
        _finish(request, response)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """For the documentation, whose failures are problems like those of its neighbours."""
        return errors.response_to(exception, request) if request.path_info == DOCS else None


def _answer(request: HttpRequest) -> HttpResponse:
    try:
        request.get_host()
        found = get_resolver(ROUTES).resolve(f"/{request.path_info.removeprefix(PREFIX)}")
        request.resolver_match = found
        return found.func(request, *found.args, **found.kwargs)
    except Exception as exception:
        return errors.response_to(exception, request)


def _finish(request: HttpRequest, response: HttpResponse) -> None:
    response.headers["Content-Security-Policy"] = NOTHING_ALLOWED
    patch_vary_headers(response, VARY)
    for name, value in CORS.items():
        response.headers[name] = value
    if request.method == "OPTIONS":
        for name, value in PREFLIGHT.items():
            response.headers[name] = value
    if response.status_code not in (204, 304):
        response.headers["Content-Length"] = str(len(response.content))

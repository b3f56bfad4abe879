"""Two ways to the API. Public routes take the short one, past everything that is about people: session, cookies,
accounts, forms. Routes for companies take the long one and come back as data all the same, failures as problems."""

from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch, get_resolver
from django.utils import translation
from django.utils.cache import patch_vary_headers

from coalition_portal.middleware import GetResponse
from tenders.api import errors
from tenders.api.routes import NOTHING_ALLOWED

PREFIX = "/api/v1/"
ROUTES = "tenders.api.urls"
DOCS = f"{PREFIX}docs"
"""The documentation is a page for people: it takes the long way, with their language and their name."""

VARY = ("Accept", "Accept-Language", "Accept-Encoding")
PRIVATE_VARY = (*VARY, "Authorization", "Cookie")
NEVER_KEPT = "private, no-store"
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
    """Answers requests of public routes below /api/v1/ itself, and every failure there as a problem.

    Public answers must be the same for everybody and fit for shared caches: a session or language cookie that is
    merely looked at adds `Vary: Cookie`, which makes every visitor's copy a different one. It also makes the route
    that is polled most the cheapest one. A route whose view says `is_private` goes on to session and accounts.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX) or request.path_info == DOCS:
            return self.get_response(request)
        try:
            request.get_host()
            found = get_resolver(ROUTES).resolve(f"/{request.path_info.removeprefix(PREFIX)}")
        except Exception as exception:
            return _public(request, exception)
        if is_private(found):
            return self._private(request)
        return _public(request, found)

    def _private(self, request: HttpRequest) -> HttpResponse:
        request.is_private_api = True
        response = self.get_response(request)
        if _is_of_others(response):
            with translation.override(translation.get_language_from_request(request)):
                response = errors.instead_of(response, request)
                response.headers["Content-Language"] = translation.get_language()
        _finish_private(response)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """For what takes the long way: its failures are problems like those of its neighbours."""
        is_ours = request.path_info == DOCS or getattr(request, "is_private_api", False)
        return errors.response_to(exception, request) if is_ours else None


def is_private(found: ResolverMatch) -> bool:
    return getattr(getattr(found.func, "cls", None), "is_private", False)


def _public(request: HttpRequest, found: ResolverMatch | Exception) -> HttpResponse:
    request.COOKIES = {}
    with translation.override(translation.get_language_from_request(request)):
        response = _answer(request, found)
        response.headers.setdefault("Content-Language", translation.get_language())
    _finish(request, response)
    return response


def _answer(request: HttpRequest, found: ResolverMatch | Exception) -> HttpResponse:
    try:
        if isinstance(found, Exception):
            raise found
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
    _set_length(response)


def _is_of_others(response: HttpResponse) -> bool:
    """A page or a redirect that some middleware on the long way answered with, instead of the view."""
    is_failure = response.status_code >= 300 and response.status_code != 304
    if getattr(response, "is_of_view", False):
        return False
    return is_failure and response.headers.get("Content-Type") != errors.MEDIA_TYPE


def _finish_private(response: HttpResponse) -> None:
    """For nobody but who asked: no cache keeps it and no other origin reads it."""
    response.headers.setdefault("Content-Security-Policy", NOTHING_ALLOWED)
    response.headers["Cache-Control"] = NEVER_KEPT
    patch_vary_headers(response, PRIVATE_VARY)
    _set_length(response)


def _set_length(response: HttpResponse) -> None:
    if response.status_code not in (204, 304) and not response.streaming:
        response.headers["Content-Length"] = str(len(response.content))

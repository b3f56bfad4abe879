"""What every request gets: an id, one instant, safe headers, and pages for the two ways in which a verb says no."""

import logging
import re
from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from coalition_portal import clock
from coalition_portal.lifecycle import IllegalMove
from coalition_portal.permission import Denied, Refused
from coalition_portal.public_ids import new_public_id

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]

OPEN_WITHOUT_SECOND_FACTOR = re.compile(r"^/(accounts/|i18n/|static/|healthz$|readyz$|favicon\.ico$)")
SIGN_OUT = "/accounts/logout/"
NUL_IN_COOKIE = r"\000"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class RequestId:
    """Gives `request.request_id` and the X-Request-ID header, so that a person can name a failed request."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = new_public_id()
        response = self.get_response(request)
        response["X-Request-ID"] = request.request_id
        return response


class RequestMoment:
    """Reads the host's clock once per request: everything on one page is computed for one instant, `request.now`."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.now = clock.now()
        return self.get_response(request)


class SecurityHeaders:
    """Headers that no view sets for itself; a view that set one keeps its own."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.setdefault(name, value)
        return response


class NoStore:
    """No cache keeps an answer to a signed-in person, not even the browser's own."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if is_signed_in(request):
            response["Cache-Control"] = "no-store, private"
        return response


class ForgetAtSignOut:
    """At sign-out the browser removes what pages kept in it, such as text that was not saved yet."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method == "POST" and request.path_info == SIGN_OUT and not is_signed_in(request):
            response["Clear-Site-Data"] = '"storage"'
        return response


class StaffSecondFactor:
    """Outside the demo, staff without a second factor see nothing but the pages on which they set one up.

    allauth asks for the factor at sign-in once it exists; that it must exist is asked here.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._must_set_one_up(request):
            return redirect("mfa_index")
        return self.get_response(request)

    def _must_set_one_up(self, request: HttpRequest) -> bool:
        if settings.PORTAL_DEMO or OPEN_WITHOUT_SECOND_FACTOR.match(request.path_info):
            return False
        if not is_signed_in(request) or not (request.user.is_staff or request.user.is_superuser):
            return False
        factors = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        return not Authenticator.objects.filter(user=request.user, type__in=factors).exists()


class NoNul:
    """PostgreSQL cannot be asked for a text with the character NUL: a query with it is refused, a cookie is none.

    No browser sends one by itself. Routes take none either, and forms refuse it at the field.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("The query has the character NUL.")
        if NUL_IN_COOKIE in request.META.get("HTTP_COOKIE", ""):
            request.COOKIES = {name: value for name, value in request.COOKIES.items() if "\0" not in value}
        return self.get_response(request)


class DeniedPage:
    """Turns what a view let through into a page: Denied is 403 with its reason, a refusal is 409 with its sentence."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Denied):
            return render(request, "403.html", {"reason": exception.reason}, status=403)
        if isinstance(exception, Refused):
            return render(request, "409.html", {"sentence": exception.sentence}, status=409)
        if isinstance(exception, IllegalMove):
            logger.info("%s (%s)", exception.sentence, request.path_info)
            sentence = _("This has changed since you loaded the page. Load it again to see what is possible now.")
            return render(request, "409.html", {"sentence": sentence}, status=409)
        return None


def is_signed_in(request: HttpRequest) -> bool:
    """Looks into the session only where the request brought one or made one: looking adds `Vary: Cookie`."""
    brought_one = settings.SESSION_COOKIE_NAME in request.COOKIES
    return (brought_one or request.session.modified) and request.user.is_authenticated

"""Who asks a private route: a key in the Authorization header, or a browser's session with its token against forgery.

A key acts as the person whose key it is, and never beyond what that person may at this moment.
"""

from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, CSRFCheck

from tenders.api import problems
from tenders.api.errors import Problem
from tenders.api.models import ApiKey
from tenders.api.queries import key_of
from tenders.api.tokens import read_token

CHALLENGE = 'Bearer realm="tenders"'
SCHEME = "bearer"


class BearerKey(BaseAuthentication):
    """A request that names credentials stands or falls with them; it is never looked at as a browser's as well."""

    def authenticate(self, request):
        if "HTTP_AUTHORIZATION" not in request.META:
            return None
        key = sent_key(request._request)
        if key is None:
            raise _no_key()
        return key.user, key

    def authenticate_header(self, request):
        return CHALLENGE


class BrowserSession(BaseAuthentication):
    """The signed-in person, on methods that write only with the header X-CSRFToken, as the portal's own pages send it.

    The token is never looked for in a form, so the body of the request stays unread.
    """

    def authenticate(self, request):
        user = request._request.user
        if not user.is_authenticated or not user.is_active:
            return None
        _check_csrf(request._request)
        return user, None


def sent_key(request: HttpRequest) -> ApiKey | None:
    """The valid key of the Authorization header."""
    scheme, _space, text = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    token = read_token(text.strip()) if scheme.lower() == SCHEME else None
    return key_of(token, request.now) if token else None


def nobody() -> Problem:
    """The refusal of a request without credentials."""
    return Problem(
        problems.UNAUTHENTICATED,
        _("This route is for companies: send a key as Authorization: Bearer, or sign in with the browser."),
        headers={"WWW-Authenticate": CHALLENGE},
    )


def _no_key() -> Problem:
    """The same words whatever is wrong with it, so that nobody learns which keys exist."""
    return Problem(
        problems.UNAUTHENTICATED,
        _("The Authorization header carries no valid key: it is mistyped, revoked, run out, or of a former colleague."),
        headers={"WWW-Authenticate": f'{CHALLENGE}, error="invalid_token"'},
    )


def _check_csrf(request: HttpRequest) -> None:
    check = CSRFCheck(lambda _request: None)
    check.process_request(request)
    if check.process_view(request, None, (), {}):
        raise Problem(
            problems.FORBIDDEN,
            _(
                "The request carries no valid token against forgery. Reload the page, or send the header X-CSRFToken; "
                "programs use a key and need none."
            ),
        )

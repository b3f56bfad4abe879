"""What every route for companies has in common; a view adds what it answers and which verb it calls.

In this order: the method, the type of the body, who asks, the scope of the key, the limit. The body is not read on the
way, so a view may stream it.
"""

import json
import logging

from django.db import DatabaseError, InterfaceError
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from coalition_portal.fresh_sign_in import is_fresh
from coalition_portal.identity.models import User
from tenders.api import errors, problems, throttling
from tenders.api.authentication import CHALLENGE, BearerKey, BrowserSession, nobody
from tenders.api.errors import Problem
from tenders.api.models import Scope
from tenders.api.queries import note_use
from tenders.api.routes import NOTHING_ALLOWED, Route

logger = logging.getLogger(__name__)

SAFE = ("GET", "HEAD", "OPTIONS")
WITH_BODY = ("POST", "PUT", "PATCH")
JSON = "application/json"


class PrivateView(Route):
    """`request.user` is who asks and `request.api_key` their key, None in a browser's session.

    `media_types` are the types of a body that the route reads; without a body none is asked for. `scopes` names the
    scope of a method that differs from reading and writing.
    """

    is_private = True
    authentication_classes = [BearerKey, BrowserSession]
    parser_classes = []
    media_types = (JSON,)
    scopes: dict[str, str] = {}

    def initialize_request(self, request, *args, **kwargs):
        request.api_key = None
        return super().initialize_request(request, *args, **kwargs)

    def initial(self, request, *args, **kwargs):
        if request.method.lower() not in self.http_method_names or not hasattr(self, request.method.lower()):
            raise errors.method_not_allowed(request.method, self.allowed_methods)
        if request.method != "OPTIONS":
            super().initial(request, *args, **kwargs)

    def perform_authentication(self, request):
        """Also looks at the type of the body, first: Django would read a form on its way to the CSRF token."""
        self._check_media_type(request)
        try:
            if _somebody(request) is None:
                raise nobody()
        except Problem:
            # Whoever is not known is counted by address, as on public routes; nobody who is known ever is.
            self._spend(throttling.spend(request, request.now))
            raise
        request._request.api_key = request.auth

    def check_permissions(self, request):
        """The scope bounds the key; what the person may do is asked by the verb or the query."""
        wanted = self.scope_of(request.method)
        if request.api_key is not None and wanted not in request.api_key.scopes:
            raise Problem(
                problems.FORBIDDEN,
                _("The key has the scopes %(got)s; this route needs %(wanted)s. Make a key that has it.")
                % {"got": ", ".join(request.api_key.scopes), "wanted": wanted},
                headers={"WWW-Authenticate": f'{CHALLENGE}, error="insufficient_scope", scope="{wanted}"'},
            )
        if wanted == Scope.SUBMIT and request.api_key is None and not is_fresh(request._request):
            raise Problem(
                problems.FORBIDDEN,
                _("This binds the company, so enter your password again at %(path)s, then repeat the request.")
                % {"path": reverse("account_reauthenticate")},
            )

    def scope_of(self, method: str) -> str:
        return self.scopes.get(method, Scope.READ if method in SAFE else Scope.WRITE)

    def check_throttles(self, request):
        limit, spender = self.spender(request)
        self._spend(throttling.spend_of(spender, limit, request.now))

    def _spend(self, allowance: throttling.Allowance | None) -> None:
        self.allowance = allowance
        if allowance is not None and allowance.is_over:
            raise allowance.refusal()

    def spender(self, request) -> tuple[throttling.Limit, str]:
        """Which limit counts, and for whom."""
        if request.api_key is not None:
            return throttling.KEY, request.api_key.public_id
        return throttling.SESSION, request.user.public_id

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Content-Security-Policy", NOTHING_ALLOWED)
        response.is_of_view = True
        _note_use(request)
        return response

    def _check_media_type(self, request) -> None:
        if request.method not in WITH_BODY or not _has_body(request):
            return
        got = request.META.get("CONTENT_TYPE", "")
        if not _is_one_of(got, self.media_types):
            raise Problem(
                problems.UNSUPPORTED_MEDIA_TYPE,
                _("The Content-Type is %(got)s; this route reads %(wanted)s.")
                % {"got": errors.shown(got) or "-", "wanted": ", ".join(self.media_types)},
                headers={"Accept": ", ".join(self.media_types)},
            )


def answer(content: object, *, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    """JSON in UTF-8; the middleware adds that nobody keeps it."""
    written = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return HttpResponse(written, content_type=JSON, status=status, headers=headers)


def _somebody(request) -> User | None:
    """Who asks. The middleware on the way back wants to find whom it knew before where nobody is recognised."""
    known = request._request.user
    try:
        return request.user
    finally:
        if request._request.user is None:
            request._request.user = known


def _has_body(request) -> bool:
    return request.META.get("CONTENT_LENGTH") not in (None, "", "0") or "HTTP_TRANSFER_ENCODING" in request.META


def _is_one_of(content_type: str, wanted: tuple[str, ...]) -> bool:
    """The exact type; of parameters only that the text is UTF-8."""
    name, _semicolon, parameters = content_type.partition(";")
    charset = parameters.strip().lower().replace('"', "")
    return name.strip().lower() in wanted and charset in ("", "charset=utf-8")


def _note_use(request) -> None:
    """After the answer is made, so that it delays no submission; where it fails, only the last use is unknown."""
    key = getattr(request, "api_key", None)
    if key is None:
        return
    try:
        note_use(key, request.now)
    except (DatabaseError, InterfaceError):
        logger.warning("The last use of a key could not be written down.", exc_info=True)

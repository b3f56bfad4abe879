"""Every error below /api/v1/ as problem details of RFC 9457, whoever raised it."""

import base64
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.urls import Resolver404, reverse
from django.utils.log import log_response
from django.utils.translation import gettext as _
from rest_framework import exceptions

from coalition_portal.faults import AWAY, RETRY_SECONDS
from coalition_portal.lifecycle import IllegalMove
from coalition_portal.permission import Denied, Refused
from tenders.api import problems
from tenders.api.problems import ProblemType

MEDIA_TYPE = "application/problem+json"
SHOWN_CHARACTERS = 100
"""How much of what a client sent is said back."""


@dataclass(frozen=True)
class Mistake:
    """What is wrong with one query parameter; `code` is for programs, `detail` for people."""

    parameter: str
    code: str
    detail: str


@dataclass(frozen=True)
class Fault:
    """What is wrong with one place in the body; `pointer` as in RFC 6901."""

    pointer: str
    code: str
    detail: str


class Problem(exceptions.APIException):
    """An expected error: its kind, a sentence about this one request, members and headers that belong to it."""

    def __init__(
        self,
        kind: ProblemType,
        detail: str,
        *,
        mistakes: Sequence[Mistake | Fault] = (),
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.status_code = kind.status
        self.sentence = detail
        self.mistakes = mistakes
        self.headers = headers or {}
        self.members = members or {}


def exception_handler(exception: Exception, context: dict) -> HttpResponse:
    """The handler that Django REST framework calls for whatever a view let through."""
    return response_to(exception, context["request"]._request)


def response_to(exception: Exception, request: HttpRequest) -> HttpResponse:
    """The answer to any exception. An unexpected one is logged; its text stays inside."""
    problem = _problem_of(exception, request)
    response = _response(problem, request)
    if problem.kind is problems.INTERNAL_ERROR:
        got_request_exception.send(sender=None, request=request)
        log_response("Internal Server Error: %s", request.path, response=response, request=request, exception=exception)
    elif problem.kind is problems.UNAVAILABLE:
        log_response("Service Unavailable: %s", request.path, response=response, request=request, exception=exception)
    return response


def instead_of(response: HttpResponse, request: HttpRequest) -> HttpResponse:
    """The problem that stands for a page or a redirect: what refused the request on its way has logged it."""
    kind, detail = {
        400: (problems.BAD_REQUEST, _("The portal does not understand this request.")),
        412: (problems.PRECONDITION_FAILED, _("If-Match holds for changes; a request that reads does not need it.")),
        413: (problems.TOO_LARGE, _("The body is larger than this route takes.")),
    }.get(
        response.status_code,
        (problems.FORBIDDEN, _("The portal’s pages come first: set up there what they ask of you."))
        if response.status_code < 500
        else (problems.INTERNAL_ERROR, _("The portal could not answer this request. Try again later.")),
    )
    return _response(Problem(kind, detail), request)


def _response(problem: Problem, request: HttpRequest) -> HttpResponse:
    body = {
        "type": problem.kind.url,
        "title": str(problem.kind.title),
        "status": problem.kind.status,
        "detail": problem.sentence,
        "instance": instance_of(request.request_id),
    }
    if problem.mistakes:
        body["errors"] = [asdict(mistake) for mistake in problem.mistakes]
    body |= problem.members
    content = json.dumps(body, ensure_ascii=False).encode()
    headers = {"Cache-Control": "no-store", **problem.headers}
    return HttpResponse(content, content_type=MEDIA_TYPE, status=problem.kind.status, headers=headers)


def instance_of(request_id: str) -> str:
    """The request's id as a URN: the same 128 bits as in X-Request-ID, written as a UUID."""
    return uuid.UUID(bytes=base64.b32decode(request_id.upper() + "======")).urn


def shown(text: str) -> str:
    """What a client sent, fit to be said back: short and on one line."""
    line = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
    return line if len(line) <= SHOWN_CHARACTERS else line[: SHOWN_CHARACTERS - 1] + "…"


def _problem_of(exception: Exception, request: HttpRequest) -> Problem:
    if isinstance(exception, Problem):
        return exception
    for kind, translate in TRANSLATIONS:
        if isinstance(exception, kind):
            return translate(exception, request)
    return Problem(
        problems.INTERNAL_ERROR, _("The portal could not answer this request. The error is recorded; try again later.")
    )


def method_not_allowed(method: str, allowed: Sequence[str]) -> Problem:
    listed = ", ".join(allowed)
    return Problem(
        problems.METHOD_NOT_ALLOWED,
        _("The method is %(method)s; this route takes %(allowed)s.") % {"method": shown(method), "allowed": listed},
        headers={"Allow": listed},
    )


def _not_found(exception: Http404, request: HttpRequest) -> str:
    path = shown(request.path)
    if isinstance(exception, Resolver404):
        index = reverse("api-index")
        return _("No route is %(path)s. The index at %(index)s links to all routes.") % {"path": path, "index": index}
    if getattr(request, "is_private_api", False):
        return _("Nothing that you may see is at %(path)s. What is missing and what is not yours look the same.") % {
            "path": path
        }
    return _("No published tender is at %(path)s. The list of tenders has all numbers.") % {"path": path}


def _not_acceptable(request: HttpRequest) -> str:
    wanted = shown(request.META.get("HTTP_ACCEPT", ""))
    return _("The Accept header is %(wanted)s; this route writes another format only.") % {"wanted": wanted}


def _of_refusal(refused: Refused) -> Problem:
    """A refusal that names a field is about the body; any other is about how things stand."""
    if refused.field is None:
        return Problem(problems.CONFLICT, refused.sentence)
    fault = Fault(f"/{refused.field}", "refused", refused.sentence)
    return Problem(problems.VALIDATION, refused.sentence, mistakes=[fault])


def _changed_meanwhile() -> Problem:
    return Problem(problems.CONFLICT, _("This has changed meanwhile. Read it again to see what is possible now."))


def _not_json() -> Problem:
    return Problem(problems.BAD_REQUEST, _("The body is no JSON object in UTF-8."))


def _cut_off() -> Problem:
    return Problem(problems.BAD_REQUEST, _("The request ended before its body was whole. Send it again."))


def _too_large() -> Problem:
    return Problem(problems.TOO_LARGE, _("The body is larger than this route takes."))


def _wrong_host() -> Problem:
    return Problem(problems.BAD_REQUEST, _("The Host header of the request names another host than this portal."))


def _forbidden() -> Problem:
    return Problem(problems.FORBIDDEN, _("This is not allowed."))


def _unavailable() -> Problem:
    sentence = _("A part of the portal does not answer. Nothing counts as received before you have its receipt.")
    return Problem(problems.UNAVAILABLE, sentence, headers={"Retry-After": str(RETRY_SECONDS)})


TRANSLATIONS: Sequence[tuple[type[Exception], Callable[[Exception, HttpRequest], Problem]]] = (
    (Http404, lambda exception, request: Problem(problems.NOT_FOUND, _not_found(exception, request))),
    (Denied, lambda exception, request: Problem(problems.FORBIDDEN, exception.reason)),
    (Refused, lambda exception, request: _of_refusal(exception)),
    (IllegalMove, lambda exception, request: _changed_meanwhile()),
    (PermissionDenied, lambda exception, request: _forbidden()),
    (
        exceptions.NotAcceptable,
        lambda exception, request: Problem(problems.NOT_ACCEPTABLE, _not_acceptable(request)),
    ),
    (
        exceptions.MethodNotAllowed,
        lambda exception, request: method_not_allowed(request.method, ["GET", "HEAD", "OPTIONS"]),
    ),
    (exceptions.ParseError, lambda exception, request: _not_json()),
    (UnreadablePostError, lambda exception, request: _cut_off()),
    (RequestDataTooBig, lambda exception, request: _too_large()),
    (SuspiciousOperation, lambda exception, request: _wrong_host()),
    *((away, lambda exception, request: _unavailable()) for away in AWAY),
)
"""The first kind that fits decides; whatever fits none is a fault of the portal."""

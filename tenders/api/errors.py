"""Every error below /api/v1/ as problem details of RFC 9457, whoever raised it."""

import base64
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from django.core.exceptions import SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, reverse
from django.utils.log import log_response
from django.utils.translation import gettext as _
from rest_framework import exceptions

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


class Problem(exceptions.APIException):
    """An expected error: its kind, a sentence about this one request, and headers that belong to it."""

    def __init__(
        self,
        kind: ProblemType,
        detail: str,
        *,
        mistakes: Sequence[Mistake] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.status_code = kind.status
        self.sentence = detail
        self.mistakes = mistakes
        self.headers = headers or {}


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
    return response


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
    if isinstance(exception, Http404):
        return Problem(problems.NOT_FOUND, _not_found(exception, request))
    if isinstance(exception, exceptions.NotAcceptable):
        return Problem(problems.NOT_ACCEPTABLE, _not_acceptable(request))
    if isinstance(exception, exceptions.MethodNotAllowed):
        return method_not_allowed(request.method, ["GET", "HEAD", "OPTIONS"])
    if isinstance(exception, SuspiciousOperation):
        return Problem(problems.BAD_REQUEST, _("The Host header of the request names another host than this portal."))
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
    return _("No published tender is at %(path)s. The list of tenders has all numbers.") % {"path": path}


def _not_acceptable(request: HttpRequest) -> str:
    wanted = shown(request.META.get("HTTP_ACCEPT", ""))
    return _("The Accept header is %(wanted)s; this route writes another format only.") % {"wanted": wanted}

"""What OpenAPI says of the routes for companies: who may ask, with which scope, headers, bodies and every problem."""

from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from tenders.api import errors, problems
from tenders.api.company_serializers import CompanyProblem
from tenders.api.models import Scope
from tenders.api.problems import ProblemType
from tenders.api.schema import COUNTED_HEADERS, LANGUAGE, query_parameter

KEY, SESSION = "key", "session"
TAG = "companies"
IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description=_("The ETag of what you read before.")
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": "^[!-~]{1,200}$"},
    OpenApiParameter.HEADER,
    required=True,
    description=_("Chosen by you, one for each act: a repeat with the same key and body gets the same answer."),
)
ETAG = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    description=_("To be sent as If-Match with a change of any part of this draft."),
    response=[200],
)
ALWAYS = (
    problems.BAD_REQUEST,
    problems.UNAUTHENTICATED,
    problems.FORBIDDEN,
    problems.NOT_ACCEPTABLE,
    problems.TOO_MANY,
    problems.INTERNAL_ERROR,
    problems.UNAVAILABLE,
)
WITH_BODY = (problems.TOO_LARGE, problems.UNSUPPORTED_MEDIA_TYPE, problems.VALIDATION)
WITH_IF_MATCH = (problems.CONFLICT, problems.PRECONDITION_FAILED, problems.PRECONDITION_REQUIRED)


class StrictBody(OpenApiSerializerExtension):
    """Bodies are closed: a member that is not declared is refused."""

    target_class = "tenders.api.bodies.Body"
    match_subclasses = True

    def map_serializer(self, auto_schema, direction):
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        schema.pop("description", None)  # The docstring of the class is for programmers of the portal.
        return schema | {"additionalProperties": False}


def tells(
    answers: dict[int, type | None],
    *,
    operation_id: str,
    summary: Promise,
    description: Promise | str = "",
    scope: str = Scope.READ,
    body: type | None = None,
    parameters: dict | None = None,
    headers: Sequence[OpenApiParameter] = (),
    problems_too: Sequence[ProblemType] = (),
    media_type: str = "application/json",
    is_tagged: bool = False,
):
    """Decorates a method: `answers` maps each status of success to its shape, None where there is no body.

    `is_tagged` where the answer has an ETag that changes of the draft name.
    """
    wanted = [*ALWAYS, *problems_too, *_problems_of(body, headers)]
    query = [query_parameter(name, found) for name, found in (parameters or {}).items()]
    answered = [*_answer_headers(list(answers), wanted), *([ETAG] if is_tagged else [])]
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        description=description,
        parameters=[*query, LANGUAGE, *headers, *answered],
        request={"application/json": body} if body else None,
        responses=_successes(answers, media_type) | _failures(wanted),
        auth=[{KEY: [str(scope)]}, {SESSION: []}],
        tags=[TAG],
    )


def _problems_of(body: type | None, headers: Sequence[OpenApiParameter]) -> list[ProblemType]:
    """What can be wrong with a body and with the headers that an act wants."""
    found = [*WITH_BODY] if body else []
    if IF_MATCH in headers:
        found += WITH_IF_MATCH
    if IDEMPOTENCY_KEY in headers:
        found += (problems.CONFLICT, problems.IDEMPOTENCY_KEY_REUSED)
    return found


def _successes(answers: dict, media_type: str) -> dict:
    return {
        (status, media_type) if shape else status: OpenApiResponse(shape, description=_("The answer."))
        for status, shape in answers.items()
    }


def _failures(wanted: Sequence[ProblemType]) -> dict:
    """One entry for each status, with the titles of all problems that have it."""
    titles: dict[int, list] = {}
    for problem in dict.fromkeys(wanted):
        titles.setdefault(problem.status, []).append(problem)
    return {
        (status, errors.MEDIA_TYPE): OpenApiResponse(
            CompanyProblem, description=format_lazy("; ".join(["{}"] * len(found)) + ".", *(one.title for one in found))
        )
        for status, found in sorted(titles.items())
    }


def _answer_headers(successes: list[int], wanted: Sequence[ProblemType]) -> list[OpenApiParameter]:
    statuses = sorted({*successes, *(problem.status for problem in wanted)} - {401, 405, 406, 415})
    return [
        OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.HEADER, description=words, response=statuses)
        for name, words in COUNTED_HEADERS.items()
    ]

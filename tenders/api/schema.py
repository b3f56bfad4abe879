"""What OpenAPI says beside the shapes: parameters, headers, problems and the languages of the description."""

from functools import cache

from django.utils import translation
from django.utils.translation import gettext_lazy as _
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from tenders.api import errors, examples, problems
from tenders.api.parameters import Parameter
from tenders.api.serializers import ProblemDetails

LANGUAGE = OpenApiParameter(
    "Accept-Language",
    str,
    OpenApiParameter.HEADER,
    description=_("en or uk: the language of titles, texts and problems. English where neither is wanted."),
    examples=[],
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description=_("The ETag of the answer that you hold: if it still holds, the answer is 304, free of the limit."),
)
SUCCESS_HEADERS = {
    "ETag": _("Strong validator of this answer; weak on a compressed one."),
    "Cache-Control": _("public, with a max-age that ends at the next instant at which the clock changes the answer."),
    "Content-Language": _("Language of the texts."),
}
COUNTED_HEADERS = {
    "RateLimit-Policy": _("The limit: q requests in w seconds."),
    "RateLimit": _("What is left: r requests, for t seconds."),
}
PROBLEM_RESPONSES = {
    problems.BAD_REQUEST: _("Unknown or repeated query parameter."),
    problems.INVALID_CURSOR: _("Unknown or repeated query parameter, or a cursor that is not valid."),
    problems.NOT_FOUND: _("No published tender has this number."),
    problems.NOT_ACCEPTABLE: _("The Accept header leaves out application/json."),
    problems.VALIDATION: _("A query parameter has a value that is not possible."),
    problems.TOO_MANY: _("The limit is used up; Retry-After says for how long."),
    problems.INTERNAL_ERROR: _("The portal failed."),
    problems.UNAVAILABLE: _("The portal cannot answer for a moment; Retry-After says for how long."),
}
EVERYWHERE = (
    problems.BAD_REQUEST,
    problems.NOT_ACCEPTABLE,
    problems.TOO_MANY,
    problems.INTERNAL_ERROR,
    problems.UNAVAILABLE,
)


def describes(shape, *, summary, problems_too=(), parameters=None, operation_id, description="", example=None):
    """Decorates a `get`: what it answers, and every problem that it can answer with instead."""
    named = {problem.status: problem for problem in (*EVERYWHERE, *problems_too)}
    responses = {
        (200, "application/json"): OpenApiResponse(shape, description=_("The answer.")),
        304: OpenApiResponse(None, description=_("What you hold is still true.")),
    }
    for status in sorted(named):
        response = OpenApiResponse(ProblemDetails, description=PROBLEM_RESPONSES[named[status]])
        responses[(status, errors.MEDIA_TYPE)] = response
    query = [query_parameter(name, found) for name, found in (parameters or {}).items()]
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        description=description,
        parameters=[*query, LANGUAGE, IF_NONE_MATCH, *_headers(sorted(named))],
        responses=responses,
        examples=[examples.of(example)] if example else [],
        tags=["v1"],
    )


def query_parameter(name: str, parameter: Parameter) -> OpenApiParameter:
    return OpenApiParameter(
        name,
        parameter.schema,
        OpenApiParameter.QUERY,
        description=parameter.description,
        explode=parameter.is_many or None,
    )


def _headers(statuses: list[int]) -> list[OpenApiParameter]:
    counted = [200, *statuses]
    described = [(name, words, [200, 304]) for name, words in SUCCESS_HEADERS.items()]
    described += [(name, words, counted) for name, words in COUNTED_HEADERS.items()]
    described.append(("Retry-After", _("Seconds to wait."), [429]))
    return [
        OpenApiParameter(
            name,
            OpenApiTypes.INT if name == "Retry-After" else OpenApiTypes.STR,
            OpenApiParameter.HEADER,
            description=words,
            response=where,
        )
        for name, words, where in described
    ]


@cache
def openapi_document(language: str) -> bytes:
    """The OpenAPI document in one language; made once in a process, because code does not change while it runs."""
    with translation.override(language):
        document = SchemaGenerator().get_schema(request=None, public=True)
        return OpenApiJsonRenderer().render(document, renderer_context={})

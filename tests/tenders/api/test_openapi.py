import copy
import json

import pytest
from django.urls import get_resolver
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from tenders.api import examples, problems
from tenders.api.parameters import TENDER_LIST
from tenders.api.rows import ANY_NUMBER
from tests.factories.tenders import extended_tender, in_days, published_tender
from tests.tenders.api.release import RELEASED, breaks, without_words

RELEASED_DOCUMENT = json.loads(RELEASED.read_text())
LIST = "/api/v1/tenders"
NOBODY = "a" * 26


def served(api, **headers):
    return api.json("openapi.json", **headers)


@pytest.mark.parametrize("language", ["en", "uk"])
def test_it_is_openapi_3_1(api, language):
    document = served(api, Accept_Language=language)

    assert document["openapi"] == "3.1.1"
    validate(document, cls=OpenAPIV31SpecValidator)


def test_it_is_the_released_one(api):
    """After a wanted change: python -m tests.tenders.api.release"""
    document = served(api)

    assert breaks(RELEASED_DOCUMENT, document) == []
    assert document == RELEASED_DOCUMENT


def of_the_public(document):
    return {path: methods for path, methods in document["paths"].items() if not _is_private(methods)}


def of_companies(document):
    return {path: methods for path, methods in document["paths"].items() if _is_private(methods)}


def _is_private(methods):
    return any("security" in operation for operation in methods.values())


def test_it_has_every_public_route_and_nothing_there_writes(api):
    assert {path: list(operations) for path, operations in of_the_public(served(api)).items()} == {
        "/api/v1/": ["get"],
        "/api/v1/openapi.json": ["get"],
        "/api/v1/tenders": ["get"],
        "/api/v1/tenders/{number}": ["get"],
        "/api/v1/tenders/{number}/status": ["get"],
    }


def test_it_has_every_route_for_companies_with_its_scope(api):
    found = {
        path.removeprefix("/api/v1"): {method: operation["security"][0]["key"] for method, operation in methods.items()}
        for path, methods in of_companies(served(api)).items()
    }
    read, write, submit = (["proposals:read"], ["proposals:write"], ["proposals:submit"])
    part = "/proposals/{pid}"

    assert found == {
        "/me": {"get": read},
        "/proposals": {"get": read, "post": write},
        part: {"get": read},
        f"{part}/answers": {"get": read, "patch": write},
        f"{part}/offer": {"get": read, "patch": write},
        f"{part}/documents": {"get": read},
        f"{part}/documents/{{document_id}}": {"get": read, "delete": write},
        f"{part}/documents/{{document_id}}/content": {"get": read},
        f"{part}/declarations": {"get": read, "put": submit},
        f"{part}/stage": {"post": write},
        f"{part}/stage/{{job}}": {"get": read},
        f"{part}/submit": {"post": submit},
        f"{part}/withdraw": {"post": submit},
        f"{part}/receipt": {"get": read},
        "/uploads": {"post": write},
        "/uploads/{upload_id}": {"get": write, "patch": write, "delete": write},
        "/tenders/{number}/proposals": {"get": read},
    }
    assert served(api)["components"]["securitySchemes"].keys() == {"key", "session"}


def test_the_description_has_the_scopes_that_the_views_ask_for(api):
    """What is told and what is asked are written down apart."""
    document = served(api)

    for path, methods in of_companies(document).items():
        example = path.replace("{number}", ANY_NUMBER)
        for name in ("pid", "document_id", "job", "upload_id"):
            example = example.replace(f"{{{name}}}", NOBODY)
        view = get_resolver("tenders.api.urls").resolve(example.removeprefix("/api/v1")).func.cls()
        for method, operation in methods.items():
            assert operation["security"][0]["key"] == [view.scope_of(method.upper())], (path, method)


def test_bodies_are_closed(api):
    document = served(api)
    shapes = {
        operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
        for methods in of_companies(document).values()
        for operation in methods.values()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    }

    assert shapes == {
        "AnswerChanges",
        "DeclarationsBody",
        "NewProposal",
        "Nothing",
        "OfferChange",
        "SubmitBody",
        "WithdrawBody",
    }
    assert all(document["components"]["schemas"][name]["additionalProperties"] is False for name in shapes)


@pytest.mark.parametrize(
    ("example", "path"), [(examples.PAGE, "tenders"), (examples.STATUS, "tenders/{number}/status")]
)
def test_examples_have_the_members_of_answers(api, example, path):
    tender = extended_tender(published_tender(closes_at=in_days(3)), in_days(5))
    published_tender()

    answer = api.json(path.format(number=tender.number) + ("?limit=1" if path == "tenders" else ""))

    assert members_of(example) == members_of(answer)


def members_of(value):
    if isinstance(value, dict):
        return {name: members_of(member) for name, member in value.items()}
    return [members_of(item) for item in value[:1]] if isinstance(value, list) else None


def test_the_limit_is_written_down(api):
    document = served(api)

    assert "600 requests in 10 minutes" in document["info"]["description"]
    headers = document["paths"][LIST]["get"]["responses"]
    assert {"RateLimit", "RateLimit-Policy", "Retry-After"} <= headers["429"]["headers"].keys()
    assert {"ETag", "Cache-Control", "RateLimit"} <= headers["200"]["headers"].keys()


def test_every_kind_of_problem_is_declared_somewhere(api):
    """405 belongs to methods, which the description does not list."""
    answers = [one["responses"] for methods in served(api)["paths"].values() for one in methods.values()]
    declared = {int(status) for responses in answers for status in responses}

    assert declared == {200, 201, 202, 204, 304} | {kind.status for kind in problems.ALL} - {405}
    assert all(
        list(answer["content"]) == ["application/problem+json"]
        for responses in answers
        for status, answer in responses.items()
        if int(status) >= 400
    )


def test_every_parameter_is_described_from_the_table(api):
    parameters = {
        parameter["name"]: parameter["schema"]
        for parameter in served(api)["paths"][LIST]["get"]["parameters"]
        if parameter["in"] == "query"
    }

    assert parameters == {name: parameter.schema for name, parameter in TENDER_LIST.items()}


def test_the_language_by_parameter_before_the_header(api):
    by_parameter, by_header = (
        api.get("openapi.json?lang=uk"),
        api.get("openapi.json", Accept_Language="uk"),
    )

    assert by_parameter.content == by_header.content
    assert by_parameter["Content-Language"] == by_header["Content-Language"] == "uk"
    assert api.get("openapi.json?lang=fr").status_code == 422
    assert without_words(by_parameter.json())["paths"] == without_words(RELEASED_DOCUMENT)["paths"]


def test_it_may_be_kept_for_some_minutes(api):
    first = api.get("openapi.json")

    assert first["Cache-Control"] == "public, max-age=300, must-revalidate"
    assert api.get("openapi.json", If_None_Match=first["ETag"]).status_code == 304


def change(document, *path, to=None):
    """A copy of the document with something else at `path`, or with nothing there."""
    changed = copy.deepcopy(document)
    *way, last = path
    place = changed
    for step in way:
        place = place[step]
    if to is None:
        del place[last]
    else:
        place[last] = to
    return changed


def place_of(name):
    parameters = RELEASED_DOCUMENT["paths"][LIST]["get"]["parameters"]
    return next(place for place, parameter in enumerate(parameters) if parameter["name"] == name)


def at_parameter(name, *path):
    return ("paths", LIST, "get", "parameters", place_of(name), *path)


def at_shape(*path):
    return ("components", "schemas", *path)


BROKEN = [
    (("paths", LIST), None, [f"route is gone: {LIST}"]),
    (("paths", LIST, "get"), None, [f"method of {LIST} is gone: get"]),
    (at_parameter("q"), None, [f"parameter of get {LIST} is gone: q"]),
    (at_parameter("q", "required"), True, [f"parameter of get {LIST} is newly demanded: q"]),
    (
        at_parameter("q", "schema", "type"),
        "integer",
        [f'parameter q of get {LIST} is another type: {{"type": "integer"}}'],
    ),
    (at_parameter("limit", "schema", "maximum"), 50, [f"maximum of parameter limit of get {LIST} is narrower: 50"]),
    (at_parameter("limit", "schema", "minimum"), 2, [f"minimum of parameter limit of get {LIST} is narrower: 2"]),
    (
        at_parameter("cpv", "schema", "pattern"),
        "^[0-9]{8}$",
        [f"pattern of parameter cpv of get {LIST} is another one: ^[0-9]{{8}}$"],
    ),
    (
        at_parameter("status", "schema", "items", "enum"),
        ["open", "sealed", "evaluation", "unsuccessful", "cancelled"],
        [f"value of parameter status of get {LIST} is gone: planned"],
    ),
    (("paths", LIST, "get", "responses", "422"), None, [f"answer of get {LIST} is gone: 422"]),
    (
        ("paths", LIST, "get", "responses", "422", "content"),
        {},
        [f"media type of get {LIST} 422 is gone: application/problem+json"],
    ),
    (
        ("paths", LIST, "get", "responses", "200", "content", "application/json", "schema"),
        {"type": "array"},
        [f'get {LIST} 200 is another type: {{"type": "array"}}'],
    ),
    (at_shape("Money"), None, ["shape is gone: Money"]),
    (at_shape("Money", "properties", "currency"), None, ["member of Money is gone: currency"]),
    (at_shape("Money", "required"), ["amount"], ["member of Money may be absent: currency"]),
    (
        at_shape("TenderSummary", "properties", "published_at", "type"),
        ["string", "null"],
        ['TenderSummary.published_at is another type: {"format": "date-time", "type": ["string", "null"]}'],
    ),
    (
        at_shape("TenderSummary", "properties", "cpv", "items", "type"),
        "integer",
        ['TenderSummary.cpv is another type: {"items": {"type": "integer"}, "type": "array"}'],
    ),
    (
        at_shape("TenderStatusWord", "enum"),
        ["planned", "open", "evaluation", "unsuccessful", "cancelled"],
        ["word of TenderStatusWord is gone: sealed"],
    ),
]

GROWN = [
    (("paths", "/api/v1/changes"), {"get": {}}),
    (("paths", LIST, "get", "summary"), "Other words"),
    (at_parameter("limit", "schema", "maximum"), 200),
    (at_shape("Money", "properties", "tax"), {"type": "number"}),
    (
        at_shape("TenderStatusWord", "enum"),
        [*RELEASED_DOCUMENT["components"]["schemas"]["TenderStatusWord"]["enum"], "x"],
    ),
    (at_shape("Extra"), {"type": "object"}),
]


@pytest.mark.parametrize(("path", "to", "found"), BROKEN)
def test_what_breaks_a_client(path, to, found):
    assert breaks(RELEASED_DOCUMENT, change(RELEASED_DOCUMENT, *path, to=to)) == found


@pytest.mark.parametrize(("path", "to"), GROWN)
def test_what_no_client_feels(path, to):
    assert breaks(RELEASED_DOCUMENT, change(RELEASED_DOCUMENT, *path, to=to)) == []

"""What holds for every answer below /api/v1/: headers, languages, methods, problems, limits."""

import json
import logging
from datetime import timedelta

import pytest
from botocore.exceptions import ReadTimeoutError
from django.core.cache import cache
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.test import Client

from tenders.api import problems, rows, throttling
from tests.factories import people
from tests.factories.tenders import published_tender
from tests.tenders.api.asking import BASE, problem

pytestmark = pytest.mark.django_db

EXPOSED = "ETag, Link, RateLimit, RateLimit-Policy, Retry-After"


@pytest.fixture
def tender(api):
    """Published a minute ago; the clock stands still, so that answers can be compared."""
    found = published_tender()
    api.at(found.published_at + timedelta(minutes=1))
    return found


def paths(tender):
    return ["", "openapi.json", "tenders", f"tenders/{tender.number}", f"tenders/{tender.number}/status"]


def test_the_index_links_to_all_that_has_no_parameter(api):
    assert api.json() == {
        "title": "Tenders of the International Drone Coalition",
        "version": "1.4.0",
        "links": {
            "self": f"{BASE}/",
            "tenders": f"{BASE}/tenders",
            "openapi": f"{BASE}/openapi.json",
            "docs": f"{BASE}/docs",
        },
    }


def test_headers_of_every_answer(api, tender):
    for path in [*paths(tender), "nothing-here", "tenders?x=1"]:
        response = api.get(path)

        assert response["Access-Control-Allow-Origin"] == "*", path
        assert response["Access-Control-Expose-Headers"] == EXPOSED
        assert "Access-Control-Allow-Credentials" not in response
        assert response["Vary"] == "Accept, Accept-Language, Accept-Encoding"
        assert response["Content-Language"] == "en"
        assert response["Content-Length"] == str(len(response.content))
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert "Set-Cookie" not in response


def test_a_session_and_a_language_cookie_have_no_meaning(api, tender, client_of, settings):
    browser = client_of(people.person())
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "uk"

    for path in paths(tender):
        mine, theirs = browser.get(f"/api/v1/{path}"), api.get(path)

        assert mine.content == theirs.content
        assert public_headers(mine) == public_headers(theirs)
        assert not mine.cookies


def public_headers(response):
    return {name: value for name, value in response.items() if name not in ("X-Request-ID", "RateLimit")}


@pytest.mark.parametrize(
    ("wanted", "language"),
    [("", "en"), ("uk", "uk"), ("uk-UA", "uk"), ("fr, uk;q=0.5", "uk"), ("fr", "en"), ("en, uk", "en"), ("*", "en")],
)
def test_languages(api, wanted, language):
    response = api.get("nothing-here", Accept_Language=wanted)

    assert response["Content-Language"] == language


def test_head_has_the_headers_of_get_and_no_body(api, tender):
    for path in paths(tender):
        got, head = api.get(path), api.get(path, method="HEAD")

        assert (head.status_code, head.content) == (200, b"")
        assert public_headers(head) == public_headers(got)


def test_options_tell_methods_and_allow_other_origins(api, tender):
    for path in paths(tender):
        response = api.get(path, method="OPTIONS", Origin="https://example.test")

        assert (response.status_code, response.content) == (204, b"")
        assert response["Allow"] == response["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
        assert response["Access-Control-Allow-Origin"] == "*"
        assert response["Access-Control-Allow-Headers"] == "Accept, Accept-Language, If-None-Match, If-Modified-Since"
        assert not {"RateLimit", "Content-Type"} & response.headers.keys()


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_no_method_writes(api, tender, method):
    for path in paths(tender):
        response = api.get(path, method=method)

        assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS")
        assert response.json() == problem(
            response,
            "method-not-allowed",
            "The method is not possible here",
            f"The method is {method}; this route takes GET, HEAD, OPTIONS.",
        )


@pytest.mark.parametrize("wanted", ["text/html", "application/xml", "application/problem+json", "nonsense"])
def test_another_format_is_refused(api, tender, wanted):
    for path in paths(tender):
        response = api.get(path, Accept=wanted)

        assert response.status_code == 406
        assert response.json() == problem(
            response,
            "not-acceptable",
            "The wanted format does not exist",
            f"The Accept header is {wanted}; this route writes another format only.",
        )


@pytest.mark.parametrize("wanted", ["application/json", "*/*", "application/*", "text/html, */*;q=0.1", ""])
def test_json_is_acceptable(api, wanted):
    assert api.get("tenders", Accept=wanted)["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "path",
    [
        "nothing-here",
        "tenders/",
        "tenders.json",
        "tenders/7",
        "tenders/idc-2026-0001",
        "tenders/IDC-2026-001",
        "tenders/IDC-2026-0001/",
        "tenders/IDC-2026-0001/proposals/",
        "tenders/%00",
        "docs/",
        "../admin",
    ],
)
def test_an_unknown_route_is_a_problem(api, path):
    response = api.get(path)

    assert response.status_code == 404
    shown = f"/api/v1/{path}".replace("%00", "\N{REPLACEMENT CHARACTER}")
    assert response.json() == problem(
        response,
        "not-found",
        "There is nothing at this address",
        f"No route is {shown}. The index at /api/v1/ links to all routes.",
    )


def test_problems_in_ukrainian_come_from_the_catalogue(api):
    english, ukrainian = (api.get("nothing-here", Accept_Language=code) for code in ("en", "uk"))

    assert ukrainian["Content-Language"] == "uk"
    assert set(english.json()) == set(ukrainian.json())
    assert english.json()["type"] == ukrainian.json()["type"]


def test_a_strange_host_is_a_problem(api):
    response = api.get("tenders", Host="elsewhere.example")

    assert response.status_code == 400
    assert response.json() == problem(
        response,
        "bad-request",
        "The request is not understood",
        "The Host header of the request names another host than this portal.",
    )


@pytest.mark.parametrize(
    "away", [OperationalError("the server closed the connection"), ReadTimeoutError(endpoint_url="x")]
)
def test_a_part_that_is_away_says_when_to_try_again_and_that_nothing_was_received(api, monkeypatch, away):
    def fail(*_arguments):
        raise away

    monkeypatch.setattr(rows, "tender_page", fail)

    response = api.get("tenders")

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert response.json() == problem(
        response,
        "unavailable",
        "The portal cannot answer for a moment",
        "A part of the portal does not answer. Nothing counts as received before you have its receipt.",
    )


@pytest.mark.parametrize("fault", [KeyError("a secret"), RuntimeError("a secret")])
def test_a_fault_of_ours_is_a_problem_that_tells_nothing(api, monkeypatch, caplog, fault):
    def fail(*_arguments):
        raise fault

    monkeypatch.setattr(rows, "tender_page", fail)

    with caplog.at_level(logging.ERROR, "django.request"):
        response = api.get("tenders")

    assert response.status_code == 500
    assert response.json() == problem(
        response,
        "internal-error",
        "The portal failed",
        "The portal could not answer this request. The error is recorded; try again later.",
    )
    assert [(record.getMessage(), record.exc_info[1]) for record in caplog.records] == [
        ("Internal Server Error: /api/v1/tenders", fault)
    ]


def test_a_suspicious_request_is_no_fault_of_ours(api, monkeypatch):
    def refuse(*_arguments):
        raise RequestDataTooBig

    monkeypatch.setattr(rows, "tender_page", refuse)

    assert api.get("tenders").status_code == 413


def test_every_answer_but_304_counts(api, tender):
    path = f"tenders/{tender.number}/status"

    first = api.get(path)
    again = api.get(path, If_None_Match=first["ETag"])
    stale = api.get(path, If_None_Match='"other"')
    missing = api.get("tenders/IDC-2026-9999", If_None_Match='"other"')
    wrong = api.get("tenders?x=1")

    assert first["RateLimit-Policy"] == '"anon";q=600;w=600'
    assert (again.status_code, "RateLimit" in again) == (304, False)
    assert [left(response) for response in (first, stale, missing, wrong)] == [599, 598, 597, 596]


def left(response):
    return int(response["RateLimit"].partition("r=")[2].partition(";")[0])


@pytest.fixture
def two_requests(monkeypatch, settings):
    limit = throttling.Limit("anon", quota=2, window_seconds=600)
    monkeypatch.setattr(throttling.spend, "__defaults__", (limit,))


@pytest.mark.parametrize("headers", [{}, {"If_None_Match": '"other"'}])
@pytest.mark.parametrize("path", ["tenders", "tenders/IDC-2026-9999/status", "tenders?x=1"])
def test_over_the_limit(api, two_requests, fixed_now, path, headers):
    api.at(fixed_now.replace(second=17))
    for _time in range(2):
        api.get("tenders")

    response = api.get(path, **headers)

    assert response.status_code == 429
    assert response["Retry-After"] == "583"
    assert (response["RateLimit-Policy"], response["RateLimit"]) == ('"anon";q=2;w=600', '"anon";r=0;t=583')
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response.json() == problem(
        response, "too-many", "Too many requests", "2 requests in 10 minutes are used up. Try again in 583 seconds."
    )


def test_over_the_limit_a_held_answer_is_still_confirmed(api, tender, two_requests):
    path = f"tenders/{tender.number}/status"
    held = [api.get(path) for _time in range(2)][0]["ETag"]

    assert api.get(path).status_code == 429
    assert api.get(path, If_None_Match=held).status_code == 304


def test_over_the_limit_nothing_is_looked_up(api, tender, two_requests, django_assert_num_queries):
    for _time in range(2):
        api.get("")

    with django_assert_num_queries(0):
        assert api.get(f"tenders/{tender.number}").status_code == 429


def test_a_dead_cache_limits_nobody(api, tender, monkeypatch):
    def gone(*_arguments):
        raise ConnectionError("no cache server")

    monkeypatch.setattr(cache, "incr", gone)

    response = api.get("tenders")

    assert (response.status_code, "RateLimit" in response) == (200, False)


def test_outside_the_api_the_long_way_is_taken(client):
    assert client.get("/api/v2/tenders").status_code == 404
    assert client.get("/api/v1").status_code in (301, 404)
    assert "text/html" in client.get("/api/v2/tenders")["Content-Type"]


def test_the_bytes_are_utf8_without_escapes(api, tender):
    content = api.get("tenders", Accept_Language="uk").content

    assert tender.title_uk.encode() in content
    assert json.loads(content)["data"][0]["title"] == tender.title_uk


def test_every_kind_of_problem_has_a_page():
    for kind in problems.ALL:
        response = Client().get(kind.url.removeprefix("http://127.0.0.1:8000"))

        assert response.status_code == 200
        page = response.content.decode()
        assert f"<h1>{kind.title}</h1>" in page
        assert str(kind.cause) in page
        assert str(kind.cure) in page


def test_the_pages_of_problems_are_listed_and_no_others_exist(client):
    page = client.get("/problems/").content.decode()

    assert [kind.slug for kind in problems.ALL if f"/problems/{kind.slug}" not in page] == []
    assert client.get("/problems/nonsense").status_code == 404
    assert client.post("/problems/validation").status_code == 405

"""What every route for companies has in common: who asks, by what, and that nobody else learns anything."""

import io
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError
from django.http import HttpResponse
from django.test import RequestFactory

from coalition_portal import clock
from manufacturers.models import CompanyRole, Person
from manufacturers.registration import remove_person
from tenders.api import keys, private, queries, throttling
from tenders.api.models import ApiKey
from tenders.api.private import PrivateView
from tests.factories import companies, people
from tests.factories.keys import WRITES, key_of, token_of
from tests.tenders.api.asking import BASE, problem

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
NO_KEY = "The Authorization header carries no valid key: it is mistyped, revoked, run out, or of a former colleague."


@pytest.fixture
def company():
    return companies.company(name="Example Works")


@pytest.fixture
def editor(company):
    return companies.person_of(company, CompanyRole.EDITOR)


def test_a_key_acts_as_its_person(robot_of, company, editor):
    key, token = key_of(editor, scopes=WRITES, name="Build server")

    response = robot_of(token=token).get("me")

    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert response.json() == {
        "id": editor.public_id,
        "name": editor.name,
        "company": {"id": company.public_id, "legal_name": "Example Works", "role": "editor"},
        "key": {
            "id": key.public_id,
            "name": "Build server",
            "scopes": ["proposals:read", "proposals:write"],
            "expires_at": None,
        },
        "links": {"proposals": f"{BASE}/proposals", "uploads": f"{BASE}/uploads"},
    }


def test_headers_are_for_nobody_but_who_asked(robot_of, editor, client_of):
    for response in (
        robot_of(editor, scopes=WRITES).get("me"),
        client_of(editor).get("/api/v1/me"),
        robot_of().get("me"),
        robot_of(editor, scopes=WRITES).get("me", Accept="text/html"),
    ):
        assert response["Cache-Control"] == "private, no-store"
        assert sorted(response["Vary"].split(", ")) == [
            "Accept",
            "Accept-Encoding",
            "Accept-Language",
            "Authorization",
            "Cookie",
        ]
        assert not [name for name in response.headers if name.startswith("Access-Control")]
        assert response["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Length"] == str(len(response.content))
        assert response["Content-Language"] == "en"


def test_without_credentials(robot_of):
    response = robot_of().get("me")

    assert (response.status_code, response["WWW-Authenticate"]) == (401, 'Bearer realm="tenders"')
    assert response.json() == problem(
        response,
        "unauthenticated",
        "The portal does not know who asks",
        "This route is for companies: send a key as Authorization: Bearer, or sign in with the browser.",
        cache="private, no-store",
    )


def revoked(key, user):
    keys.revoke(key=key, by=user, now=clock.now())


def run_out(key, user):
    ApiKey.objects.filter(pk=key.pk).update(made_at=clock.now() - 2 * MINUTE, expires_at=clock.now() - MINUTE)


def closed(key, user):
    type(user).objects.filter(pk=user.pk).update(is_active=False)


def left(key, user):
    place = Person.objects.get(user=user)
    remove_person(person=place, by=companies.owner_of(place.company), now=clock.now())


def moved(key, user):
    left(key, user)
    other = companies.company()
    Person.objects.create(company=other, user=user, role=CompanyRole.OWNER, joined_at=clock.now())


def came_back(key, user):
    left(key, user)
    Person.objects.create(company=key.company, user=user, role=CompanyRole.EDITOR, joined_at=clock.now())


@pytest.mark.parametrize("happens", [revoked, run_out, closed, left, moved, came_back])
def test_a_key_that_is_none_any_more(robot_of, editor, happens):
    key, token = key_of(editor, scopes=WRITES)
    robot = robot_of(token=token)
    assert robot.get("me").status_code == 200

    happens(key, editor)
    response = robot.get("me")

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="tenders", error="invalid_token"'
    assert response.json()["detail"] == NO_KEY


def wrong_secret(token):
    return token[:-1] + ("a" if token[-1] != "a" else "b")


@pytest.mark.parametrize("spoil", [wrong_secret, str.upper, lambda token: token[:-1], lambda token: f"{token}a"])
def test_another_secret_opens_nothing(robot_of, editor, spoil):
    assert robot_of(token=spoil(token_of(editor, scopes=WRITES))).get("me").status_code == 401


@pytest.mark.parametrize("header", ["Basic dTpw", "Bearer", "Bearer ", "", "Token x", "Bearer idc_a_b"])
def test_other_credentials_are_refused(robot_of, header):
    assert robot_of().get("me", Authorization=header).status_code == 401


def test_wrong_credentials_are_not_healed_by_a_session(client_of, editor):
    browser = client_of(editor)

    assert browser.get("/api/v1/me").status_code == 200
    assert browser.get("/api/v1/me", headers={"Authorization": "Bearer nonsense"}).status_code == 401


def test_the_scheme_is_of_any_case(robot_of, editor):
    token = token_of(editor, scopes=WRITES)

    assert robot_of().get("me", Authorization=f"bearer {token}").status_code == 200


def test_a_session_is_known(client_of, editor, company):
    body = client_of(editor).get("/api/v1/me").json()

    assert (body["id"], body["company"]["id"], body["key"]) == (editor.public_id, company.public_id, None)


def test_staff_act_for_no_company(client_of):
    assert client_of(people.officer()).get("/api/v1/me").json()["company"] is None


def test_options_tell_everybody_the_same(robot_of, editor):
    told = [robot.ask("OPTIONS", "me") for robot in (robot_of(), robot_of(editor, scopes=WRITES), robot_of(token="x"))]

    assert {(one.status_code, one["Allow"], one.content) for one in told} == {(204, "GET, HEAD, OPTIONS", b"")}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_unused_methods(robot_of, method):
    response = robot_of().ask(method, "me")

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert response.json()["title"] == "The method is not possible here"


@pytest.mark.parametrize("path", ["me/", "me/x", "proposals/", "proposals/a/b/c", "uploads/a/b", "me.json"])
def test_unknown_routes_are_problems(robot_of, editor, path):
    for robot in (robot_of(), robot_of(editor, scopes=WRITES)):
        response = robot.get(path)

        assert response.status_code == 404
        assert response.json() == problem(
            response,
            "not-found",
            "There is nothing at this address",
            f"No route is /api/v1/{path}. The index at /api/v1/ links to all routes.",
        )


@pytest.mark.parametrize("path", ["me"])
def test_a_strange_host_is_a_problem(robot_of, editor, path):
    response = robot_of(editor, scopes=WRITES).get(path, Host="elsewhere.example")

    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")


def test_the_head_of_an_answer(robot_of, editor):
    response = robot_of(editor, scopes=WRITES).ask("HEAD", "me")

    assert (response.status_code, response.content) == (200, b"")


def test_a_fault_of_ours_tells_nothing(robot_of, editor, monkeypatch):
    def fail(*_arguments):
        raise RuntimeError("a secret")

    monkeypatch.setattr("tenders.api.company_views.person_of", fail)

    response = robot_of(editor, scopes=WRITES).get("me")

    assert response.status_code == 500
    assert response.json()["detail"] == (
        "The portal could not answer this request. The error is recorded; try again later."
    )


def test_staff_without_a_second_factor_get_a_problem(client_of, settings):
    settings.PORTAL_DEMO = False

    response = client_of(people.officer(is_staff=True)).get("/api/v1/me")

    assert (response.status_code, response["Content-Type"]) == (403, "application/problem+json")
    assert response["Cache-Control"] == "private, no-store"


def test_a_condition_on_reading_is_no_page(robot_of, editor):
    response = robot_of(editor, scopes=WRITES).get("me", If_Match='"x"')

    assert response["Content-Type"] in ("application/json", "application/problem+json")


class Streaming(PrivateView):
    media_types = ("application/offset+octet-stream",)

    def post(self, request):
        return HttpResponse(request._request.read(4))


class OneByOne(io.BytesIO):
    """Says how much was read of it."""

    def read(self, size=-1):
        assert 0 <= size <= 4
        return super().read(size)


def test_the_body_is_left_to_the_view(editor, fixed_now):
    token = token_of(editor, scopes=WRITES)
    body = OneByOne(b"x" * 1000)
    environ = {"wsgi.input": body, "CONTENT_LENGTH": "1000", "HTTP_AUTHORIZATION": f"Bearer {token}"}
    request = RequestFactory().post("/", content_type="application/offset+octet-stream", **environ)
    request.now, request.user, request.request_id = clock.now(), AnonymousUser(), "a" * 26

    response = Streaming.as_view()(request)

    assert (response.status_code, response.content, body.tell()) == (200, b"xxxx", 4)


# The limit


def test_each_key_has_a_limit_of_its_own(robot_of, editor, monkeypatch):
    monkeypatch.setattr(throttling, "KEY", throttling.Limit("key", quota=2, window_seconds=600))
    first, second = (robot_of(editor, scopes=WRITES) for _time in range(2))

    told = [first.get("me") for _time in range(3)]

    assert [one.status_code for one in told] == [200, 200, 429]
    assert told[0]["RateLimit-Policy"] == '"key";q=2;w=600'
    assert int(told[2]["Retry-After"]) in range(1, 601)
    assert second.get("me").status_code == 200


def test_on_a_public_route_a_key_picks_the_limit_alone(robot_of, editor, api):
    token = token_of(editor, scopes=WRITES)
    anonymous = api.get("tenders")

    with_key, with_nonsense = (robot_of(token=one).get("tenders") for one in (token, "nonsense"))

    assert with_key.content == with_nonsense.content == anonymous.content
    assert with_key["ETag"] == anonymous["ETag"]
    policies = [one["RateLimit-Policy"] for one in (anonymous, with_key, with_nonsense)]
    assert policies == ['"anon";q=600;w=600', '"key";q=3000;w=600', '"anon";q=600;w=600']


def test_whoever_is_not_known_is_counted_by_address(robot_of, editor, two_of_a_kind):
    nobody, somebody = robot_of(token="nonsense"), robot_of(editor, scopes=WRITES)

    told = [nobody.get("me").status_code for _time in range(3)]

    assert told == [401, 401, 429]
    assert [somebody.get("me").status_code for _time in range(3)] == [200, 200, 200]


@pytest.fixture
def two_of_a_kind(monkeypatch):
    monkeypatch.setattr(throttling.spend, "__defaults__", (throttling.Limit("anon", quota=2, window_seconds=600),))


def test_the_limit_is_three_thousand(robot_of, editor, client_of):
    assert robot_of(editor, scopes=WRITES).get("me")["RateLimit-Policy"] == '"key";q=3000;w=600'
    assert client_of(editor).get("/api/v1/me")["RateLimit-Policy"] == '"session";q=3000;w=600'


def test_a_dead_cache_limits_nobody(robot_of, editor, monkeypatch):
    def gone(*_arguments):
        raise ConnectionError("no cache server")

    monkeypatch.setattr(cache, "incr", gone)

    assert robot_of(editor, scopes=WRITES).get("me").status_code == 200


# The last use


def test_last_use_is_written_once_a_minute(robot_of, editor, time_machine, fixed_now):
    Person.objects.update(joined_at=fixed_now)
    time_machine.move_to(fixed_now, tick=False)
    key, token = key_of(editor, scopes=WRITES, now=fixed_now)
    robot = robot_of(token=token)

    noted = []
    for moment in (fixed_now, fixed_now + MINUTE - timedelta(microseconds=1), fixed_now + MINUTE):
        time_machine.move_to(moment, tick=False)
        robot.get("me")
        key.refresh_from_db()
        noted.append(key.last_used_at)

    assert noted == [fixed_now, fixed_now, fixed_now + MINUTE]


@pytest.mark.parametrize("error", [DatabaseError("locked"), InterfaceError("connection already closed")])
def test_a_use_that_cannot_be_noted_costs_nothing(robot_of, editor, monkeypatch, error):
    def fails(*_arguments):
        raise error

    monkeypatch.setattr(private, "note_use", fails)

    assert robot_of(editor, scopes=WRITES).get("me").status_code == 200


def test_queries_of_a_request(robot_of, editor, django_assert_num_queries):
    robot = robot_of(editor, scopes=WRITES)
    robot.get("me")

    with django_assert_num_queries(2):
        assert robot.get("me").status_code == 200


def test_secrets_are_not_kept(editor):
    key, token = key_of(editor, scopes=WRITES)

    row = ApiKey.objects.filter(pk=key.pk).values().get()

    assert token.secret not in str(row)
    assert queries.key_of(token, clock.now()) == key


def test_a_key_opens_nothing_at_the_instant_it_runs_out(editor, fixed_now):
    Person.objects.update(joined_at=fixed_now)
    _key, token = key_of(editor, scopes=WRITES, now=fixed_now, expires_at=fixed_now + MINUTE)
    micro = timedelta(microseconds=1)

    found = [queries.key_of(token, fixed_now + MINUTE + step) is not None for step in (-micro, 0 * micro, micro)]

    assert found == [True, False, False]

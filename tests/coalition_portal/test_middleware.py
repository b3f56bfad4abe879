import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import login
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path

from coalition_portal import clock
from coalition_portal.identity.roles import Role
from coalition_portal.lifecycle import IllegalMove
from coalition_portal.middleware import HEADERS
from coalition_portal.permission import Denied, Refused
from tests.factories import people

pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]

RAISED = {
    "denied": Denied("Only the chair <may>."),
    "refused": Refused("Too late. Look at the deadline."),
    "moved": IllegalMove(
        "publish is not possible in state PUBLISHED; it needs DRAFT.", state=Role.CHAIR, act="publish"
    ),
    "broken": KeyError("a fault of ours"),
}


def plain(request):
    return HttpResponse("plain", headers={"Cache-Control": "public, max-age=60"})


def moment(request):
    return HttpResponse(f"{request.now.isoformat()} {request.request_id}")


def who(request):
    return HttpResponse(str(request.user))


def own_headers(request):
    return HttpResponse(headers={"Referrer-Policy": "no-referrer"})


def fail(request, how):
    raise RAISED[how]


def sign_in(request):
    login(request, people.User.objects.get(email="anna@example.test"))
    return HttpResponse("in")


urlpatterns = [
    path("plain", plain),
    path("moment", moment),
    path("who", who),
    path("own", own_headers),
    path("fail/<how>", fail),
    path("sign-in", sign_in),
    path("healthz", plain),
    path("readyz", plain),
    path("healthz-not", plain),
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/", include("allauth.urls")),
]


@pytest.fixture(autouse=True)
def small_templates(settings):
    pages = {"403.html": "{{ reason }}", "409.html": "{{ sentence }}", "500.html": "fault"}
    options = {"loaders": [("django.template.loaders.locmem.Loader", pages)]}
    settings.TEMPLATES = [
        {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": False, "OPTIONS": options}
    ]


def test_a_request_has_one_moment_and_an_id(client):
    before = clock.now()
    response = client.get("/moment")
    now, request_id = response.content.decode().split()

    assert before.isoformat() <= now <= clock.now().isoformat()
    assert re.fullmatch(r"[a-z2-7]{26}", request_id)
    assert response["X-Request-ID"] == request_id
    assert client.get("/moment")["X-Request-ID"] != request_id


def test_safe_headers_are_on_every_answer_and_a_view_keeps_its_own(client):
    assert {name: client.get("/plain")[name] for name in HEADERS} == HEADERS
    assert {name: client.get("/nothing-here")[name] for name in HEADERS} == HEADERS
    assert client.get("/own")["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("how", "status", "page"),
    [
        ("denied", 403, "Only the chair &lt;may&gt;."),
        ("refused", 409, "Too late. Look at the deadline."),
        ("moved", 409, "This has changed since you loaded the page. Load it again to see what is possible now."),
    ],
)
def test_a_verbs_no_becomes_a_page(client, how, status, page):
    response = client.get(f"/fail/{how}")

    assert (response.status_code, response.content.decode()) == (status, page)


def test_a_fault_of_ours_is_no_refusal(client):
    client.raise_request_exception = False

    assert client.get("/fail/broken").status_code == 500


def test_an_answer_to_a_signed_in_person_is_not_stored(client_of):
    browser = client_of(people.person())

    assert [browser.get(path)["Cache-Control"] for path in ("/plain", "/who", "/nothing-here")] == [
        "no-store, private"
    ] * 3


def test_the_answer_that_signs_in_is_not_stored(client):
    people.person(email="anna@example.test")

    assert client.get("/sign-in")["Cache-Control"] == "no-store, private"


def test_a_visitors_answer_is_left_to_the_view_and_varies_by_no_cookie(client):
    response = client.get("/plain")

    assert response["Cache-Control"] == "public, max-age=60"
    assert "Cookie" not in response.get("Vary", "")


def test_a_stale_session_is_a_visitors(client_of):
    user = people.person()
    browser = client_of(user)
    user.delete()

    assert browser.get("/plain")["Cache-Control"] == "public, max-age=60"


OPEN_PATHS = ["/healthz", "/readyz", "/accounts/logout/", "/accounts/2fa/", "/accounts/2fa/totp/activate/"]
SHUT_PATHS = ["/plain", "/who", "/fail/denied", "/healthz-not", "/nothing-here"]


def is_sent_to_set_up(user, address, client_of):
    browser = client_of(user) if user else Client()
    browser.raise_request_exception = False
    response = browser.get(address)
    return (response.status_code, response.get("Location")) == (302, "/accounts/2fa/")


def with_factor(user, kind):
    Authenticator.objects.create(user=user, type=kind, data={})
    return user


@pytest.mark.parametrize("demo", [True, False])
@pytest.mark.parametrize(
    ("make", "shut"),
    [
        (lambda: None, False),
        (people.person, False),
        (lambda: people.staff(Role.REVIEWER), True),
        (lambda: people.User.objects.create_superuser("root@example.test"), True),
        (lambda: with_factor(people.staff(Role.REVIEWER), Authenticator.Type.TOTP), False),
        (lambda: with_factor(people.staff(Role.REVIEWER), Authenticator.Type.WEBAUTHN), False),
        (lambda: with_factor(people.staff(Role.REVIEWER), Authenticator.Type.RECOVERY_CODES), True),
    ],
)
def test_staff_without_a_second_factor_are_sent_to_set_one_up(settings, client_of, demo, make, shut):
    settings.PORTAL_DEMO = demo
    user = make()

    sent = {address: is_sent_to_set_up(user, address, client_of) for address in SHUT_PATHS + OPEN_PATHS}

    assert sent == dict.fromkeys(SHUT_PATHS, shut and not demo) | dict.fromkeys(OPEN_PATHS, False)


def test_the_question_for_the_second_factor_is_one_query_and_only_for_staff(
    settings, client_of, django_assert_num_queries
):
    settings.PORTAL_DEMO = False
    staff = client_of(with_factor(people.staff(Role.REVIEWER), Authenticator.Type.TOTP))
    person = client_of(people.person())

    with django_assert_num_queries(3):
        staff.get("/plain")
    with django_assert_num_queries(2):
        person.get("/plain")

"""The documentation page in a real browser, under the strict policy."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import expect

from tenders.api import pages
from tests.factories import people
from tests.factories.tenders import published_tender
from tests.tenders.api.release import RELEASED

pytestmark = pytest.mark.sqlite_only

GRAVE = ("serious", "critical")
OPERATIONS = sum(len(methods) for methods in json.loads(RELEASED.read_text())["paths"].values())


@pytest.fixture
def complaints(page):
    """What the browser's console says against the page: blocked by the policy, missing, failed."""
    found = []
    page.on("console", lambda message: found.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_it_is_drawn_without_a_complaint(live_server, page, complaints, width, scheme):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})

    page.goto(f"{live_server.url}/api/v1/docs")

    expect(page.locator(".opblock")).to_have_count(OPERATIONS)
    page.get_by_text("Status of one tender").click()
    expect(page.get_by_text("Small and made for polling")).to_be_visible()
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found if rule["impact"] in GRAVE] == []


def test_a_route_can_be_tried(live_server, page, complaints):
    tender = published_tender()
    page.goto(f"{live_server.url}/api/v1/docs")

    page.get_by_text("Status of one tender").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_placeholder("number").fill(tender.number)
    page.get_by_role("button", name="Execute").click()

    expect(page.locator(".live-responses-table")).to_contain_text('"status": "open"')
    assert complaints == []


@pytest.mark.django_db
def test_it_is_a_page_for_people(client_of, settings):
    """Unlike its neighbours it knows the person and the language that was chosen."""
    user = people.person(name="Anna Example")
    browser = client_of(user)
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "uk"

    page = browser.get("/api/v1/docs")
    script = browser.get("/api/v1/docs?script=")

    assert str(user) in page.content.decode()
    assert page["Content-Type"] == "text/html; charset=utf-8"
    assert "Cookie" in page["Vary"]
    assert (page.headers["Content-Language"], "openapi.json?lang\\u003Duk" in script.content.decode()) == ("uk", True)
    assert script["Content-Type"] == "application/javascript"


@pytest.mark.django_db
def test_nothing_inline_and_nothing_from_elsewhere():
    page = Client().get("/api/v1/docs").content.decode()

    assert "<style" not in page
    assert "style=" not in page
    assert "://" not in page.partition("<main")[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "headers", "status", "slug"),
    [
        ("POST", {}, 405, "method-not-allowed"),
        ("GET", {"Accept": "application/json"}, 406, "not-acceptable"),
    ],
)
def test_its_errors_are_problems_too(method, headers, status, slug):
    response = Client().generic(method, "/api/v1/docs", headers=headers)

    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert response.json()["type"].endswith(f"/problems/{slug}")


@pytest.mark.django_db
def test_a_fault_of_the_page_is_a_problem(monkeypatch):
    monkeypatch.setattr(pages.DocsView, "template_name", "no-such-template.html")

    response = Client(raise_request_exception=False).get("/api/v1/docs")

    assert (response.status_code, response["Content-Type"]) == (500, "application/problem+json")

"""Our small scripts in a real browser, under the strict policy, on pages drawn by the real parts."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines
from playwright.sync_api import expect

# What a browser draws and runs here is the same on every database.
pytestmark = pytest.mark.sqlite_only

STATIC = Path(settings.BASE_DIR) / "static"
ADDRESS = "http://portal.test/"
POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; object-src 'none'"
NOW = datetime(2026, 10, 14, 8, 0, tzinfo=UTC)


@pytest.fixture
def show(page):
    """`show(template, script, **values)`: the page in the browser. Every error in its console fails the test."""
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def open_page(template, *scripts, answers=None, **values):
        tags = "".join(f'<script type="module" src="/static/js/{script}"></script>' for script in scripts)
        body = engines["django"].from_string(template).render({"now": NOW, **values})
        html = (
            f'<!doctype html><html lang="en"><title>Page</title><body data-now="{epoch_ms(NOW)}">'
            f'<main tabindex="-1">{body}</main>{tags}'
        )
        page.route("**/*", lambda route: answer(route, html, answers or {}))
        page.goto(ADDRESS)
        return page

    yield open_page
    assert complaints == []


def stop_clock(page, at):
    """The computer's clock stands at that instant, and goes on only as far as a test says."""
    page.clock.install(time=at - timedelta(minutes=1))
    page.clock.pause_at(at)


def epoch_ms(moment):
    return int(moment.timestamp() * 1000)


def answer(route, html, answers):
    path = re.sub(r"^https?://[^/]+", "", route.request.url)
    if path.startswith("/static/"):
        route.fulfill(path=STATIC / path.removeprefix("/static/"))
    elif (route.request.method, path) in answers:
        answers[(route.request.method, path)](route)
    elif path == "/favicon.ico":
        route.fulfill(path=STATIC / "img/favicon.ico")
    else:
        route.fulfill(
            body=html, headers={"content-type": "text/html; charset=utf-8", "content-security-policy": POLICY}
        )


# clock.js


def test_countdown_runs_by_the_clock_of_the_portal_and_ends_at_zero(page, show):
    stop_clock(page, NOW - timedelta(hours=5))  # it is five hours slow
    show("{% countdown at big=True %}", "clock.js", at=NOW + timedelta(minutes=1, seconds=5))
    page.clock.run_for(2_000)
    shown = [page.locator(".clock").inner_text()]
    page.clock.run_for(60_000)
    shown.append(page.locator(".clock").inner_text())
    page.clock.run_for(4_000)

    assert [text.replace("\n", "") for text in shown] == ["1min3s", "3s"]
    expect(page.locator(".clock")).to_have_text("Closed")
    expect(page.locator(".countdown .soft")).to_have_text(
        "The deadline of this page has passed. Reload it: it may have been extended."
    )


def test_a_page_that_was_loaded_after_the_deadline_knows_that_it_passed(page, show):
    stop_clock(page, NOW)
    show("{% countdown at %}", "clock.js", at=NOW - timedelta(seconds=1))

    expect(page.locator(".countdown .soft")).to_have_text("The deadline has passed")


def test_countdown_turns_yellow_in_the_last_day(page, show):
    stop_clock(page, NOW)
    show("{% countdown at %}", "clock.js", at=NOW + timedelta(hours=24, seconds=2))
    page.clock.run_for(1_000)
    before = page.locator(".clock").get_attribute("class")
    page.clock.run_for(3_000)

    assert (before, page.locator(".clock").get_attribute("class")) == ("clock", "clock soon")


def test_wall_clock_goes_on(page, show):
    stop_clock(page, NOW)
    show("{% wall_clock now %}", "clock.js")
    page.clock.run_for(61_000)

    expect(page.locator("main")).to_have_text("11:01:01 Kyiv · 08:01:01 UTC", use_inner_text=True)


def test_after_a_sleep_the_portal_is_asked_for_the_time(page, show):
    woken = NOW + timedelta(hours=2)
    healthz = ("HEAD", "/healthz")
    stop_clock(page, NOW)
    show(
        "{% wall_clock now %}",
        "clock.js",
        answers={healthz: lambda route: route.fulfill(headers={"Date": format_datetime(woken, usegmt=True)})},
    )
    page.clock.run_for(1_000)
    page.clock.set_system_time(woken)
    utc = page.locator("[data-clock=UTC]")
    for _step in range(400):
        page.clock.run_for(1_000)
        if utc.inner_text().startswith("10:00:0"):
            return
        page.wait_for_timeout(20)  # The answer takes its time, whatever the page's clock says.
    raise AssertionError(f"the page shows {utc.inner_text()}")


# scoring.js

POINT = '<label><input type="radio" name="{{ criterion }}" value="{{ value }}"> {{ value }}</label>'
CRITERION = "<fieldset data-points>{% for value in points %}" + POINT + "{% endfor %}</fieldset>"
SHEET = (
    '{% for criterion in "ab" %}' + CRITERION + '{% endfor %}<textarea></textarea><a data-next href="#next">Next</a>'
)


@pytest.fixture
def sheet(page, show):
    show(SHEET, "scoring.js", points=[0, 3, 5, 8, 10])
    return page


def chosen(page):
    return page.evaluate("[...document.querySelectorAll('input:checked')].map((point) => point.name + point.value)")


def test_digits_choose_the_point_and_arrows_the_criterion(sheet):
    for key in ("8", "ArrowDown", "1"):
        sheet.keyboard.press(key)

    assert chosen(sheet) == ["a8", "b10"]


def test_keys_that_mean_nothing_change_nothing(sheet):
    for key in ("5", "7", "ArrowUp", "Control+3"):
        sheet.keyboard.press(key)

    assert chosen(sheet) == ["a5"]


def test_arrows_on_a_radio_button_keep_their_own_meaning(sheet):
    sheet.locator("input[name=a]").nth(1).check()
    sheet.locator("input[name=a]").nth(1).focus()
    sheet.keyboard.press("ArrowDown")

    assert chosen(sheet) == ["a5"]


def test_digits_in_a_text_are_text(sheet):
    sheet.focus("textarea")
    sheet.keyboard.type("page 8")

    assert (chosen(sheet), sheet.input_value("textarea")) == ([], "page 8")


def test_arrow_right_goes_to_the_next_proposal(sheet):
    sheet.keyboard.press("ArrowRight")

    expect(sheet).to_have_url(ADDRESS + "#next")


# print.js


def test_print_button_shows_itself(page, show):
    show('{% include "components/print_button.html" %}', "print.js")

    expect(page.get_by_role("button", name="Print this page")).to_be_visible()

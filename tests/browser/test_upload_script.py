"""The client of uploads in a real browser, against a portal that has bad days."""

import json
import re
from datetime import timedelta

import pytest
from django.template import engines
from playwright.sync_api import expect

from tenders.proposals.views.document_kinds import WORDS
from tests.browser.fake_uploads import ADDRESS, TUS, FakeUploads
from tests.browser.test_scripts import ADDRESS as PAGE
from tests.browser.test_scripts import NOW, POLICY, STATIC, epoch_ms

# What a browser draws and runs here is the same on every database.
pytestmark = pytest.mark.sqlite_only

KIB = 1024
KIND = (
    '<section class="kind" data-kind="plan" data-types="pdf csv" data-most="3000000" data-files="3"'
    ' data-room="{{ room }}" data-wrong-type="Got .{extension}, want PDF."'
    ' data-no-type="No ending." data-too-large="Too large: {size}."'
    ' data-no-room="No room."><h2 tabindex="-1">Plan</h2>'
    '<ul class="files" data-fresh="plan">{% for name in kept %}<li>{{ name }}</li>{% endfor %}</ul>'
    '<ul class="files" data-sending></ul>'
    '{% include "components/upload.html" with action="/plain/" id="plan" label="Plan" accept=".pdf" %}</section>'
)
PAGE_TEMPLATE = (
    '<form action="/accounts/logout/" method="post"><button id="out">Sign out</button></form>'
    '<div data-fresh="summary" data-summary data-files="{{ files }}" data-bytes="4000000"></div>'
    "<p data-scripted hidden>With scripts</p>"
    '<div data-uploads data-proposal="p1" data-endpoint="/api/v1/uploads"'
    '{% for name, text in words.items %} data-{{ name }}="{{ text }}"{% endfor %}>'
    '<p role="status" data-said></p>{% include "components/sending.html" %}' + KIND + "</div>"
    '<input type="hidden" name="csrfmiddlewaretoken" value="{{ token }}">'
)
EXTRA = {"no-files": "No more files.", "no-bytes": "Too much in all."}


class Portal:
    """The page and the uploads behind it; `facts` may change between one showing and the next."""

    def __init__(self, page, complaints):
        self.page, self.complaints = page, complaints
        self.uploads = FakeUploads()
        self.facts = {"kept": [], "room": 3, "files": 12, "token": "first-token"}
        self.is_signed_in = True
        page.route("**/*", self.answer)

    def answer(self, route):
        path = route.request.url.removeprefix("http://portal.test")
        if path.startswith("/api/v1/uploads"):
            self.uploads(route)
        elif path.startswith("/static/"):
            route.fulfill(path=STATIC / path.removeprefix("/static/"))
        elif path == "/favicon.ico":
            route.fulfill(path=STATIC / "img/favicon.ico")
        else:
            html = self.html() if self.is_signed_in else "<p>Sign in</p>"
            headers = {"content-type": "text/html; charset=utf-8", "content-security-policy": POLICY}
            route.fulfill(body=html, headers=headers)

    def html(self):
        values = {"words": WORDS | EXTRA, **self.facts}
        body = engines["django"].from_string(PAGE_TEMPLATE).render(values)
        script = '<script type="module" src="/static/js/upload.js"></script>'
        return f'<!doctype html><html lang="en"><title>Page</title><body data-now="{epoch_ms(NOW)}">{body}{script}'

    def open(self):
        self.page.goto(PAGE)
        expect(self.page.locator("[data-scripted]")).to_be_visible()
        return self

    def choose(self, *files):
        self.page.set_input_files("#plan", [str(file) for file in files])

    def see_it_through(self):
        """Time passes until the file is over."""
        for _step in range(400):
            if not self.row.count():
                return
            self.page.clock.run_for(1_000)
            self.page.wait_for_timeout(20)  # Answers take their time, whatever the page's clock says.
        raise AssertionError(f"the row is still there: {self.row.all_inner_texts()}")

    def see_asked(self, *methods):
        """Waits until the portal was asked this last."""
        for _step in range(400):
            if tuple(self.uploads.asked[-len(methods) :]) == methods:
                return
            self.page.wait_for_timeout(20)
        raise AssertionError(f"asked {self.uploads.asked}, wanted {methods} at the end")

    @property
    def row(self):
        return self.page.locator("[data-sending] > li")

    @property
    def kept_addresses(self):
        return self.page.evaluate("Object.values(localStorage)")


@pytest.fixture
def portal(page):
    complaints = []
    # The browser itself writes a line for each answer that is no success.
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text)
            if message.type == "error" and "Failed to load resource" not in message.text
            else None
        ),
    )
    # Time passes where a test says so, however slow the machine is.
    page.clock.install(time=NOW - timedelta(minutes=1))
    page.clock.pause_at(NOW)
    yield Portal(page, complaints)
    assert complaints == []


@pytest.fixture
def file(tmp_path):
    def make(name="plan.pdf", size=600 * KIB):
        path = tmp_path / name
        path.write_bytes((b"0123456789abcde\n" * (size // 16 + 1))[:size])
        return path

    return make


def test_a_file_goes_up_in_growing_pieces_and_its_row_is_the_portals(portal, file):
    portal.open()
    portal.facts |= {"kept": ["plan.pdf"], "room": 2}
    path = file()
    portal.choose(path)

    expect(portal.page.locator("[data-fresh=plan] li")).to_have_text(["plan.pdf"])
    expect(portal.row).to_have_count(0)
    assert portal.uploads.received == path.read_bytes()
    assert portal.uploads.pieces == [256 * KIB, 344 * KIB]
    assert portal.uploads.metadata == {
        "filename": "plan.pdf",
        "filetype": "application/pdf",
        "proposal": "p1",
        "kind": "plan",
    }
    assert (portal.uploads.token, portal.kept_addresses) == ("first-token", [])
    expect(portal.page.locator("[data-said]")).to_have_text("plan.pdf: Received and checked.")


def test_after_a_broken_line_it_goes_on_from_what_arrived(portal, file):
    portal.uploads.bad_days = {"PATCH": ["broken after 1000"], "HEAD": ["broken"]}
    portal.open()
    path = file()
    portal.choose(path)

    expect(portal.row.locator("[data-meta]")).to_contain_text("The line broke at 0 %")
    portal.see_it_through()
    assert portal.uploads.received == path.read_bytes()
    assert portal.uploads.asked[:4] == ["POST", "PATCH", "HEAD", "HEAD"]
    assert portal.uploads.pieces[0] == 64 * KIB


@pytest.mark.parametrize("lost", ["broken", (409, {"Retry-After": "2"}, ""), (503, {}, "")])
def test_a_creation_is_repeated_under_its_name(portal, file, lost):
    portal.uploads.bad_days = {"POST": [lost, lost]}
    portal.open()
    portal.choose(file())

    portal.see_it_through()
    assert portal.uploads.asked[:3] == ["POST", "POST", "POST"]
    assert len(set(portal.uploads.names)) == 1
    assert re.fullmatch("[0-9a-f]{32}", portal.uploads.names[0])


def test_a_creation_that_has_expired_gets_another_name(portal, file):
    portal.uploads.bad_days = {"POST": ["broken", (410, {}, "")]}
    portal.open()
    portal.choose(file())

    portal.see_it_through()
    first, again, anew = portal.uploads.names
    assert first == again != anew


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_portal_is_given_the_time_it_asks_for(portal, file, status):
    portal.uploads.bad_days = {"PATCH": [(status, {"Retry-After": "30"}, "")]}
    portal.open()
    portal.choose(file())

    expect(portal.row.locator("[data-meta]")).to_contain_text("The upload goes on in 30 sec")
    portal.page.clock.run_for(29_000)
    portal.page.wait_for_timeout(100)
    assert portal.uploads.asked == ["POST", "PATCH"]
    portal.see_it_through()


def test_the_sign_in_page_of_a_network_is_not_taken_for_the_portal(portal, file):
    portal.uploads.bad_days = {"POST": [(200, {}, "<p>Welcome to the hotel</p>")]}
    portal.open()
    portal.choose(file())

    expect(portal.row.locator("[data-meta]")).to_contain_text("The line broke")
    portal.see_it_through()
    assert portal.uploads.made == 1


def test_without_a_connection_it_waits_and_goes_on_when_it_is_back(portal, file):
    portal.uploads.bad_days = {"PATCH": ["broken after 70000"]}
    portal.open()
    portal.page.evaluate("Object.defineProperty(navigator, 'onLine', { get: () => window.isOn, configurable: true })")
    portal.choose(file())
    expect(portal.row.locator("[data-meta]")).to_contain_text("There is no connection.")

    portal.page.evaluate("window.isOn = true; window.dispatchEvent(new Event('online'))")

    expect(portal.row).to_have_count(0)
    assert portal.uploads.asked.count("HEAD") == 1


def test_pause_keeps_what_arrived_and_resume_goes_on(portal, file):
    held = []
    portal.open()
    portal.uploads._patch, really = held.append, portal.uploads._patch
    portal.choose(file())
    portal.see_asked("POST", "PATCH")
    portal.row.get_by_role("button", name="Pause").click()

    expect(portal.row.locator("[data-meta]")).to_have_text("Paused at 0 %. What arrived is kept.")
    expect(portal.row.get_by_role("button", name="Resume")).to_be_focused()
    assert portal.kept_addresses == [ADDRESS]

    portal.uploads._patch = really
    portal.row.get_by_role("button", name="Resume").click()
    expect(portal.row).to_have_count(0)
    assert portal.uploads.asked[:3] == ["POST", "PATCH", "HEAD"]


def test_pause_and_resume_before_the_first_byte_goes_on(portal, file):
    portal.open()
    portal.page.evaluate(
        """() => {
            const look = Blob.prototype.arrayBuffer;
            Blob.prototype.arrayBuffer = async function () {
                await new Promise((resolve) => { window.looked = resolve; });
                Blob.prototype.arrayBuffer = look;
                return look.call(this);
            };
        }"""
    )
    path = file()
    portal.choose(path)
    while not portal.page.evaluate("Boolean(window.looked)"):
        portal.page.wait_for_timeout(20)
    portal.row.get_by_role("button", name="Pause").click()
    portal.row.get_by_role("button", name="Resume").click()

    portal.page.evaluate("window.looked()")
    expect(portal.row).to_have_count(0)
    assert portal.uploads.received == path.read_bytes()
    assert portal.uploads.asked[:3] == ["POST", "HEAD", "PATCH"]


def test_while_the_portal_stores_what_broke_off_nothing_travels_in_vain(portal, file):
    held = (200, {**TUS, "Upload-Offset": "0", "Retry-After": "1"}, "")
    portal.uploads.bad_days = {"PATCH": ["broken after 1000"], "HEAD": [held, held]}
    portal.open()
    path = file()
    portal.choose(path)

    expect(portal.row.locator("[data-meta]")).to_contain_text("The line broke at 0 %")
    portal.page.clock.run_for(1_000)
    expect(portal.row.locator("[data-meta]")).to_contain_text("The portal cannot take more right now")
    portal.see_it_through()
    assert portal.uploads.received == path.read_bytes()
    assert portal.uploads.asked[:6] == ["POST", "PATCH", "HEAD", "HEAD", "HEAD", "PATCH"]


def test_cancel_tells_the_portal_and_keeps_nothing(portal, file):
    portal.open()
    portal.uploads._patch = lambda route: None
    portal.choose(file())
    expect(portal.row.locator("[data-meta]")).to_contain_text("of 615 kB")
    portal.row.get_by_role("button", name="Cancel").click()

    expect(portal.row).to_have_count(0)
    expect(portal.page.locator("[data-said]")).to_have_text("plan.pdf: Cancelled. Nothing was kept.")
    expect(portal.page.locator("h2")).to_be_focused()
    portal.see_asked("DELETE")
    assert portal.kept_addresses == []


def test_after_a_reload_the_same_file_goes_on_and_another_begins_anew(portal, file):
    portal.open()
    portal.uploads._patch, really = lambda route: None, portal.uploads._patch
    path = file()
    portal.choose(path)
    expect(portal.row.locator("[data-meta]")).to_contain_text("of 615 kB")
    portal.uploads.received = path.read_bytes()[: 500 * KIB]

    portal.open()
    portal.uploads._patch = really
    portal.choose(path)

    expect(portal.row).to_have_count(0)
    assert portal.uploads.received == path.read_bytes()
    assert (portal.uploads.made, portal.uploads.pieces) == (1, [100 * KIB])
    portal.choose(file(size=300 * KIB))
    expect(portal.row).to_have_count(0)
    assert portal.uploads.made == 2


def test_an_upload_that_expired_begins_anew(portal, file):
    portal.open()
    portal.uploads._patch, really = lambda route: None, portal.uploads._patch
    portal.choose(file())
    expect(portal.row.locator("[data-meta]")).to_contain_text("of 615 kB")
    portal.uploads._patch, portal.uploads.size = really, None

    portal.open()
    portal.choose(file())

    expect(portal.row).to_have_count(0)
    assert portal.uploads.made == 2


def test_a_refused_file_says_why_and_the_others_go_on(portal, file):
    portal.uploads.state, portal.uploads.refusal = "refused", "The file holds macros. Save it without."
    portal.open()
    portal.choose(file("first.pdf", 1000), file("second.pdf", 2000))

    expect(portal.row.locator("[data-refusal]")).to_have_text(
        ["Refused. The file holds macros. Save it without.", "Refused. The file holds macros. Save it without."]
    )
    assert (portal.uploads.made, portal.kept_addresses) == (2, [])
    portal.row.nth(0).get_by_role("button", name="Remove from the list").click()
    expect(portal.row).to_have_count(1)


def test_what_cannot_be_taken_is_told_before_a_byte_travels(portal, file):
    portal.facts |= {"room": 1, "files": 1}
    portal.open()
    portal.choose(file("plan.docx", 10), file("plan", 10), file("empty.pdf", 0), file("large.pdf", 3_000_001))

    expect(portal.row.locator("[data-refusal] span")).to_have_text(
        ["Got .docx, want PDF.", "No ending.", str(WORDS["empty"]), "Too large: 3 MB."]
    )
    assert portal.uploads.asked == []


def test_more_files_than_have_room_are_told_so(portal, file):
    portal.facts |= {"room": 2, "files": 12}
    portal.open()
    portal.uploads._patch = lambda route: None
    portal.choose(file("1.pdf", 10), file("2.pdf", 10), file("3.pdf", 10))

    expect(portal.row.locator("[data-refusal]:visible span")).to_have_text(["No room."])
    expect(portal.row.nth(1).locator("[data-meta]")).to_have_text("Waits for the file before it.")


@pytest.mark.parametrize("status", [400, 409, 413, 422])
def test_a_refusal_of_the_route_is_shown_with_its_sentence(portal, file, status):
    sentence = "This very file is here already."
    portal.uploads.bad_days = {"POST": [(status, {}, json.dumps({"detail": sentence}))]}
    portal.open()
    portal.choose(file())

    expect(portal.row.locator("[data-refusal] span")).to_have_text(sentence)


def test_who_signed_in_anew_elsewhere_goes_on_with_the_new_token(portal, file):
    portal.open()
    portal.facts["token"] = "second-token"
    portal.uploads.bad_days = {"POST": [403]}
    portal.choose(file())

    expect(portal.row).to_have_count(0)
    assert portal.uploads.token == "second-token"


def test_a_no_of_the_portal_stands(portal, file):
    portal.open()
    portal.uploads.bad_days = {"POST": [(403, {}, json.dumps({"detail": "You may only read."}))]}
    portal.choose(file())

    expect(portal.row.locator("[data-refusal] span")).to_have_text("You may only read.")


def test_who_pauses_while_the_page_asks_for_a_new_token_has_paused(portal, file):
    asked = []
    portal.open()
    portal.facts["token"] = "second-token"
    portal.uploads.bad_days = {"POST": [403]}
    portal.page.route(PAGE, lambda route: asked.append(route))
    portal.choose(file())
    while not asked:
        portal.page.wait_for_timeout(20)
    portal.row.get_by_role("button", name="Pause").click()
    asked[0].fallback()

    expect(portal.page.locator("[name=csrfmiddlewaretoken]")).to_have_value("second-token")
    expect(portal.row.get_by_role("button", name="Resume")).to_be_focused()
    assert portal.uploads.asked == ["POST"]


def test_who_is_signed_out_signs_in_and_resumes(portal, file):
    portal.open()
    portal.uploads.bad_days = {"PATCH": [401]}
    portal.is_signed_in = False
    portal.choose(file())
    expect(portal.row.locator("[data-meta]")).to_have_text(str(WORDS["signed-out"]))

    portal.is_signed_in = True
    portal.row.get_by_role("button", name="Resume").click()

    expect(portal.row).to_have_count(0)
    assert portal.uploads.made == 1


def test_a_screen_reader_hears_each_tenth(portal, file):
    portal.open()
    portal.page.evaluate(
        """window.heard = [];
        new MutationObserver(() => heard.push(document.querySelector('[data-said]').textContent))
            .observe(document.querySelector('[data-said]'), { childList: true })"""
    )
    portal.choose(file(size=2_900_000))
    expect(portal.row).to_have_count(0)

    heard = [text.removeprefix("plan.pdf: ").replace("\u00a0", " ") for text in portal.page.evaluate("heard")]
    tenths = [text for text in heard if text.endswith("% uploaded")]
    assert (heard[0], heard[-1]) == ("Starting.", "Received and checked.")
    assert len(tenths) == len({text.split(" ")[0].rjust(3, "0")[:2] for text in tenths}) <= 11


def test_signing_out_forgets_every_address(portal, file):
    portal.open()
    portal.uploads._patch = lambda route: None
    portal.choose(file())
    expect(portal.row.locator("[data-meta]")).to_contain_text("of 615 kB")
    assert portal.kept_addresses == [ADDRESS]
    portal.page.on("dialog", lambda dialog: dialog.accept())
    portal.page.click("#out")
    portal.page.wait_for_url("**/accounts/logout/")

    assert portal.kept_addresses == []


def test_a_file_chosen_before_the_script_came_is_taken(portal, file):
    waiting = []
    portal.page.route("**/js/upload.js", lambda route: waiting.append(route))
    portal.page.goto(PAGE, wait_until="commit")
    portal.choose(file())
    while not waiting:
        portal.page.wait_for_timeout(20)
    waiting[0].fulfill(path=STATIC / "js/upload.js")

    expect(portal.page.locator("[data-scripted]")).to_be_visible()
    expect(portal.row).to_have_count(0)
    assert portal.uploads.made == 1


def test_dropped_files_start_in_the_kind_they_are_dropped_on(portal):
    portal.open()
    portal.page.evaluate(
        """() => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File(["one"], "one.csv", { type: "text/csv" }));
            const send = (name) => document.querySelector("[data-kind] h2").dispatchEvent(
                new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true }));
            send("dragover");
            send("drop");
        }"""
    )

    expect(portal.row).to_have_count(0)
    assert (portal.uploads.received, portal.uploads.metadata["filename"]) == (b"one", "one.csv")

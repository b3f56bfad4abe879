"""Drafts that are never lost: the line goes, the session ends, a colleague writes beside one, the deadline passes."""

import re
from io import BytesIO

import pytest
from django.conf import settings
from django.urls import reverse
from openpyxl import load_workbook
from playwright.sync_api import expect

from coalition_portal import clock
from manufacturers.models import CompanyRole
from tenders.notices.queries import deadline_in_force
from tenders.proposals import submission
from tenders.proposals.documents import add_document
from tenders.proposals.drafting import keep_answer_fields
from tenders.proposals.models import Answer, Proposal
from tests.factories import companies, people
from tests.factories.proposals import draft_proposal, file_of, staged_bundle
from tests.factories.tenders import published_tender

pytestmark = pytest.mark.sqlite_only

SAVED = re.compile(r"^Saved \d\d:\d\d:\d\d$")
PAYLOAD, RANGE, ENDURANCE, CEILING, CAMERA = "FPV-01", "FPV-02", "FPV-03", "FPV-05", "FPV-08"
LINE_IS_DOWN = "Failed to load resource"


@pytest.fixture
def draft(transactional_db):
    return draft_proposal(tender=published_tender(template_code="advanced_fpv"), model_name="Example 10")


@pytest.fixture
def owner(draft):
    user = companies.owner_of(draft.company)
    user.set_password(people.PASSWORD)
    user.save()
    return user


@pytest.fixture
def colleague(draft):
    return companies.person_of(draft.company, CompanyRole.EDITOR)


@pytest.fixture
def at(walk, draft):
    """`at(user, page, **walk)`: somebody at a page of the draft."""

    def begin(user, name="proposal-answers", **facts):
        person = walk(**facts)
        person.sign_in(user)
        come(person, name, draft)
        return person

    return begin


def come(person, name, draft):
    """Goes to a page of the draft; where it saves itself it asks once at its beginning, and that is over afterwards."""
    path = reverse(name, args=[draft.public_id])
    if not person.has_scripts:
        person.go(path)
        return
    with person.page.expect_response("**/save/"):
        person.go(path)


def field(person, name):
    return person.page.locator(f"[name='{name}']")


def status(person):
    return person.page.locator(".saving [role=status]")


def waiting(page):
    """What waits in the browser: a text by the name of its field."""
    script = (
        "() => Object.entries({...localStorage}).map(([key, kept]) => [key.split(' ').pop(), JSON.parse(kept).text])"
    )
    return dict(page.evaluate(script))


def look_again(person):
    """As when the line comes back: the page asks at once."""
    person.page.evaluate("window.dispatchEvent(new Event('online'))")


def forgive(person, text=LINE_IS_DOWN):
    """What the browser itself writes about a request that failed, as it was meant to."""
    person.complaints[:] = [one for one in person.complaints if text not in one]


def claims(draft):
    rows = Answer.objects.filter(proposal=draft).select_related("requirement")
    return {row.requirement.code: row.choice or row.number for row in rows}


# Saving


def test_every_field_saves_itself(at, draft, owner):
    person = at(owner)

    field(person, PAYLOAD).fill("6,5")
    expect(status(person)).to_have_text(SAVED)
    field(person, CAMERA).nth(2).check()
    expect(person.page.locator("#fpv-08 .field > .saved")).to_have_text(SAVED)
    field(person, CEILING).fill("about 1200")
    expect(person.page.locator("#fpv-05 .field-bad")).to_have_text(
        "We got “about 1200”. We need a whole number in m. Type digits only, without words or the unit."
    )

    expect(status(person)).to_have_text("Not saved: correct what is marked.")
    expect(field(person, CEILING)).to_have_attribute("aria-invalid", "true")
    assert claims(draft) == {PAYLOAD: 6.5, CAMERA: "both"}
    expect(person.page.locator("h1")).to_have_text("2 of 18 requirements are answered")
    assert waiting(person.page) == {CEILING: "about 1200"}
    assert person.faults() == []

    field(person, CEILING).fill("1200")
    expect(status(person)).to_have_text(SAVED)
    assert (claims(draft)[CEILING], waiting(person.page)) == (1200, {})
    assert person.page.locator("[aria-invalid]").count() == 0


def test_what_is_submitted_says_so_until_somebody_changes_the_draft(walk, transactional_db):
    bundle = staged_bundle(tender=published_tender(template_code="advanced_fpv"))
    submission.submit(bundle=bundle, sha256=bundle.sha256, by=bundle.staged_by)
    proposal, person = bundle.proposal, walk()
    person.sign_in(bundle.staged_by)
    come(person, "proposal-answers", proposal)
    word = person.page.locator(".tag.large")

    # Written in another way, it is no other answer.
    payload = field(person, PAYLOAD).input_value()
    field(person, PAYLOAD).fill(f"{payload}0" if "." in payload else f"{payload}.0")
    expect(status(person)).to_have_text(SAVED)
    expect(word).to_have_text("SUBMITTED")
    expect(person.page).to_have_title(re.compile("^SUBMITTED:"))

    colleague = companies.person_of(proposal.company, CompanyRole.EDITOR)
    seen = {CEILING: field(person, CEILING).input_value()}
    keep_answer_fields(proposal=proposal, typed={CEILING: "1301"}, seen=seen, by=colleague, now=clock.now())
    look_again(person)
    expect(field(person, CEILING)).to_have_value("1301")
    expect(word).to_have_text("SUBMITTED, BUT YOUR CHANGES SINCE ARE NOT")
    expect(person.page).to_have_title(re.compile("^CHANGES NOT SUBMITTED:"))


def test_button_saves_what_the_last_second_brought(at, draft, owner):
    person = at(owner)

    field(person, PAYLOAD).fill("6.5")
    person.press("Save and continue")

    assert person.path == reverse("proposal-offer", args=[draft.public_id])
    assert (claims(draft), waiting(person.page)) == ({PAYLOAD: 6.5}, {})


def test_offer_saves_itself_too(at, draft, owner):
    person = at(owner, "proposal-offer")

    field(person, "price-trial_unit_price").fill("4380")
    field(person, "production_region").fill("Example region 12")
    expect(person.page.locator(".field:has(#id_production_region) .field-bad")).to_contain_text("never an address")

    draft.refresh_from_db()
    assert (draft.prices, draft.production_region) == ({"trial_unit_price": "4380.00"}, "")
    assert person.faults() == []


def test_without_a_script_the_buttons_save(at, draft, owner):
    person = at(owner, has_scripts=False)

    field(person, PAYLOAD).fill("6.5")
    expect(person.page.locator(".saving")).to_be_hidden()
    person.press("Save and stay here")

    assert claims(draft) == {PAYLOAD: 6.5}
    expect(field(person, PAYLOAD)).to_have_value("6.5")


def test_evidence_and_the_table(at, draft, owner):
    flights = add_document(
        proposal=draft, kind_code="flight_evidence", upload=file_of("csv"), by=owner, now=clock.now()
    )
    person = at(owner)
    person.page.locator("#fpv-02 summary").click()
    field(person, f"evidence-{RANGE}").select_option(flights.public_id)
    field(person, f"page-{RANGE}").fill("14")
    expect(status(person)).to_have_text(SAVED)
    answer = Answer.objects.get()
    assert (answer.evidence, answer.evidence_page) == (flights, 14)
    assert person.faults() == []

    person.page.get_by_text("Fill in the answers in a spreadsheet").click()
    with person.page.expect_download() as download:
        person.page.get_by_role("link", name="Download the table").click()
    book = load_workbook(BytesIO(download.value.path().read_bytes()))
    book.worksheets[0]["D2"], book.worksheets[0]["D6"] = 6.5, "about 1200"
    kept = BytesIO()
    book.save(kept)
    person.page.set_input_files("[name=table]", {"name": "answers.xlsx", "mimeType": "", "buffer": kept.getvalue()})
    person.press("See what it changes")
    expect(person.page.locator(".errors li")).to_contain_text("D6, Ceiling: We got “about 1200”.")
    person.press("Save 1 answer")

    expect(field(person, PAYLOAD)).to_have_value("6.5")
    assert claims(draft)[PAYLOAD] == 6.5
    forgive(person)


# The line


def test_offline_the_text_waits_and_goes_when_the_line_is_back(at, draft, owner):
    person = at(owner)
    expect(person.page.locator(".saving:not([hidden])")).to_be_attached()
    person.page.context.set_offline(True)

    field(person, PAYLOAD).fill("6.5")
    expect(status(person)).to_have_text(
        "Offline: what you type is kept in this browser and sent when the line is back."
    )
    field(person, RANGE).fill("12")
    assert (claims(draft), waiting(person.page)) == ({}, {PAYLOAD: "6.5", RANGE: "12"})

    person.page.context.set_offline(False)
    expect(status(person)).to_have_text(SAVED)
    assert (claims(draft), waiting(person.page)) == ({PAYLOAD: 6.5, RANGE: 12}, {})
    forgive(person)


def test_power_cut_loses_nothing(at, draft, owner):
    person = at(owner)
    context = person.page.context
    context.set_offline(True)
    field(person, PAYLOAD).fill("6.5")
    field(person, CEILING).fill("about 1200")
    person.page.close()

    context.set_offline(False)
    page = person.page = context.new_page()
    page.goto(person.address + reverse("proposal-answers", args=[draft.public_id]))

    expect(page.locator("#fpv-05 .field-bad")).to_contain_text("We got “about 1200”")
    expect(field(person, CEILING)).to_have_value("about 1200")
    expect(field(person, PAYLOAD)).to_have_value("6.5")
    assert (claims(draft), waiting(page)) == ({PAYLOAD: 6.5}, {CEILING: "about 1200"})
    forgive(person)


def test_portal_that_does_not_answer_is_asked_again(at, draft, owner):
    person = at(owner)
    expect(person.page.locator(".saving:not([hidden])")).to_be_attached()
    person.page.route("**/save/", lambda route: route.fulfill(status=503, body="busy"), times=1)

    field(person, PAYLOAD).fill("6.5")

    expect(status(person)).to_contain_text("The portal does not answer.")
    expect(status(person)).to_have_text(SAVED)
    assert claims(draft) == {PAYLOAD: 6.5}
    forgive(person)


# The session


def test_session_that_ended_leads_back_to_the_same_field(at, draft, owner):
    person = at(owner)
    expect(person.page.locator(".saving:not([hidden])")).to_be_attached()
    person.page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)

    field(person, PAYLOAD).fill("6.5")
    expect(status(person)).to_contain_text("Your session has ended.")
    person.follow("Sign in and go on at the same field", within="main")
    person.page.fill("[name=login]", owner.email)
    person.page.fill("[name=password]", people.PASSWORD)
    person.press("Sign in")

    assert person.page.url.endswith(f"/answers/#id_{PAYLOAD}")
    expect(field(person, PAYLOAD)).to_be_focused()
    expect(field(person, PAYLOAD)).to_have_value("6.5")
    expect(status(person)).to_have_text(SAVED)
    assert (claims(draft), waiting(person.page)) == ({PAYLOAD: 6.5}, {})
    forgive(person)


def test_what_one_person_typed_is_not_shown_to_another(at, draft, owner, colleague):
    person = at(owner)
    expect(person.page.locator(".saving:not([hidden])")).to_be_attached()
    person.page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    field(person, PAYLOAD).fill("6.5")
    expect(status(person)).to_contain_text("Your session has ended.")

    person.sign_in(colleague)
    come(person, "proposal-answers", draft)
    expect(person.page.locator(".saving:not([hidden])")).to_be_attached()
    expect(field(person, PAYLOAD)).to_have_value("")
    look_again(person)
    assert claims(draft) == {}

    person.sign_in(owner)
    person.go(reverse("proposal-answers", args=[draft.public_id]))
    expect(status(person)).to_have_text(SAVED)
    assert claims(draft) == {PAYLOAD: 6.5}
    forgive(person)


def test_what_is_typed_after_the_session_ended_is_marked_as_not_saved(at, draft, owner):
    person = at(owner)
    person.page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    look_again(person)
    expect(status(person)).to_contain_text("Your session has ended.")

    field(person, CEILING).fill("1200")

    expect(person.page.locator("#fpv-05 .field-bad")).to_have_text("Not saved")
    assert waiting(person.page) == {CEILING: "1200"}
    forgive(person)


def test_signing_out_removes_what_waits(at, draft, owner):
    person = at(owner)
    field(person, CEILING).fill("about 1200")
    expect(status(person)).to_have_text("Not saved: correct what is marked.")
    asked = []
    person.page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))

    person.press("Sign out", within="header")

    assert len(asked) == 1
    assert waiting(person.page) == {}


def test_signing_out_waits_for_what_is_on_its_way_and_asks_nothing(at, draft, owner):
    person = at(owner)
    asked = []
    person.page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    session = person.page.context.new_cdp_session(person.page)
    limits = {"offline": False, "downloadThroughput": -1, "uploadThroughput": -1}
    session.send("Network.emulateNetworkConditions", {**limits, "latency": 700})
    field(person, PAYLOAD).fill("6.5")

    person.press("Sign out", within="header")

    assert (asked, waiting(person.page), claims(draft)) == ([], {}, {PAYLOAD: 6.5})


def test_who_did_not_get_out_goes_on_and_is_saved(at, draft, owner):
    person = at(owner)
    person.page.route("**/logout/", lambda route: route.fulfill(status=204))
    person.button("Sign out", within="header").click()

    field(person, PAYLOAD).press_sequentially("6.5")

    expect(status(person)).to_have_text(SAVED)
    assert claims(draft) == {PAYLOAD: 6.5}


# Two colleagues


def test_two_colleagues_see_each_other_and_both_are_kept(at, draft, owner, colleague):
    one, other = at(owner), at(colleague)

    field(one, PAYLOAD).fill("6.5")
    expect(status(one)).to_have_text(SAVED)
    field(other, ENDURANCE).fill("20")
    expect(status(other)).to_have_text(SAVED)
    expect(field(other, PAYLOAD)).to_have_value("6.5")
    expect(other.page.locator("[data-others]")).to_have_text(f"{owner} is on this page, in Payload.")
    look_again(one)

    expect(field(one, ENDURANCE)).to_have_value("20")
    expect(one.page.locator("[data-others]")).to_have_text(f"{colleague} is on this page, in Endurance with payload.")
    assert claims(draft) == {PAYLOAD: 6.5, ENDURANCE: 20}


@pytest.mark.parametrize(("choice", "kept"), [("Keep mine", "8"), ("Take theirs", "7")])
def test_where_both_changed_one_field_the_person_chooses(at, draft, owner, colleague, choice, kept):
    one, other = at(owner), at(colleague)
    field(one, PAYLOAD).fill("7")
    expect(status(one)).to_have_text(SAVED)

    field(other, PAYLOAD).fill("8")
    notice = other.page.locator("#fpv-01 .notice")
    expect(notice).to_contain_text("Somebody else saved here meanwhile.")
    assert notice.locator("dd").all_inner_texts() == ["8", "7"]
    assert other.faults() == []
    assert claims(draft) == {PAYLOAD: 7}

    notice.get_by_role("button", name=choice).click()
    expect(notice).to_have_count(0)
    expect(field(other, PAYLOAD)).to_have_value(kept)
    expect(field(other, PAYLOAD)).to_be_focused()
    look_again(other)
    expect(other.page.locator("#fpv-01 .field-bad")).to_have_count(0)
    other.page.wait_for_function("() => Object.keys(localStorage).length === 0")
    assert claims(draft) == {PAYLOAD: int(kept)}


# The deadline


def test_deadline_while_typing_is_told_and_the_text_stays(at, draft, owner, monkeypatch):
    person = at(owner)
    expect(person.page.locator(".saving:not([hidden])")).to_be_attached()
    closes_at = deadline_in_force(draft.tender).closes_at
    monkeypatch.setattr("coalition_portal.middleware.clock.now", lambda: closes_at)

    field(person, PAYLOAD).fill("6.5")

    expect(status(person)).to_contain_text("The deadline has passed")
    expect(field(person, PAYLOAD)).to_have_value("6.5")
    expect(person.page.locator("#fpv-01 .field-bad")).to_have_text("Not saved")
    assert (claims(draft), waiting(person.page)) == ({}, {PAYLOAD: "6.5"})
    assert person.faults() == []

    person.go(reverse("proposal-answers", args=[draft.public_id]))
    assert person.path == reverse("proposal-check", args=[draft.public_id])
    expect(person.page.locator("[data-waiting] .facts")).to_have_text("Payload6.5")
    forgive(person)


# A phone


def test_on_a_phone_in_ukrainian(at, draft, owner, colleague):
    person = at(owner, language="uk", is_phone=True, scheme="dark")
    other = at(colleague)
    field(other, PAYLOAD).fill("7")
    expect(status(other)).to_have_text(SAVED)

    field(person, PAYLOAD).fill("8")
    field(person, CEILING).fill("близько 1200")

    expect(person.page.locator("#fpv-01 .notice")).to_be_visible()
    expect(person.page.locator("#fpv-05 .field-bad")).to_be_visible()
    assert person.faults() == []
    assert Proposal.objects.get().revision == 2


# Signing in in another window


@pytest.mark.parametrize("is_same", [True, False])
def test_signing_in_again_in_another_window_goes_on_for_the_same_person_only(at, draft, owner, colleague, is_same):
    person = at(owner)
    expect(person.page.locator(".saving:not([hidden])")).to_be_attached()
    user = owner if is_same else colleague
    user.set_password(people.PASSWORD)
    user.save()
    person.page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    other = person.page.context.new_page()
    other.goto(person.address + reverse("account_login"))
    other.fill("[name=login]", user.email)
    other.fill("[name=password]", people.PASSWORD)
    other.locator("main button[type=submit]").first.click()
    other.wait_for_url("**/proposals/")

    field(person, PAYLOAD).fill("6.5")

    expect(status(person)).to_have_text(SAVED if is_same else re.compile("^Somebody else signed in with this browser."))
    assert claims(draft) == ({PAYLOAD: 6.5} if is_same else {})
    assert waiting(person.page) == ({} if is_same else {PAYLOAD: "6.5"})
    forgive(person)

"""From the check page to the button, before the deadline."""

import gzip
import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.db import connection

from coalition_portal import clock
from manufacturers import registration
from manufacturers.models import CompanyRole
from tenders.proposals import auto_submit
from tenders.proposals.models import (
    Bundle,
    Receipt,
)
from tests.factories import companies
from tests.factories.proposals import change_draft, complete_proposal, draft_proposal, staged_bundle
from tests.factories.sessions import signed_in
from tests.tenders.proposals.pages import press_submit, url_of

pytestmark = pytest.mark.django_db


# Check and freeze


def test_check_page_shows_everything_as_reviewers_will_see_it(open_tender, web_of):
    proposal = complete_proposal(tender=open_tender, name="Example Aero", answers={"INT-01": 180, "INT-03": 130})

    page = web_of(proposal).get(url_of("proposal-check", proposal)).content.decode().replace("\N{NO-BREAK SPACE}", " ")

    for told in (
        "Nothing is missing. Check the page, then submit at the foot.",
        "Example Aero, Ukraine",
        "Answers: 18 of 18",
        "INT-01, Level speed: you claim 180 km/h; at least 200 km/h is required.",
        '<span class="tag bad">Does not pass</span>',
        '<span class="tag warn">Misses the threshold</span>',
        '<span class="tag good">Passes</span>',
        '<span class="tag quiet">Scored</span>',
        "EUR 4,380",
        "EUR 87,600",
        "21 days",
        "400 a month",
        "Example region",
        "technical_description.pdf",
        "<b>Signed.</b>",
        "Freeze this version",
    ):
        assert told in page
    assert "Submit proposal" not in page


def test_check_page_links_to_what_is_missing(open_tender, web_of):
    draft = draft_proposal(tender=open_tender)

    page = web_of(draft).get(url_of("proposal-check", draft)).content.decode()

    assert "36 items are missing." in page
    assert f'href="{url_of("proposal-answers", draft)}#int-01">18 answers' in page
    assert f'href="{url_of("proposal-documents", draft)}#kind-origin_table">Component origin table' in page
    assert "<b>Not signed.</b>" in page
    assert "Freeze this version" not in page


def test_freeze_then_one_button_submits(open_tender, web_of):
    proposal = complete_proposal(tender=open_tender)
    browser = web_of(proposal)

    response = browser.post(url_of("proposal-stage", proposal))
    page = browser.get(response.url).content.decode()

    bundle = Bundle.objects.get()
    assert response.url == url_of("proposal-submit", proposal)
    assert f'name="sha256" value="{bundle.sha256}"' in page
    assert page.count("Submit proposal") == 1
    assert "Freeze this version" not in page
    assert press_submit(browser, bundle).url == url_of("proposal-receipt", proposal, 1)


def test_freezing_what_is_incomplete_says_what_is_missing(open_tender, web_of):
    draft = draft_proposal(tender=open_tender)

    response = web_of(draft).post(url_of("proposal-stage", draft), follow=True)

    assert "32 items are missing, the first: Answer to INT-01, Level speed." in response.content.decode()


def test_an_editor_freezes_and_cannot_submit(open_tender, client_of):
    bundle = staged_bundle(tender=open_tender)
    editor = client_of(companies.person_of(bundle.proposal.company, CompanyRole.EDITOR))

    page = editor.get(url_of("proposal-check", bundle.proposal)).content.decode()
    response = press_submit(editor, bundle)

    assert "A signatory of your company submits it." in page
    assert "Submit proposal" not in page
    assert (response.status_code, Receipt.objects.count()) == (403, 0)


def test_a_viewer_sees_a_complete_draft_and_no_button(open_tender, client_of):
    proposal = complete_proposal(tender=open_tender)
    viewer = client_of(companies.person_of(proposal.company, CompanyRole.VIEWER))

    page = viewer.get(url_of("proposal-check", proposal)).content.decode()

    assert "An editor of your company freezes this version; then a signatory submits it." in page
    assert viewer.post(url_of("proposal-stage", proposal)).status_code == 403


# Submit


def test_submit_leads_to_the_receipt(open_tender, web_of):
    bundle = staged_bundle(tender=open_tender)

    response = press_submit(web_of(bundle.proposal), bundle)

    assert (response.status_code, response.url) == (302, url_of("proposal-receipt", bundle.proposal, 1))
    assert Receipt.objects.get().bundle == bundle


def test_submitting_twice_leads_to_the_same_receipt(open_tender, web_of):
    bundle = staged_bundle(tender=open_tender)
    browser = web_of(bundle.proposal)

    assert press_submit(browser, bundle).url == press_submit(browser, bundle).url
    assert Receipt.objects.count() == 1


def test_submit_with_another_digest_is_refused(open_tender, web_of):
    bundle = staged_bundle(tender=open_tender)

    response = web_of(bundle.proposal).post(
        url_of("proposal-submit", bundle.proposal), {"sha256": "0" * 64}, follow=True
    )

    assert response.redirect_chain == [(url_of("proposal-submit", bundle.proposal), 302)]
    assert "The digest on your page is not that of the frozen version." in response.content.decode()
    assert not Receipt.objects.exists()


def test_submit_of_nothing_frozen_is_refused(open_tender, web_of):
    proposal = complete_proposal(tender=open_tender)

    response = web_of(proposal).post(url_of("proposal-submit", proposal), follow=True)

    assert "Nothing is frozen yet" in response.content.decode()


def test_foreign_proposal_is_not_found_by_any_act(open_tender, web_of):
    mine, other = staged_bundle(tender=open_tender), staged_bundle(tender=open_tender)
    stranger = web_of(mine.proposal)

    for name in ("proposal-stage", "proposal-submit", "proposal-auto-submit", "proposal-withdraw", "proposal-notice"):
        assert stranger.post(url_of(name, other.proposal), {"sha256": other.sha256}).status_code == 404


@pytest.mark.parametrize(
    ("name", "page"), [("proposal-stage", "proposal-check"), ("proposal-auto-submit", "proposal-submit")]
)
def test_an_act_is_posted_and_who_comes_to_read_is_led_to_its_button(open_tender, web_of, name, page):
    bundle = staged_bundle(tender=open_tender)

    response = web_of(bundle.proposal).get(url_of(name, bundle.proposal))

    assert (response.status_code, response.url) == (302, url_of(page, bundle.proposal))


@pytest.mark.parametrize(
    "name", ["proposal-stage", "proposal-submit", "proposal-auto-submit", "proposal-withdraw", "proposal-notice"]
)
def test_visitors_sign_in_before_an_act(open_tender, client, name):
    bundle = staged_bundle(tender=open_tender)

    assert client.post(url_of(name, bundle.proposal)).url.startswith("/accounts/login/?next=")


def test_submit_costs_a_known_number_of_queries(web_of, django_assert_num_queries):
    """With the real clock, which is read once; the savepoint of the test case is two of them."""
    bundle = staged_bundle()
    browser = web_of(bundle.proposal)

    # PostgreSQL takes the tender's lock in a query of its own.
    with django_assert_num_queries(15 if connection.vendor == "sqlite" else 16):
        press_submit(browser, bundle)


def test_page_with_the_submit_button_is_light(open_tender, web_of):
    bundle = staged_bundle(tender=open_tender)

    page = web_of(bundle.proposal).get(url_of("proposal-submit", bundle.proposal)).content

    assert b"Submit proposal" in page
    assert len(gzip.compress(page)) < 10_000


# The page with the button


@pytest.fixture
def limit(settings):
    """Counts begin at nothing."""
    cache.clear()
    yield
    cache.clear()


def test_the_page_says_not_submitted_first_and_what_is_sent(open_tender, web_of):
    bundle = staged_bundle(tender=open_tender, name="Example Aero")

    page = web_of(bundle.proposal).get(url_of("proposal-submit", bundle.proposal)).content.decode()

    for told in (
        "<title>NOT SUBMITTED: Submit version 1",
        '<p class="state-word" id="state-word">Not submitted</p>',
        "It counts once you press the button and see the receipt.",
        " ".join(bundle.sha256[start : start + 8] for start in range(0, 64, 8)),
        "Example Aero",
        "What reviewers will see",
    ):
        assert told in page
    assert page.count(">Submit proposal</button>") == 1


@pytest.mark.parametrize(("minutes", "is_asked"), [(29.9, False), (30.1, True)])
def test_who_sits_there_is_asked_before_the_page_with_the_button(open_tender, minutes, is_asked, page_clock):
    bundle = staged_bundle(tender=open_tender)
    browser = signed_in(companies.owner_of(bundle.proposal.company), seconds_ago=minutes * 60)
    path = url_of("proposal-submit", bundle.proposal)
    page_clock(clock.now())

    response = browser.get(path)

    leads_to = f"/accounts/reauthenticate/?next={quote(path, safe='')}"
    assert (response.status_code, response.get("Location")) == ((302, leads_to) if is_asked else (200, None))


@pytest.fixture
def grown_old(monkeypatch):
    """`grown_old(seconds)`: all later requests come so much later, by every clock of the host."""

    def later(seconds):
        at = clock.now() + timedelta(seconds=seconds)
        monkeypatch.setattr("coalition_portal.middleware.clock.now", lambda: at)
        monkeypatch.setattr("django.core.signing.time.time", at.timestamp)

    return later


@pytest.mark.parametrize(("after", "is_received"), [(3600, True), (7150, True), (7250, False)])
def test_the_page_lets_act_for_two_hours_without_another_question(open_tender, web_of, grown_old, after, is_received):
    bundle = staged_bundle(tender=open_tender)
    browser = web_of(bundle.proposal)
    page = browser.get(url_of("proposal-submit", bundle.proposal)).content.decode()
    ticket = re.search(r'name="ticket" value="([^"]+)"', page)[1]
    grown_old(after)

    response = press_submit(browser, bundle, ticket=ticket)

    assert (response.url == url_of("proposal-receipt", bundle.proposal, 1)) is is_received
    assert Receipt.objects.count() == is_received
    if not is_received:
        assert response.url.startswith("/accounts/reauthenticate/?next=")


def test_a_ticket_is_good_for_one_person_one_session_and_one_proposal(open_tender, web_of, grown_old, client_of):
    first, second = staged_bundle(tender=open_tender), None
    second = staged_bundle(tender=open_tender, company=first.proposal.company)
    signatory = companies.person_of(first.proposal.company, CompanyRole.SIGNATORY)
    browser, again, colleague = web_of(first.proposal), web_of(first.proposal), client_of(signatory)
    page = browser.get(url_of("proposal-submit", first.proposal)).content.decode()
    ticket = re.search(r'name="ticket" value="([^"]+)"', page)[1]
    grown_old(3600)

    asked = [
        press_submit(browser, second, ticket=ticket),
        press_submit(again, first, ticket=ticket),
        press_submit(colleague, first, ticket=ticket),
        press_submit(browser, first, ticket=ticket[:-1]),
        press_submit(browser, first),
    ]

    assert [response.url.startswith("/accounts/reauthenticate/") for response in asked] == [True] * 5
    assert not Receipt.objects.exists()


def test_the_password_leads_back_to_the_page_with_the_button(open_tender):
    bundle = staged_bundle(tender=open_tender)
    owner = companies.owner_of(bundle.proposal.company)
    owner.set_password("four words that stay")
    owner.save()
    browser = signed_in(owner, seconds_ago=7200)
    path = url_of("proposal-submit", bundle.proposal)

    asked = press_submit(browser, bundle)
    back = browser.post(asked.url, {"password": "four words that stay", "next": path})

    assert back.url == path
    assert "Submit proposal" in browser.get(path).content.decode()


def test_an_editor_is_led_to_the_check_page_and_asked_for_no_password(open_tender):
    bundle = staged_bundle(tender=open_tender)
    editor = signed_in(companies.person_of(bundle.proposal.company, CompanyRole.EDITOR), seconds_ago=7200)

    assert editor.get(url_of("proposal-submit", bundle.proposal)).url == url_of("proposal-check", bundle.proposal)
    assert press_submit(editor, bundle).status_code == 403


def test_without_a_frozen_version_there_is_no_such_page(open_tender, web_of):
    proposal = complete_proposal(tender=open_tender)

    assert web_of(proposal).get(url_of("proposal-submit", proposal)).url == url_of("proposal-check", proposal)


def test_what_is_submitted_has_no_such_page(open_tender, web_of):
    bundle = staged_bundle(tender=open_tender)
    browser = web_of(bundle.proposal)
    press_submit(browser, bundle)

    assert browser.get(url_of("proposal-submit", bundle.proposal)).url == url_of("proposal-check", bundle.proposal)


def test_the_thirty_first_request_of_a_company_in_ten_minutes_waits(open_tender, web_of, limit, client_of, page_clock):
    bundle = staged_bundle(tender=open_tender)
    other = staged_bundle(tender=open_tender)
    browser = web_of(bundle.proposal)
    colleague = client_of(companies.person_of(bundle.proposal.company, CompanyRole.SIGNATORY))
    for _number in range(30):
        assert press_submit(browser, bundle).status_code == 302

    response = press_submit(colleague, bundle)

    assert (response.status_code, response["Retry-After"]) == (429, "600")
    assert "more than 30 requests to submit in ten minutes" in response.content.decode()
    assert press_submit(web_of(other.proposal), other).status_code == 302


def test_a_counter_that_does_not_answer_lets_everybody_through(open_tender, web_of, monkeypatch, caplog):
    def refuse(*_arguments, **_facts):
        raise ConnectionError("the cache is gone")

    bundle = staged_bundle(tender=open_tender)
    monkeypatch.setattr("tenders.proposals.submit_limit.cache.add", refuse)
    monkeypatch.setattr("tenders.proposals.submit_limit._silent_until", float("-inf"))

    assert press_submit(web_of(bundle.proposal), bundle).url == url_of("proposal-receipt", bundle.proposal, 1)
    assert "submit requests are not counted: the cache is gone" in caplog.text


# When time runs out


def test_the_tick_is_kept_told_everywhere_and_taken_back(open_tender, web_of):
    bundle = staged_bundle(tender=open_tender)
    browser, proposal = web_of(bundle.proposal), bundle.proposal

    told = browser.post(url_of("proposal-auto-submit", proposal), {"asked": "yes"}, follow=True).content.decode()

    proposal.refresh_from_db()
    assert proposal.auto_submit == bundle
    assert "NOT SUBMITTED. Version 1 is submitted when time runs out" in told
    assert '<input type="checkbox" id="asked" name="asked" value="yes" checked>' in told
    for name in ("proposal", "proposal-check", "proposal-submit"):
        page = browser.get(url_of(name, proposal)).content.decode()
        assert "Version 1 is NOT SUBMITTED yet" in page
        assert '<p class="state-word" id="state-word">Not submitted</p>' in page

    told = browser.post(url_of("proposal-auto-submit", proposal), {}, follow=True).content.decode()
    proposal.refresh_from_db()
    assert proposal.auto_submit is None
    assert "Nothing is submitted for you when time runs out." in told
    assert "NOT SUBMITTED yet" not in told


def test_a_page_that_stood_open_asks_for_no_version_that_a_colleague_froze_since(open_tender, web_of):
    first = staged_bundle(tender=open_tender)
    browser, proposal = web_of(first.proposal), first.proposal
    staged_bundle(proposal=change_draft(proposal))

    path, seen = url_of("proposal-auto-submit", proposal), {"sha256": first.sha256}
    told = browser.post(path, seen | {"asked": "yes"}, follow=True).content.decode()

    proposal.refresh_from_db()
    assert "A newer version of this proposal is frozen." in told
    assert proposal.auto_submit is None


def test_what_was_asked_is_taken_back_also_where_the_draft_went_on_since(open_tender, web_of):
    bundle = staged_bundle(tender=open_tender)
    browser, proposal = web_of(bundle.proposal), bundle.proposal
    path = url_of("proposal-auto-submit", proposal)
    browser.post(path, {"asked": "yes"})
    change_draft(proposal)

    page = browser.get(url_of("proposal-submit", proposal), follow=True)
    assert page.redirect_chain == [(url_of("proposal-check", proposal), 302)]
    form = page.content.decode().partition(f'action="{path}"')[2].partition("</form>")[0]
    assert "Take it back: submit nothing when time runs out" in form
    assert 'name="asked"' not in form
    browser.post(path)

    proposal.refresh_from_db()
    assert proposal.auto_submit is None


def test_where_the_tick_stands_it_is_the_one_way_to_take_it_back(open_tender, web_of):
    bundle = staged_bundle(tender=open_tender)
    browser = web_of(bundle.proposal)
    browser.post(url_of("proposal-auto-submit", bundle.proposal), {"asked": "yes"})

    here, elsewhere = (
        browser.get(url_of(name, bundle.proposal)).content.decode() for name in ("proposal-submit", "proposal")
    )

    assert 'name="asked" value="yes" checked' in here
    taking_back = "Take it back: submit nothing when time runs out"
    assert [page.count(taking_back) for page in (here, elsewhere)] == [0, 1]
    assert [page.count(">Submit it now</a>") for page in (here, elsewhere)] == [0, 1]


def test_every_page_says_who_asked_and_whether_they_may_still_sign(open_tender, web_of, cutoff):
    bundle = staged_bundle(tender=open_tender)
    browser, company = web_of(bundle.proposal), bundle.proposal.company
    signatory = companies.person_of(company, CompanyRole.SIGNATORY)
    auto_submit.ask(bundle=bundle, by=signatory)

    def told():
        page = browser.get(url_of("proposal", bundle.proposal)).content.decode()
        return f"{signatory} asked on " in page, f"{signatory} may no longer sign for the company." in page

    assert told() == (True, False)
    registration.remove_person(person=signatory.person, by=companies.owner_of(company), now=clock.now())
    assert told() == (True, True)
    browser.post(url_of("proposal-auto-submit", bundle.proposal), {})
    assert told() == (False, False)


def test_the_tick_is_for_signatories_who_have_just_said_who_they_are(open_tender, client_of):
    bundle = staged_bundle(tender=open_tender)
    company, path = bundle.proposal.company, url_of("proposal-auto-submit", bundle.proposal)
    editor = client_of(companies.person_of(company, CompanyRole.EDITOR))
    idle = signed_in(companies.owner_of(company), seconds_ago=7200)

    assert editor.post(path, {"asked": "yes"}).status_code == 403
    assert idle.post(path, {"asked": "yes"}).url.startswith("/accounts/reauthenticate/?next=")
    bundle.proposal.refresh_from_db()
    assert bundle.proposal.auto_submit is None


def test_the_tick_with_nothing_frozen_or_too_late(open_tender, web_of, cutoff, page_clock):
    draft, bundle = complete_proposal(tender=open_tender), staged_bundle(tender=open_tender)
    cutoff.at(timedelta(0))

    assert web_of(draft).post(url_of("proposal-auto-submit", draft), {"asked": "yes"}).url == url_of(
        "proposal-check", draft
    )
    told = web_of(bundle.proposal).post(url_of("proposal-auto-submit", bundle.proposal), {"asked": "yes"}, follow=True)
    assert "The deadline has passed, so this can no longer be changed." in told.content.decode()


def test_after_the_deadline_the_page_says_that_the_asked_version_is_on_its_way(open_tender, web_of, cutoff, page_clock):
    bundle = staged_bundle(tender=open_tender)
    browser = web_of(bundle.proposal)
    browser.post(url_of("proposal-auto-submit", bundle.proposal), {"asked": "yes"})
    page_clock(cutoff.closes_at)

    settling = browser.get(url_of("proposal", bundle.proposal)).content.decode()
    cutoff.close()
    closed = browser.get(url_of("proposal", bundle.proposal)).content.decode()

    assert "Version 1 is being submitted as you asked." in settling
    assert "is being submitted" not in closed
    assert '<p class="state-word" id="state-word">Submitted</p>' in closed

"""The dashboard, and the pages from check to receipt, around the deadline."""

import gzip
import importlib
import json
import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.db import connection
from django.urls import reverse

from coalition_portal import clock
from coalition_portal.canonical import canonical_json
from coalition_portal.ledger.append import entry_of
from manufacturers.models import CompanyRole
from tenders.notices.models import Tender
from tenders.notices.states import TenderState
from tenders.proposals import submission
from tenders.proposals.models import (
    Bundle,
    Proposal,
    Provisional,
    Receipt,
    Refusal,
    Wish,
    Withdrawal,
    WithdrawalNotice,
)
from tenders.proposals.receipts import receipt_document
from tenders.proposals.states import ProposalState
from tenders.proposals.views.submitting import seconds_text
from tests.factories import companies
from tests.factories.cutoffs import MICROSECOND
from tests.factories.proposals import change_draft, complete_proposal, draft_proposal, staged_bundle
from tests.factories.sessions import signed_in

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


@pytest.fixture
def web(client_of):
    """`web(proposal)`: a browser of its company's owner."""
    return lambda proposal: client_of(companies.owner_of(proposal.company))


@pytest.fixture
def page_clock(monkeypatch):
    """`page_clock(instant)`: the host's clock as pages see it."""
    return lambda instant: monkeypatch.setattr("coalition_portal.middleware.clock.now", lambda: instant)


@pytest.fixture
def open_tender(cutoff, page_clock):
    """The tender of the cut-off with pages that are five seconds before it."""
    page_clock(cutoff.at(-5 * SECOND))
    return cutoff.tender


def _url(name, proposal, *args):
    return reverse(name, args=[proposal.public_id, *args])


def _submit(browser, bundle, **form):
    return browser.post(_url("proposal-submit", bundle.proposal), {"sha256": bundle.sha256} | form)


# Check and freeze


def test_check_page_shows_everything_as_reviewers_will_see_it(open_tender, web):
    proposal = complete_proposal(tender=open_tender, name="Example Aero", answers={"INT-01": 180, "INT-03": 130})

    page = web(proposal).get(_url("proposal-check", proposal)).content.decode().replace("\N{NO-BREAK SPACE}", " ")

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


def test_check_page_links_to_what_is_missing(open_tender, web):
    draft = draft_proposal(tender=open_tender)

    page = web(draft).get(_url("proposal-check", draft)).content.decode()

    assert "36 items are missing." in page
    assert f'href="{_url("proposal-answers", draft)}#int-01">18 answers' in page
    assert f'href="{_url("proposal-documents", draft)}#kind-origin_table">Component origin table' in page
    assert "<b>Not signed.</b>" in page
    assert "Freeze this version" not in page


def test_freeze_then_one_button_submits(open_tender, web):
    proposal = complete_proposal(tender=open_tender)
    browser = web(proposal)

    response = browser.post(_url("proposal-stage", proposal))
    page = browser.get(response.url).content.decode()

    bundle = Bundle.objects.get()
    assert response.url == _url("proposal-submit", proposal)
    assert f'name="sha256" value="{bundle.sha256}"' in page
    assert page.count("Submit proposal") == 1
    assert "Freeze this version" not in page
    assert _submit(browser, bundle).url == _url("proposal-receipt", proposal, 1)


def test_freezing_what_is_incomplete_says_what_is_missing(open_tender, web):
    draft = draft_proposal(tender=open_tender)

    response = web(draft).post(_url("proposal-stage", draft), follow=True)

    assert "32 items are missing, the first: Answer to INT-01, Level speed." in response.content.decode()


def test_an_editor_freezes_and_cannot_submit(open_tender, client_of):
    bundle = staged_bundle(tender=open_tender)
    editor = client_of(companies.person_of(bundle.proposal.company, CompanyRole.EDITOR))

    page = editor.get(_url("proposal-check", bundle.proposal)).content.decode()
    response = _submit(editor, bundle)

    assert "A signatory of your company submits it." in page
    assert "Submit proposal" not in page
    assert (response.status_code, Receipt.objects.count()) == (403, 0)


def test_a_viewer_sees_a_complete_draft_and_no_button(open_tender, client_of):
    proposal = complete_proposal(tender=open_tender)
    viewer = client_of(companies.person_of(proposal.company, CompanyRole.VIEWER))

    page = viewer.get(_url("proposal-check", proposal)).content.decode()

    assert "An editor of your company freezes this version; then a signatory submits it." in page
    assert viewer.post(_url("proposal-stage", proposal)).status_code == 403


# Submit


def test_submit_leads_to_the_receipt(open_tender, web):
    bundle = staged_bundle(tender=open_tender)

    response = _submit(web(bundle.proposal), bundle)

    assert (response.status_code, response.url) == (302, _url("proposal-receipt", bundle.proposal, 1))
    assert Receipt.objects.get().bundle == bundle


def test_submitting_twice_leads_to_the_same_receipt(open_tender, web):
    bundle = staged_bundle(tender=open_tender)
    browser = web(bundle.proposal)

    assert _submit(browser, bundle).url == _submit(browser, bundle).url
    assert Receipt.objects.count() == 1


def test_submit_with_another_digest_is_refused(open_tender, web):
    bundle = staged_bundle(tender=open_tender)

    response = web(bundle.proposal).post(_url("proposal-submit", bundle.proposal), {"sha256": "0" * 64}, follow=True)

    assert response.redirect_chain == [(_url("proposal-submit", bundle.proposal), 302)]
    assert "The digest on your page is not that of the frozen version." in response.content.decode()
    assert not Receipt.objects.exists()


def test_submit_of_nothing_frozen_is_refused(open_tender, web):
    proposal = complete_proposal(tender=open_tender)

    response = web(proposal).post(_url("proposal-submit", proposal), follow=True)

    assert "Nothing is frozen yet" in response.content.decode()


def test_foreign_proposal_is_not_found_by_any_act(open_tender, web):
    mine, other = staged_bundle(tender=open_tender), staged_bundle(tender=open_tender)
    stranger = web(mine.proposal)

    for name in ("proposal-stage", "proposal-submit", "proposal-auto-submit", "proposal-withdraw", "proposal-notice"):
        assert stranger.post(_url(name, other.proposal), {"sha256": other.sha256}).status_code == 404


@pytest.mark.parametrize(
    ("name", "page"), [("proposal-stage", "proposal-check"), ("proposal-auto-submit", "proposal-submit")]
)
def test_an_act_is_posted_and_who_comes_to_read_is_led_to_its_button(open_tender, web, name, page):
    bundle = staged_bundle(tender=open_tender)

    response = web(bundle.proposal).get(_url(name, bundle.proposal))

    assert (response.status_code, response.url) == (302, _url(page, bundle.proposal))


@pytest.mark.parametrize(
    "name", ["proposal-stage", "proposal-submit", "proposal-auto-submit", "proposal-withdraw", "proposal-notice"]
)
def test_visitors_sign_in_before_an_act(open_tender, client, name):
    bundle = staged_bundle(tender=open_tender)

    assert client.post(_url(name, bundle.proposal)).url.startswith("/accounts/login/?next=")


def test_submit_costs_a_known_number_of_queries(open_tender, web, django_assert_num_queries):
    bundle = staged_bundle(tender=open_tender)
    browser = web(bundle.proposal)

    # Two of them are the savepoint of the test case; PostgreSQL takes the tender's and the log's lock in a query each.
    with django_assert_num_queries(14 if connection.vendor == "sqlite" else 16):
        _submit(browser, bundle)


def test_page_with_the_submit_button_is_light(open_tender, web):
    bundle = staged_bundle(tender=open_tender)

    page = web(bundle.proposal).get(_url("proposal-submit", bundle.proposal)).content

    assert b"Submit proposal" in page
    assert len(gzip.compress(page)) < 10_000


# The page with the button


@pytest.fixture
def limit(settings):
    """Counts begin at nothing."""
    cache.clear()
    yield
    cache.clear()


def test_the_page_says_not_submitted_first_and_what_is_sent(open_tender, web):
    bundle = staged_bundle(tender=open_tender, name="Example Aero")

    page = web(bundle.proposal).get(_url("proposal-submit", bundle.proposal)).content.decode()

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
    path = _url("proposal-submit", bundle.proposal)
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
def test_the_page_lets_act_for_two_hours_without_another_question(open_tender, web, grown_old, after, is_received):
    bundle = staged_bundle(tender=open_tender)
    browser = web(bundle.proposal)
    page = browser.get(_url("proposal-submit", bundle.proposal)).content.decode()
    ticket = re.search(r'name="ticket" value="([^"]+)"', page)[1]
    grown_old(after)

    response = _submit(browser, bundle, ticket=ticket)

    assert (response.url == _url("proposal-receipt", bundle.proposal, 1)) is is_received
    assert Receipt.objects.count() == is_received
    if not is_received:
        assert response.url.startswith("/accounts/reauthenticate/?next=")


def test_a_ticket_is_good_for_one_person_one_session_and_one_proposal(open_tender, web, grown_old, client_of):
    first, second = staged_bundle(tender=open_tender), None
    second = staged_bundle(tender=open_tender, company=first.proposal.company)
    signatory = companies.person_of(first.proposal.company, CompanyRole.SIGNATORY)
    browser, again, colleague = web(first.proposal), web(first.proposal), client_of(signatory)
    page = browser.get(_url("proposal-submit", first.proposal)).content.decode()
    ticket = re.search(r'name="ticket" value="([^"]+)"', page)[1]
    grown_old(3600)

    asked = [
        _submit(browser, second, ticket=ticket),
        _submit(again, first, ticket=ticket),
        _submit(colleague, first, ticket=ticket),
        _submit(browser, first, ticket=ticket[:-1]),
        _submit(browser, first),
    ]

    assert [response.url.startswith("/accounts/reauthenticate/") for response in asked] == [True] * 5
    assert not Receipt.objects.exists()


def test_the_password_leads_back_to_the_page_with_the_button(open_tender):
    bundle = staged_bundle(tender=open_tender)
    owner = companies.owner_of(bundle.proposal.company)
    owner.set_password("four words that stay")
    owner.save()
    browser = signed_in(owner, seconds_ago=7200)
    path = _url("proposal-submit", bundle.proposal)

    asked = _submit(browser, bundle)
    back = browser.post(asked.url, {"password": "four words that stay", "next": path})

    assert back.url == path
    assert "Submit proposal" in browser.get(path).content.decode()


def test_an_editor_is_led_to_the_check_page_and_asked_for_no_password(open_tender):
    bundle = staged_bundle(tender=open_tender)
    editor = signed_in(companies.person_of(bundle.proposal.company, CompanyRole.EDITOR), seconds_ago=7200)

    assert editor.get(_url("proposal-submit", bundle.proposal)).url == _url("proposal-check", bundle.proposal)
    assert _submit(editor, bundle).status_code == 403


def test_without_a_frozen_version_there_is_no_such_page(open_tender, web):
    proposal = complete_proposal(tender=open_tender)

    assert web(proposal).get(_url("proposal-submit", proposal)).url == _url("proposal-check", proposal)


def test_what_is_submitted_has_no_such_page(open_tender, web):
    bundle = staged_bundle(tender=open_tender)
    browser = web(bundle.proposal)
    _submit(browser, bundle)

    assert browser.get(_url("proposal-submit", bundle.proposal)).url == _url("proposal-check", bundle.proposal)


def test_the_thirty_first_request_of_a_company_in_ten_minutes_waits(open_tender, web, limit, client_of, page_clock):
    bundle = staged_bundle(tender=open_tender)
    other = staged_bundle(tender=open_tender)
    browser = web(bundle.proposal)
    colleague = client_of(companies.person_of(bundle.proposal.company, CompanyRole.SIGNATORY))
    for _number in range(30):
        assert _submit(browser, bundle).status_code == 302

    response = _submit(colleague, bundle)

    assert (response.status_code, response["Retry-After"]) == (429, "600")
    assert "more than 30 requests to submit in ten minutes" in response.content.decode()
    assert _submit(web(other.proposal), other).status_code == 302


def test_a_counter_that_does_not_answer_lets_everybody_through(open_tender, web, monkeypatch, caplog):
    def refuse(*_arguments, **_facts):
        raise ConnectionError("the cache is gone")

    bundle = staged_bundle(tender=open_tender)
    monkeypatch.setattr("tenders.proposals.submit_limit.cache.add", refuse)
    monkeypatch.setattr("tenders.proposals.submit_limit._silent_until", float("-inf"))

    assert _submit(web(bundle.proposal), bundle).url == _url("proposal-receipt", bundle.proposal, 1)
    assert "submit requests are not counted: the cache is gone" in caplog.text


# When time runs out


def test_the_tick_is_kept_told_everywhere_and_taken_back(open_tender, web):
    bundle = staged_bundle(tender=open_tender)
    browser, proposal = web(bundle.proposal), bundle.proposal

    told = browser.post(_url("proposal-auto-submit", proposal), {"asked": "yes"}, follow=True).content.decode()

    proposal.refresh_from_db()
    assert proposal.auto_submit == bundle
    assert "NOT SUBMITTED. Version 1 is submitted when time runs out" in told
    assert '<input type="checkbox" id="asked" name="asked" value="yes" checked>' in told
    for name in ("proposal", "proposal-check", "proposal-submit"):
        page = browser.get(_url(name, proposal)).content.decode()
        assert "Version 1 is NOT SUBMITTED yet" in page
        assert '<p class="state-word" id="state-word">Not submitted</p>' in page

    told = browser.post(_url("proposal-auto-submit", proposal), {}, follow=True).content.decode()
    proposal.refresh_from_db()
    assert proposal.auto_submit is None
    assert "Nothing is submitted for you when time runs out." in told
    assert "NOT SUBMITTED yet" not in told


def test_the_tick_is_for_signatories_who_have_just_said_who_they_are(open_tender, client_of):
    bundle = staged_bundle(tender=open_tender)
    company, path = bundle.proposal.company, _url("proposal-auto-submit", bundle.proposal)
    editor = client_of(companies.person_of(company, CompanyRole.EDITOR))
    idle = signed_in(companies.owner_of(company), seconds_ago=7200)

    assert editor.post(path, {"asked": "yes"}).status_code == 403
    assert idle.post(path, {"asked": "yes"}).url.startswith("/accounts/reauthenticate/?next=")
    bundle.proposal.refresh_from_db()
    assert bundle.proposal.auto_submit is None


def test_the_tick_with_nothing_frozen_or_too_late(open_tender, web, cutoff, page_clock):
    draft, bundle = complete_proposal(tender=open_tender), staged_bundle(tender=open_tender)
    cutoff.at(timedelta(0))

    assert web(draft).post(_url("proposal-auto-submit", draft), {"asked": "yes"}).url == _url("proposal-check", draft)
    told = web(bundle.proposal).post(_url("proposal-auto-submit", bundle.proposal), {"asked": "yes"}, follow=True)
    assert "The deadline has passed, so this can no longer be changed." in told.content.decode()


def test_after_the_deadline_the_page_says_that_the_asked_version_is_on_its_way(open_tender, web, cutoff, page_clock):
    bundle = staged_bundle(tender=open_tender)
    browser = web(bundle.proposal)
    browser.post(_url("proposal-auto-submit", bundle.proposal), {"asked": "yes"})
    page_clock(cutoff.closes_at)

    settling = browser.get(_url("proposal", bundle.proposal)).content.decode()
    cutoff.close()
    closed = browser.get(_url("proposal", bundle.proposal)).content.decode()

    assert "Version 1 is being submitted as you asked." in settling
    assert "is being submitted" not in closed
    assert '<p class="state-word" id="state-word">Submitted</p>' in closed


# Receipt


def test_receipt_page_says_what_was_received(open_tender, web, cutoff):
    bundle = staged_bundle(tender=open_tender, name="Example Aero")
    browser = web(bundle.proposal)
    received_at = cutoff.at(-1234567 * MICROSECOND)

    page = browser.get(_submit(browser, bundle).url).content.decode().replace("\N{NO-BREAK SPACE}", " ")

    receipt = Receipt.objects.get()
    assert receipt.received_at == received_at
    assert "<title>SUBMITTED: receipt" in page
    assert received_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ") in page
    assert "1 s before the deadline." in page
    assert " ".join(bundle.sha256[start : start + 8] for start in range(0, 64, 8)) in page
    assert f"Log entry <b>{entry_of(receipt.commitment).index}</b>" in page
    assert "Example Aero" in page
    for document in bundle.proposal.documents.all():
        assert " ".join(document.sha256[start : start + 8] for start in range(0, 64, 8)) in page


def test_receipt_says_what_happens_next_at_each_stage(cutoff, web, page_clock):
    proposal = cutoff.submitted()
    browser, path = web(proposal), _url("proposal-receipt", proposal, 1)
    sealed, ended = "stays sealed until people of two countries open", "has ended without an opening"

    page_clock(cutoff.closes_at - SECOND)
    assert "stays sealed until the deadline has passed" in browser.get(path).content.decode()
    page_clock(cutoff.closes_at)
    waiting = browser.get(path).content.decode()
    cutoff.open()
    opened = browser.get(path).content.decode()
    ended_by = {"state": TenderState.CANCELLED, "cancelled_at": clock.now(), "cancel_reason": "No funds."}
    Tender.objects.filter(pk=cutoff.tender.pk).update(opened_at=None, **ended_by)
    cancelled = browser.get(path).content.decode()

    told = [
        (sealed in page, "the reviewers read the proposal" in page, ended in page)
        for page in (waiting, opened, cancelled)
    ]
    assert told == [(True, False, False), (False, True, False), (False, False, True)]


def test_receipt_of_what_was_submitted_when_time_ran_out_says_so(open_tender, web, cutoff):
    bundle = staged_bundle(tender=open_tender)
    browser = web(bundle.proposal)
    browser.post(_url("proposal-auto-submit", bundle.proposal), {"asked": "yes"})
    cutoff.close()

    page = browser.get(_url("proposal-receipt", bundle.proposal, 1)).content.decode()

    assert "Version 1 was submitted for you when time ran out, as your company had asked." in page


def test_receipt_comes_as_canonical_json(open_tender, web):
    bundle = staged_bundle(tender=open_tender)
    browser = web(bundle.proposal)
    _submit(browser, bundle)

    response = browser.get(_url("proposal-receipt-json", bundle.proposal, 1))

    number, pid = open_tender.number, bundle.proposal.public_id
    assert response.content == canonical_json(receipt_document(Receipt.objects.get()))
    assert json.loads(response.content)["bundle_sha256"] == bundle.sha256
    assert response["Content-Type"] == "application/json"
    assert response["Content-Disposition"] == f'attachment; filename="receipt-{number}-{pid}-1.json"'


def test_receipt_that_does_not_exist_is_not_found(open_tender, web):
    bundle = staged_bundle(tender=open_tender)
    browser = web(bundle.proposal)

    assert browser.get(_url("proposal-receipt", bundle.proposal, 1)).status_code == 404
    assert browser.get(_url("proposal-receipt-json", bundle.proposal, 7)).status_code == 404


def test_receipt_of_another_company_is_not_found(open_tender, web):
    mine, other = staged_bundle(tender=open_tender), staged_bundle(tender=open_tender)
    _submit(web(other.proposal), other)

    assert web(mine.proposal).get(_url("proposal-receipt", other.proposal, 1)).status_code == 404


def test_a_receipt_exists_and_is_listed_although_its_page_fails(open_tender, web, monkeypatch):
    bundle = staged_bundle(tender=open_tender)
    browser = web(bundle.proposal)
    browser.raise_request_exception = False

    def fail(_receipt):
        raise RuntimeError("the vault is down")

    monkeypatch.setattr("tenders.proposals.views.receipts.receipt_document", fail)
    url = _submit(browser, bundle).url

    assert browser.get(url).status_code == 500
    assert url in browser.get(reverse("dashboard")).content.decode()


# Replace and withdraw


def test_replacing_keeps_the_old_version_until_the_new_one_is_submitted(open_tender, web):
    first = staged_bundle(tender=open_tender)
    proposal, browser = first.proposal, web(first.proposal)
    _submit(browser, first)
    change_draft(proposal)

    check = browser.get(_url("proposal-check", proposal)).content.decode()
    browser.post(_url("proposal-stage", proposal))
    second = Bundle.objects.get(version=2)
    response = _submit(browser, second)

    assert "Version 1 counts until you submit what you see here." in check
    assert "Changes not submitted" in check
    assert response.url == _url("proposal-receipt", proposal, 2)
    old = browser.get(_url("proposal-receipt", proposal, 1)).content.decode()
    assert "<title>REPLACED: receipt" in old
    assert "Version 2 replaced it." in old
    assert "Replaced" in old
    assert f'href="{_url("proposal-receipt", proposal, 2)}">Receipt of version 2, which counts</a>' in old


def test_check_page_of_what_is_submitted_leads_to_the_receipt(open_tender, web):
    bundle = staged_bundle(tender=open_tender)
    browser = web(bundle.proposal)
    _submit(browser, bundle)

    page = browser.get(_url("proposal-check", bundle.proposal)).content.decode()

    assert "Nothing is left to do: version 1 is submitted." in page
    assert "Submit proposal" not in page


def test_withdraw_asks_first_and_says_what_happens(open_tender, web):
    bundle = staged_bundle(tender=open_tender)
    browser = web(bundle.proposal)
    _submit(browser, bundle)

    asked = browser.get(_url("proposal-withdraw", bundle.proposal)).content.decode()
    assert "<title>SUBMITTED: Withdraw the proposal" in asked
    assert '<p class="state-word" id="state-word">Submitted</p>' in asked
    assert "Withdraw version 1 of" in asked
    assert not Withdrawal.objects.exists()

    response = browser.post(_url("proposal-withdraw", bundle.proposal), follow=True)
    page = response.content.decode()
    assert response.redirect_chain == [(_url("proposal", bundle.proposal), 302)]
    assert "Withdrawn" in page
    assert "until the deadline you can submit again" in page
    assert "Version 1 withdrawn" in page
    receipt = browser.get(_url("proposal-receipt", bundle.proposal, 1)).content.decode()
    assert "It was withdrawn on" in receipt


@pytest.mark.parametrize(
    ("name", "found"),
    [("proposal-withdraw", "withdrawing.page_of"), ("proposal-auto-submit", "submitting._newest_bundle")],
)
def test_what_a_page_waits_for_makes_no_withdrawal_and_no_tick_late(open_tender, web, cutoff, monkeypatch, name, found):
    bundle = staged_bundle(tender=open_tender)
    browser = web(bundle.proposal)
    if name == "proposal-withdraw":
        _submit(browser, bundle)
    views = importlib.import_module(f"tenders.proposals.views.{found.partition('.')[0]}")
    find = getattr(views, found.partition(".")[2])

    def find_slowly(*asked):
        cutoff.at(SECOND)
        return find(*asked)

    monkeypatch.setattr(views, found.partition(".")[2], find_slowly)
    cutoff.at(-MICROSECOND)

    browser.post(_url(name, bundle.proposal), {"asked": "yes"})

    instants = [*Withdrawal.objects.values_list("received_at", flat=True), *Wish.objects.values_list("given_at")]
    assert (len(instants), Refusal.objects.count()) == (1, 0)


def test_what_was_withdrawn_is_not_said_to_be_submittable_after_the_deadline(open_tender, web, cutoff, page_clock):
    bundle = staged_bundle(tender=open_tender)
    browser = web(bundle.proposal)
    _submit(browser, bundle)
    browser.post(_url("proposal-withdraw", bundle.proposal))
    page_clock(cutoff.at(SECOND))

    page = browser.get(_url("proposal", bundle.proposal)).content.decode()

    assert "The deadline has passed; the draft stays readable for ever." in page
    assert "you can submit again" not in page


def test_withdrawing_what_is_not_submitted_does_nothing(open_tender, web):
    bundle = staged_bundle(tender=open_tender)

    response = web(bundle.proposal).post(_url("proposal-withdraw", bundle.proposal), follow=True)

    assert "there is nothing to withdraw" in response.content.decode()
    assert not Withdrawal.objects.exists()


def test_withdrawal_that_the_verb_refuses_is_told(open_tender, web, monkeypatch):
    bundle = staged_bundle(tender=open_tender)
    browser = web(bundle.proposal)
    _submit(browser, bundle)

    def refuse(**_facts):
        raise submission.NotSubmittable("The tender was opened.")

    monkeypatch.setattr(submission, "withdraw", refuse)

    response = browser.post(_url("proposal-withdraw", bundle.proposal), follow=True)

    assert "The tender was opened." in response.content.decode()


def test_an_editor_may_not_withdraw(open_tender, web, client_of):
    bundle = staged_bundle(tender=open_tender)
    _submit(web(bundle.proposal), bundle)
    editor = client_of(companies.person_of(bundle.proposal.company, CompanyRole.EDITOR))

    assert editor.post(_url("proposal-withdraw", bundle.proposal)).status_code == 403


def test_after_the_deadline_a_notice_is_given_once_and_shown(cutoff, web, page_clock):
    proposal = cutoff.submitted()
    browser, path = web(proposal), _url("proposal-notice", proposal)
    cutoff.at(timedelta(seconds=1))
    page_clock(cutoff.at(timedelta(seconds=1)))

    assert f'href="{path}"' in browser.get(_url("proposal", proposal)).content.decode()
    asked = browser.get(path).content.decode()
    empty = browser.post(path, {"reason": " "})
    given = browser.post(path, {"reason": "Our motor maker closed."}, follow=True)
    again = browser.post(path, {"reason": "Another reason."}, follow=True).content.decode()

    assert "This deletes nothing: the proposal is opened like all others" in asked
    assert (empty.status_code, "A notice needs its reason." in empty.content.decode()) == (422, True)
    assert given.redirect_chain == [(path, 302)]
    for page in (given.content.decode(), again):
        assert "Our motor maker closed." in page
        assert "The officers of the tender read it once the proposals are open, never before." in page
    assert WithdrawalNotice.objects.count() == 1
    assert "Your notice to the officers that you no longer stand by it" in browser.get(_url("proposal", proposal)).text


def test_a_notice_is_for_signatories_of_what_is_submitted_and_closed(cutoff, web, client_of, page_clock):
    proposal, draft = cutoff.submitted(), None
    draft = complete_proposal(tender=cutoff.tender, company=proposal.company)
    viewer = client_of(companies.person_of(proposal.company, CompanyRole.VIEWER))
    browser = web(proposal)
    page_clock(cutoff.closes_at - SECOND)
    assert browser.get(_url("proposal-notice", proposal)).url == _url("proposal", proposal)
    assert browser.post(_url("proposal-notice", proposal), {"reason": "x"}).url == _url("proposal", proposal)

    page_clock(cutoff.at(timedelta(seconds=1)))
    assert browser.get(_url("proposal-notice", draft)).url == _url("proposal", draft)
    assert viewer.get(_url("proposal-notice", proposal)).url == _url("proposal", proposal)
    assert viewer.post(_url("proposal-notice", proposal), {"reason": "x"}).status_code == 403
    assert not WithdrawalNotice.objects.exists()


# The deadline


def test_submit_at_the_deadline_is_refused_exactly_and_in_words(open_tender, web, cutoff, page_clock):
    bundle = staged_bundle(tender=open_tender)
    browser = web(bundle.proposal)
    page_clock(cutoff.at(timedelta(0)))

    response = _submit(browser, bundle)
    page = browser.get(response.url).content.decode()

    refusal = Refusal.objects.get()
    assert response.url == _url("proposal-late", bundle.proposal, 1, "submit")
    assert "Your request arrived at the very instant of the deadline, which is late." in page
    assert page.count(refusal.closes_at.strftime("%Y-%m-%dT%H:%M:%S.000000Z")) == 2
    assert f"entry {entry_of(refusal.commitment).index} in the log" in page
    assert "Every answer and every file is as you left it and stays readable for ever." in page
    assert browser.get(_url("proposal-check", bundle.proposal)).status_code == 200


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (MICROSECOND, "0.000001 seconds"),
        (3 * SECOND + 214907 * MICROSECOND, "3.214907 seconds"),
        (15 * SECOND, "15 seconds"),
    ],
)
def test_lateness_is_told_to_the_last_digit(open_tender, web, cutoff, page_clock, after, told):
    bundle = staged_bundle(tender=open_tender)
    browser = web(bundle.proposal)
    page_clock(cutoff.at(after))

    page = browser.get(_submit(browser, bundle).url).content.decode()

    assert f"Your request arrived {told} after the deadline. It was refused." in page


@pytest.mark.parametrize(
    ("after", "told"), [(59 * SECOND, "59 seconds"), (61 * SECOND, "1 min 1 s"), (3662 * SECOND, "1 h 1 min")]
)
def test_longer_lateness_is_told_in_greater_units(after, told):
    assert seconds_text(after).replace("\N{NO-BREAK SPACE}", " ") == told


def test_late_replacement_says_that_the_first_version_counts(open_tender, web, cutoff, page_clock):
    first = staged_bundle(tender=open_tender)
    browser = web(first.proposal)
    _submit(browser, first)
    second = staged_bundle(proposal=first.proposal, is_changed=True)
    page_clock(cutoff.at(SECOND))

    page = browser.get(_submit(browser, second).url).content.decode()

    assert "<title>CHANGES NOT SUBMITTED: refused at the deadline" in page
    assert '<h1 class="state-word" id="state-word">Changes not submitted</h1>' in page
    assert "Version 1, which was received before the deadline, still counts." in page


def test_late_withdrawal_is_refused_in_words(open_tender, web, cutoff, page_clock):
    bundle = staged_bundle(tender=open_tender)
    browser = web(bundle.proposal)
    _submit(browser, bundle)
    page_clock(cutoff.at(SECOND))

    response = browser.post(_url("proposal-withdraw", bundle.proposal))
    page = browser.get(response.url).content.decode()

    assert response.url == _url("proposal-late", bundle.proposal, 1, "withdraw")
    assert "NOT WITHDRAWN: refused at the deadline" in page
    assert "The version that was received before the deadline still counts." in page
    assert f'href="{_url("proposal-notice", bundle.proposal)}">Tell the officers</a>' in page


def test_request_that_waited_while_the_tender_closed_is_left_to_two_people(open_tender, web, cutoff, page_clock):
    bundle = staged_bundle(tender=open_tender)
    browser = web(bundle.proposal)
    cutoff.close()
    page_clock(cutoff.closes_at + 12 * SECOND)
    received_at = cutoff.at(-MICROSECOND)

    response = _submit(browser, bundle)
    page = browser.get(response.url).content.decode()

    assert response.url == _url("proposal-provisional", bundle.proposal, 1, "submit")
    assert Provisional.objects.get().received_at == received_at
    assert "Your request arrived before the deadline, but the tender was closed while it waited." in page
    assert received_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ") in page
    assert "A request of yours waits for a decision" in browser.get(_url("proposal", bundle.proposal)).content.decode()


@pytest.mark.parametrize(("name", "act"), [("proposal-late", "submit"), ("proposal-provisional", "open")])
def test_judgement_that_never_was_is_not_found(open_tender, web, name, act):
    bundle = staged_bundle(tender=open_tender)

    assert web(bundle.proposal).get(_url(name, bundle.proposal, 1, act)).status_code == 404


def test_history_tells_everything_that_happened(open_tender, web, cutoff, page_clock):
    first = staged_bundle(tender=open_tender)
    proposal, browser = first.proposal, web(first.proposal)
    _submit(browser, first)
    cutoff.at(-4 * SECOND)
    browser.post(_url("proposal-withdraw", proposal))
    cutoff.at(-3 * SECOND)
    _submit(browser, staged_bundle(proposal=Proposal.objects.get(pk=proposal.pk), now=cutoff.closes_at - 3 * SECOND))
    page_clock(cutoff.at(SECOND))
    browser.post(_url("proposal-withdraw", proposal))

    page = browser.get(_url("proposal", proposal)).content.decode()

    told = [
        "Request to withdraw refused at the deadline",
        "Version 2 received: receipt",
        "Version 1 withdrawn",
        "Version 1 received: receipt",
    ]
    positions = [page.index(sentence) for sentence in told]
    assert positions == sorted(positions)


# Dashboard


def test_dashboard_puts_what_needs_doing_first(open_tender, web, client_of):
    company = companies.company(name="Example Aero", undertaking=True)
    submitted = staged_bundle(tender=open_tender, company=company, model_name="Sent 1")
    browser = web(submitted.proposal)
    _submit(browser, submitted)
    ready = complete_proposal(tender=open_tender, company=company, model_name="Ready 2")
    draft_proposal(tender=open_tender, company=company, model_name="Draft 3")
    changed = staged_bundle(tender=open_tender, company=company, model_name="Changed 4")
    _submit(browser, changed)
    change_draft(changed.proposal)

    page = browser.get(reverse("dashboard")).content.decode()

    assert "<h1>3 things need doing</h1>" in page
    assert "Finish and submit: Interceptor drones, Ready 2" in page
    assert "NOT SUBMITTED. 100 % complete." in page
    assert "Ready to submit" in page
    assert "Finish and submit: Interceptor drones, Draft 3" in page
    assert "36 missing" in page
    assert "Submit your changes: Interceptor drones, Changed 4" in page
    assert "Submit your changes: Interceptor drones, Sent 1" not in page
    assert page.count('<span class="tag good">SUBMITTED</span>') == 1
    assert page.count('<span class="tag warn">SUBMITTED, BUT YOUR CHANGES SINCE ARE NOT</span>') == 1
    assert page.count('<span class="tag warn">NOT SUBMITTED</span>') == 2
    assert _url("proposal", ready) in page


def test_dashboard_asks_for_the_undertaking(client_of, open_tender):
    company = companies.company()

    page = client_of(companies.owner_of(company)).get(reverse("dashboard")).content.decode()

    assert "<h1>1 thing needs doing</h1>" in page
    assert "Accept the confidentiality undertaking" in page
    assert "No proposal yet" in page
    assert reverse("tender", args=[open_tender.number]) in page


def test_dashboard_of_another_company_tells_nothing(open_tender, web, client_of):
    _submit(web((bundle := staged_bundle(tender=open_tender, model_name="Secret 9")).proposal), bundle)
    other = companies.company(undertaking=True)

    page = client_of(companies.owner_of(other)).get(reverse("dashboard")).content.decode()

    assert "Secret 9" not in page
    assert "Nothing needs doing now" in page


def test_dashboard_after_the_deadline(open_tender, web, cutoff, page_clock):
    company = companies.company(undertaking=True)
    submitted = staged_bundle(tender=open_tender, company=company)
    browser = web(submitted.proposal)
    _submit(browser, submitted)
    draft_proposal(tender=open_tender, company=company)
    page_clock(cutoff.closes_at)

    page = browser.get(reverse("dashboard")).content.decode()

    assert "Nothing needs doing now" in page
    assert '<span class="tag quiet">NOT SUBMITTED</span>' in page
    assert "Read the draft" in page
    assert "Open tenders without a proposal of yours" not in page


def test_dashboard_in_evaluation(cutoff, web):
    proposal = cutoff.submitted()
    cutoff.open()

    page = web(proposal).get(reverse("dashboard")).content.decode()

    assert '<span class="tag good">SUBMITTED</span>' in page
    assert "In evaluation" in page


def test_dashboard_says_nothing_of_an_exclusion_before_the_result(cutoff, web):
    proposal = cutoff.submitted()
    cutoff.open()
    before = web(proposal).get(reverse("dashboard")).content.decode()
    Proposal.objects.filter(pk=proposal.pk).update(state=ProposalState.EXCLUDED)

    page = web(proposal).get(reverse("dashboard")).content.decode()

    assert ("Excluded" in page, '<span class="tag good">SUBMITTED</span>' in page, "In evaluation" in page) == (
        False, True, True,
    )  # fmt: skip
    assert before.count("<tr") == page.count("<tr")


@pytest.mark.parametrize("count", [1, 3])
def test_dashboard_costs_the_same_for_one_and_for_three(open_tender, web, django_assert_num_queries, count):
    company = companies.company(undertaking=True)
    for number in range(count):
        proposal = draft_proposal(tender=open_tender, company=company, model_name=f"Example {number}")
    browser = web(proposal)

    with django_assert_num_queries(14):
        browser.get(reverse("dashboard"))

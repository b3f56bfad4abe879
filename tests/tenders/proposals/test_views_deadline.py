"""What the pages say of requests at the deadline and after it."""

from datetime import timedelta

import pytest

from coalition_portal.ledger.append import entry_of
from tenders.proposals import submission
from tenders.proposals.models import (
    Proposal,
    Provisional,
    Refusal,
)
from tenders.proposals.views.judged import seconds_text
from tests.factories import companies
from tests.factories.cutoffs import MICROSECOND
from tests.factories.proposals import change_draft, staged_bundle
from tests.factories.tenders import extended_tender
from tests.tenders.proposals.pages import press_submit, url_of

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def test_submit_at_the_deadline_is_refused_exactly_and_in_words(open_tender, web_of, cutoff, page_clock):
    bundle = staged_bundle(tender=open_tender)
    browser = web_of(bundle.proposal)
    page_clock(cutoff.at(timedelta(0)))

    response = press_submit(browser, bundle)
    page = browser.get(response.url).content.decode()

    refusal = Refusal.objects.get()
    assert response.url == url_of("proposal-late", bundle.proposal, 1, "submit")
    assert "Your request arrived at the very instant of the deadline, which is late." in page
    assert page.count(refusal.closes_at.strftime("%Y-%m-%dT%H:%M:%S.000000Z")) == 2
    assert f"entry {entry_of(refusal.commitment).index} in the log" in page
    assert "Every answer and every file is as you left it and stays readable for ever." in page
    assert browser.get(url_of("proposal-check", bundle.proposal)).status_code == 200


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (MICROSECOND, "0.000001 seconds"),
        (3 * SECOND + 214907 * MICROSECOND, "3.214907 seconds"),
        (15 * SECOND, "15 seconds"),
    ],
)
def test_lateness_is_told_to_the_last_digit(open_tender, web_of, cutoff, page_clock, after, told):
    bundle = staged_bundle(tender=open_tender)
    browser = web_of(bundle.proposal)
    page_clock(cutoff.at(after))

    page = browser.get(press_submit(browser, bundle).url).content.decode()

    assert f"Your request arrived {told} after the deadline. It was refused." in page


@pytest.mark.parametrize(
    ("after", "told"), [(59 * SECOND, "59 seconds"), (61 * SECOND, "1 min 1 s"), (3662 * SECOND, "1 h 1 min")]
)
def test_longer_lateness_is_told_in_greater_units(after, told):
    assert seconds_text(after).replace("\N{NO-BREAK SPACE}", " ") == told


def test_task_list_warns_that_time_may_run_out_only_while_it_can(open_tender, web_of, cutoff, page_clock):
    browser = web_of(proposal := staged_bundle(tender=open_tender).proposal)

    before = browser.get(url_of("proposal", proposal)).content.decode()
    page_clock(cutoff.closes_at)
    after = browser.get(url_of("proposal", proposal)).content.decode()

    assert ["<h2>If time runs out</h2>" in page for page in (before, after)] == [True, False]


@pytest.mark.parametrize(
    ("is_submitted", "is_changed", "heading"),
    [
        (False, False, "What the draft holds"),
        (True, True, "What the draft holds"),
        (True, False, "What reviewers will see"),
    ],
)
def test_after_the_deadline_reviewers_see_what_was_submitted_and_no_draft(
    open_tender, web_of, cutoff, page_clock, is_submitted, is_changed, heading
):
    bundle = staged_bundle(tender=open_tender)
    browser = web_of(bundle.proposal)
    if is_submitted:
        press_submit(browser, bundle)
    if is_changed:
        change_draft(bundle.proposal)
    before = browser.get(url_of("proposal-check", bundle.proposal)).content.decode()
    page_clock(cutoff.closes_at)

    page = browser.get(url_of("proposal-check", bundle.proposal)).content.decode()

    assert "<h2>What reviewers will see</h2>" in before
    assert f"<h2>{heading}</h2>" in page


def test_task_list_warns_in_yellow_when_little_time_is_left(open_tender, web_of, cutoff, page_clock):
    browser = web_of(proposal := staged_bundle(tender=open_tender).proposal)

    soon = browser.get(url_of("proposal", proposal)).content.decode()
    page_clock(cutoff.closes_at - timedelta(days=3))
    early = browser.get(url_of("proposal", proposal)).content.decode()

    assert ['<section class="state soon"' in page for page in (soon, early)] == [True, False]


def test_late_replacement_says_that_the_first_version_counts(open_tender, web_of, cutoff, page_clock):
    first = staged_bundle(tender=open_tender)
    browser = web_of(first.proposal)
    press_submit(browser, first)
    second = staged_bundle(proposal=first.proposal, is_changed=True)
    page_clock(cutoff.at(SECOND))

    page = browser.get(press_submit(browser, second).url).content.decode()

    assert "<title>CHANGES NOT SUBMITTED: refused at the deadline" in page
    assert '<h1 class="state-word" id="state-word">Changes not submitted</h1>' in page
    assert "Version 1, which was received before the deadline, still counts." in page


def test_late_withdrawal_is_refused_in_words(open_tender, web_of, cutoff, page_clock):
    bundle = staged_bundle(tender=open_tender)
    browser = web_of(bundle.proposal)
    press_submit(browser, bundle)
    page_clock(cutoff.at(SECOND))

    response = browser.post(url_of("proposal-withdraw", bundle.proposal))
    page = browser.get(response.url).content.decode()

    assert response.url == url_of("proposal-late", bundle.proposal, 1, "withdraw")
    assert "NOT WITHDRAWN: refused at the deadline" in page
    assert "The version that was received before the deadline still counts." in page
    assert f'href="{url_of("proposal-notice", bundle.proposal)}">Tell the officers</a>' in page


def test_request_that_waited_while_the_tender_closed_is_left_to_two_people(open_tender, web_of, cutoff, page_clock):
    bundle = staged_bundle(tender=open_tender)
    browser = web_of(bundle.proposal)
    cutoff.close()
    page_clock(cutoff.closes_at + 12 * SECOND)
    received_at = cutoff.at(-MICROSECOND)

    response = press_submit(browser, bundle)
    page = browser.get(response.url).content.decode()

    assert response.url == url_of("proposal-provisional", bundle.proposal, 1, "submit")
    assert Provisional.objects.get().received_at == received_at
    assert "Your request arrived before the deadline, but the tender was closed while it waited." in page
    assert received_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ") in page
    assert (
        "A request of yours waits for a decision" in browser.get(url_of("proposal", bundle.proposal)).content.decode()
    )


@pytest.mark.parametrize(("name", "act"), [("proposal-late", "submit"), ("proposal-provisional", "open")])
def test_judgement_that_never_was_is_not_found(open_tender, web_of, name, act):
    bundle = staged_bundle(tender=open_tender)

    assert web_of(bundle.proposal).get(url_of(name, bundle.proposal, 1, act)).status_code == 404


def test_history_tells_everything_that_happened(open_tender, web_of, cutoff, page_clock):
    first = staged_bundle(tender=open_tender)
    proposal, browser = first.proposal, web_of(first.proposal)
    press_submit(browser, first)
    cutoff.at(-4 * SECOND)
    browser.post(url_of("proposal-withdraw", proposal))
    cutoff.at(-3 * SECOND)
    press_submit(
        browser, staged_bundle(proposal=Proposal.objects.get(pk=proposal.pk), now=cutoff.closes_at - 3 * SECOND)
    )
    page_clock(cutoff.at(SECOND))
    browser.post(url_of("proposal-withdraw", proposal))

    page = browser.get(url_of("proposal", proposal)).content.decode()

    told = [
        "Request to withdraw refused at the deadline",
        "Version 2 received: receipt",
        "Version 1 withdrawn",
        "Version 1 received: receipt",
    ]
    positions = [page.index(sentence) for sentence in told]
    assert positions == sorted(positions)


def test_a_late_page_says_what_counts_after_the_deadline_was_moved(web_of, cutoff, page_clock):
    bundle = staged_bundle(tender=cutoff.tender)
    assert cutoff.submit(bundle, SECOND).refusal
    extended_tender(cutoff.tender, cutoff.closes_at + 10 * SECOND)
    assert cutoff.submit(bundle, 2 * SECOND).receipt
    page_clock(cutoff.at(3 * SECOND))

    page = web_of(bundle.proposal).get(url_of("proposal-late", bundle.proposal, 1, "submit")).content.decode()

    assert "<title>SUBMITTED" in page
    assert "Version 1 counts." in page
    assert "still counts" not in page


def test_a_late_withdrawal_is_overtaken_by_one_in_time(web_of, cutoff, page_clock):
    proposal = cutoff.submitted()
    owner = companies.owner_of(proposal.company)
    cutoff.at(SECOND)
    assert submission.withdraw(proposal=proposal, by=owner).refusal
    extended_tender(cutoff.tender, cutoff.closes_at + 10 * SECOND)
    cutoff.at(2 * SECOND)
    assert submission.withdraw(proposal=proposal, by=owner).withdrawal
    page_clock(cutoff.at(3 * SECOND))

    page = web_of(proposal).get(url_of("proposal-late", proposal, 1, "withdraw")).content.decode()

    assert "<title>WITHDRAWN" in page
    assert "still counts" not in page

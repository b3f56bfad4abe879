"""Replacing and withdrawing, and the notice after the deadline."""

import importlib
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from coalition_portal.fresh_sign_in import SIGNED_IN_AT
from manufacturers.models import CompanyRole
from tenders.proposals import submission
from tenders.proposals.models import (
    Bundle,
    Refusal,
    Wish,
    Withdrawal,
    WithdrawalNotice,
)
from tests.factories import companies
from tests.factories.cutoffs import MICROSECOND
from tests.factories.proposals import change_draft, complete_proposal, staged_bundle
from tests.factories.sessions import signed_in
from tests.tenders.proposals.pages import press_submit, url_of

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def test_replacing_keeps_the_old_version_until_the_new_one_is_submitted(open_tender, web_of):
    first = staged_bundle(tender=open_tender)
    proposal, browser = first.proposal, web_of(first.proposal)
    press_submit(browser, first)
    change_draft(proposal)

    check = browser.get(url_of("proposal-check", proposal)).content.decode()
    browser.post(url_of("proposal-stage", proposal))
    second = Bundle.objects.get(version=2)
    response = press_submit(browser, second)

    assert "Version 1 counts until you submit what you see here." in check
    assert "Changes not submitted" in check
    assert response.url == url_of("proposal-receipt", proposal, 2)
    old = browser.get(url_of("proposal-receipt", proposal, 1)).content.decode()
    assert "<title>REPLACED: receipt" in old
    assert "Version 2 replaced it." in old
    assert "Replaced" in old
    assert f'href="{url_of("proposal-receipt", proposal, 2)}">Receipt of version 2, which counts</a>' in old


def test_check_page_of_what_is_submitted_leads_to_the_receipt(open_tender, web_of):
    bundle = staged_bundle(tender=open_tender)
    browser = web_of(bundle.proposal)
    press_submit(browser, bundle)

    page = browser.get(url_of("proposal-check", bundle.proposal)).content.decode()

    assert "Nothing is left to do: version 1 is submitted." in page
    assert "Submit proposal" not in page


def test_withdraw_asks_first_and_says_what_happens(open_tender, web_of):
    bundle = staged_bundle(tender=open_tender)
    browser = web_of(bundle.proposal)
    press_submit(browser, bundle)

    asked = browser.get(url_of("proposal-withdraw", bundle.proposal)).content.decode()
    assert "<title>SUBMITTED: Withdraw the proposal" in asked
    assert '<p class="state-word" id="state-word">Submitted</p>' in asked
    assert "Withdraw version 1 of" in asked
    assert not Withdrawal.objects.exists()

    response = browser.post(url_of("proposal-withdraw", bundle.proposal), follow=True)
    page = response.content.decode()
    assert response.redirect_chain == [(url_of("proposal", bundle.proposal), 302)]
    assert "Withdrawn" in page
    assert "until the deadline you can submit again" in page
    assert "Version 1 withdrawn" in page
    receipt = browser.get(url_of("proposal-receipt", bundle.proposal, 1)).content.decode()
    assert "It was withdrawn on" in receipt


@pytest.mark.parametrize(
    ("name", "found"),
    [("proposal-withdraw", "withdrawing.page_of"), ("proposal-auto-submit", "submitting._newest_bundle")],
)
def test_what_a_page_waits_for_makes_no_withdrawal_and_no_tick_late(
    open_tender, web_of, cutoff, monkeypatch, name, found
):
    bundle = staged_bundle(tender=open_tender)
    browser = web_of(bundle.proposal)
    if name == "proposal-withdraw":
        press_submit(browser, bundle)
    views = importlib.import_module(f"tenders.proposals.views.{found.partition('.')[0]}")
    find = getattr(views, found.partition(".")[2])

    def find_slowly(*asked):
        cutoff.at(SECOND)
        return find(*asked)

    monkeypatch.setattr(views, found.partition(".")[2], find_slowly)
    cutoff.at(-MICROSECOND)

    browser.post(url_of(name, bundle.proposal), {"asked": "yes"})

    instants = [*Withdrawal.objects.values_list("received_at", flat=True), *Wish.objects.values_list("given_at")]
    assert (len(instants), Refusal.objects.count()) == (1, 0)


def test_what_was_withdrawn_is_not_said_to_be_submittable_after_the_deadline(open_tender, web_of, cutoff, page_clock):
    bundle = staged_bundle(tender=open_tender)
    browser = web_of(bundle.proposal)
    press_submit(browser, bundle)
    browser.post(url_of("proposal-withdraw", bundle.proposal))
    page_clock(cutoff.at(SECOND))

    page = browser.get(url_of("proposal", bundle.proposal)).content.decode()

    assert "The deadline has passed; the draft stays readable for ever." in page
    assert "you can submit again" not in page


def test_who_sits_there_is_asked_before_the_page_that_withdraws(open_tender, client_of):
    bundle = staged_bundle(tender=open_tender)
    press_submit(client_of(bundle.staged_by), bundle)
    path = url_of("proposal-withdraw", bundle.proposal)
    browser = signed_in(bundle.staged_by, seconds_ago=1801)
    editor = signed_in(companies.person_of(bundle.proposal.company, CompanyRole.EDITOR), seconds_ago=1801)

    asked = [browser.get(path).url, browser.post(path).url]

    assert asked == [f"/accounts/reauthenticate/?{urlencode({'next': path})}"] * 2
    assert editor.post(path).status_code == 403
    assert not Withdrawal.objects.exists()


def test_a_page_that_stood_open_withdraws_all_the_same(open_tender, client_of):
    bundle = staged_bundle(tender=open_tender)
    browser = client_of(bundle.staged_by)
    press_submit(browser, bundle)
    path = url_of("proposal-withdraw", bundle.proposal)
    page = browser.get(path).content.decode()
    session = browser.session
    session[SIGNED_IN_AT] -= 1801
    session.save()

    browser.post(path, {"ticket": re.search(r'name="ticket" value="([^"]+)"', page)[1]})

    assert Withdrawal.objects.get().by == bundle.staged_by


def test_a_page_that_stood_open_takes_back_nothing_that_a_colleague_submitted_since(open_tender, web_of):
    first = staged_bundle(tender=open_tender)
    browser, path = web_of(first.proposal), url_of("proposal-withdraw", first.proposal)
    press_submit(browser, first)
    version = re.search(r'name="version" value="([^"]+)"', browser.get(path).content.decode())[1]
    press_submit(browser, staged_bundle(proposal=change_draft(first.proposal)))

    response = browser.post(path, {"version": version}, follow=True)

    assert "You withdraw version 1, and version 2 was submitted last." in response.content.decode()
    assert not Withdrawal.objects.exists()
    browser.post(path, {"version": "2"})
    assert Withdrawal.objects.get().receipt.bundle.version == 2


def test_withdrawing_what_is_not_submitted_does_nothing(open_tender, web_of):
    bundle = staged_bundle(tender=open_tender)

    response = web_of(bundle.proposal).post(url_of("proposal-withdraw", bundle.proposal), follow=True)

    assert "there is nothing to withdraw" in response.content.decode()
    assert not Withdrawal.objects.exists()


def test_withdrawal_that_the_verb_refuses_is_told(open_tender, web_of, monkeypatch):
    bundle = staged_bundle(tender=open_tender)
    browser = web_of(bundle.proposal)
    press_submit(browser, bundle)

    def refuse(**_facts):
        raise submission.NotSubmittable("The tender was opened.")

    monkeypatch.setattr(submission, "withdraw", refuse)

    response = browser.post(url_of("proposal-withdraw", bundle.proposal), follow=True)

    assert "The tender was opened." in response.content.decode()


def test_an_editor_may_not_withdraw(open_tender, web_of, client_of):
    bundle = staged_bundle(tender=open_tender)
    press_submit(web_of(bundle.proposal), bundle)
    editor = client_of(companies.person_of(bundle.proposal.company, CompanyRole.EDITOR))

    assert editor.post(url_of("proposal-withdraw", bundle.proposal)).status_code == 403


def test_after_the_deadline_a_notice_is_given_once_and_shown(cutoff, web_of, page_clock):
    proposal = cutoff.submitted()
    browser, path = web_of(proposal), url_of("proposal-notice", proposal)
    cutoff.at(timedelta(seconds=1))
    page_clock(cutoff.at(timedelta(seconds=1)))

    assert f'href="{path}"' in browser.get(url_of("proposal", proposal)).content.decode()
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
    assert (
        "Your notice to the officers that you no longer stand by it" in browser.get(url_of("proposal", proposal)).text
    )


def test_a_notice_is_for_signatories_of_what_is_submitted_and_closed(cutoff, web_of, client_of, page_clock):
    proposal, draft = cutoff.submitted(), None
    draft = complete_proposal(tender=cutoff.tender, company=proposal.company)
    viewer = client_of(companies.person_of(proposal.company, CompanyRole.VIEWER))
    browser = web_of(proposal)
    page_clock(cutoff.closes_at - SECOND)
    assert browser.get(url_of("proposal-notice", proposal)).url == url_of("proposal", proposal)
    assert browser.post(url_of("proposal-notice", proposal), {"reason": "x"}).url == url_of("proposal", proposal)

    page_clock(cutoff.at(timedelta(seconds=1)))
    assert browser.get(url_of("proposal-notice", draft)).url == url_of("proposal", draft)
    assert viewer.get(url_of("proposal-notice", proposal)).url == url_of("proposal", proposal)
    assert viewer.post(url_of("proposal-notice", proposal), {"reason": "x"}).status_code == 403
    assert not WithdrawalNotice.objects.exists()

"""What a company sees of a request that two people decided."""

from datetime import timedelta

import pytest
from django.urls import reverse

from coalition_portal import clock
from tenders.notices.cancelling import cancel
from tenders.proposals import submission
from tenders.proposals.provisional import decide
from tests.factories import companies, people
from tests.factories.cutoffs import MICROSECOND
from tests.factories.proposals import staged_bundle
from tests.factories.tenders import extended_tender

SECOND = timedelta(seconds=1)


@pytest.fixture
def look(client_of):
    """`look(name, proposal, ...)`: the page as the owner of the company sees it."""

    def page(name, proposal, *args):
        web = client_of(companies.owner_of(proposal.company))
        return web.get(reverse(name, args=[proposal.public_id, *args])).content.decode()

    return page


def _decide(row, now, *, accepted):
    for country in ("LV", "GB"):
        reason = f"The record, seen by {country}."
        decide(provisional=row, accepted=accepted, reason=reason, by=people.officer(country), now=now)


def _left_to_decide(cutoff):
    bundle = staged_bundle(tender=cutoff.tender)
    cutoff.close()
    return cutoff.submit(bundle, -MICROSECOND).provisional


def _withdrawal_left_to_decide(cutoff):
    proposal = cutoff.submitted()
    cutoff.close()
    cutoff.at(-MICROSECOND)
    return submission.withdraw(proposal=proposal, by=companies.owner_of(proposal.company)).provisional


@pytest.mark.parametrize(
    ("accepted", "word", "told", "history"),
    [
        (True, "Submitted", "accepted your request: version 1 counts.", "Version 1: accepted by two countries"),
        (False, "Not submitted", "did not accept your request.", "Version 1: not accepted by two countries"),
    ],
)
def test_a_decided_submission_says_what_counts_and_why(cutoff, look, fixed_now, accepted, word, told, history):
    row = _left_to_decide(cutoff)
    waiting = look("proposal-provisional", row.proposal, 1, "submit")
    _decide(row, fixed_now, accepted=accepted)

    page = look("proposal-provisional", row.proposal, 1, "submit")
    assert "you get a mail when it is decided" in waiting
    assert "Version 1: two countries have to decide" not in page
    assert f"<title>{word.upper()}: decided by two countries" in page
    assert f'<h1 class="state-word" id="state-word">{word}</h1>' in page
    for sentence in (told, "The record, seen by LV.", "The record, seen by GB."):
        assert sentence in page
    assert history in look("proposal", row.proposal)


@pytest.mark.parametrize(
    ("accepted", "word", "told"),
    [
        (True, "Withdrawn", "accepted your request: nothing of this proposal counts."),
        (False, "Submitted", "did not accept your request. Version 1 counts."),
    ],
)
def test_a_decided_withdrawal_says_what_counts(cutoff, look, fixed_now, accepted, word, told):
    row = _withdrawal_left_to_decide(cutoff)
    _decide(row, fixed_now, accepted=accepted)

    page = look("proposal-provisional", row.proposal, 1, "withdraw")
    assert f'<h1 class="state-word" id="state-word">{word}</h1>' in page
    assert told in page


def test_what_came_later_is_said_to_stand(cutoff, look, fixed_now):
    row = _left_to_decide(cutoff)
    cutoff.at(10 * SECOND)
    extended_tender(cutoff.tender, cutoff.closes_at + 3600 * SECOND)
    newer = staged_bundle(proposal=row.proposal, is_changed=True)
    submission.submit(bundle=newer, sha256=newer.sha256, by=newer.staged_by)
    _decide(row, fixed_now, accepted=True)

    page = look("proposal-provisional", row.proposal, 1, "submit")
    assert "What your company did after it stands." in page
    assert '<h1 class="state-word" id="state-word">Submitted</h1>' in page


def test_an_accepted_version_has_no_receipt_and_leads_to_the_decision(cutoff, look, fixed_now):
    row = _left_to_decide(cutoff)
    _decide(row, fixed_now, accepted=True)
    cutoff.at(10 * SECOND)
    extended_tender(cutoff.tender, cutoff.closes_at + 3600 * SECOND)
    decision = reverse("proposal-provisional", args=[row.proposal.public_id, 1, "submit"])

    pages = [look("proposal", row.proposal), look("proposal-check", row.proposal)]
    for page in pages:
        assert f'href="{decision}">See what was decided</a>' in page
        assert "/receipt/" not in page


def test_what_waits_says_why(cutoff, look):
    row = _left_to_decide(cutoff)

    page = look("proposal", row.proposal)
    assert "It arrived before the deadline while the tender was being closed." in page
    assert "Version 1: two countries have to decide" in page


def test_nothing_is_promised_where_the_tender_is_cancelled(cutoff, look):
    row = _left_to_decide(cutoff)
    cancel(tender=cutoff.tender, reason="The need is gone.", by=cutoff.tender.second_approver, now=clock.now())

    page, tasks = look("proposal-provisional", row.proposal, 1, "submit"), look("proposal", row.proposal)

    assert "The tender is cancelled, so nothing of it is decided any more." in page
    for promise in ("To be decided", "you get a mail when it is decided", "A request of yours waits for a decision"):
        assert promise not in page + tasks


def test_a_newer_version_that_is_not_accepted_is_not_told_in_green(cutoff, look, fixed_now):
    proposal = cutoff.submitted()
    bundle = staged_bundle(proposal=proposal, is_changed=True)
    cutoff.close()
    _decide(cutoff.submit(bundle, -MICROSECOND).provisional, fixed_now, accepted=False)

    page = look("proposal-provisional", proposal, 2, "submit")

    assert "<title>CHANGES NOT SUBMITTED: decided by two countries" in page
    assert "did not accept your request. Version 1 counts." in page
    assert 'class="state good"' not in page


@pytest.mark.parametrize("count", [1, 3])
def test_history_with_decided_rows_takes_the_same_for_one_and_for_three(
    cutoff, client_of, fixed_now, django_assert_num_queries, count
):
    bundles = [staged_bundle(tender=cutoff.tender)]
    while len(bundles) < count:
        bundles.append(staged_bundle(proposal=bundles[0].proposal, is_changed=True))
    cutoff.close()
    for bundle in bundles:
        _decide(cutoff.submit(bundle, -MICROSECOND).provisional, fixed_now, accepted=False)
    browser = client_of(companies.owner_of(bundles[0].proposal.company))

    with django_assert_num_queries(21):
        page = browser.get(reverse("proposal", args=[bundles[0].proposal.public_id])).content.decode()
    assert page.count("not accepted by two countries") == count

"""The dashboard of a company."""

import pytest
from django.urls import reverse

from tenders.proposals.models import (
    Proposal,
)
from tenders.proposals.states import ProposalState
from tests.factories import companies
from tests.factories.proposals import change_draft, complete_proposal, draft_proposal, staged_bundle
from tests.tenders.proposals.pages import press_submit, url_of

pytestmark = pytest.mark.django_db


def test_dashboard_puts_what_needs_doing_first(open_tender, web_of, client_of):
    company = companies.company(name="Example Aero", undertaking=True)
    submitted = staged_bundle(tender=open_tender, company=company, model_name="Sent 1")
    browser = web_of(submitted.proposal)
    press_submit(browser, submitted)
    ready = complete_proposal(tender=open_tender, company=company, model_name="Ready 2")
    draft_proposal(tender=open_tender, company=company, model_name="Draft 3")
    changed = staged_bundle(tender=open_tender, company=company, model_name="Changed 4")
    press_submit(browser, changed)
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
    assert page.count('<span class="tag warn">CHANGES NOT SUBMITTED</span> version 1 counts</td>') == 1
    assert page.count('<span class="tag warn">NOT SUBMITTED</span>') == 2
    assert url_of("proposal", ready) in page


def test_dashboard_asks_for_the_undertaking(client_of, open_tender):
    company = companies.company()

    page = client_of(companies.owner_of(company)).get(reverse("dashboard")).content.decode()

    assert "<h1>1 thing needs doing</h1>" in page
    assert "Accept the confidentiality undertaking" in page
    assert "No proposal yet" in page
    assert reverse("tender", args=[open_tender.number]) in page


def test_dashboard_of_another_company_tells_nothing(open_tender, web_of, client_of):
    press_submit(web_of((bundle := staged_bundle(tender=open_tender, model_name="Secret 9")).proposal), bundle)
    other = companies.company(undertaking=True)

    page = client_of(companies.owner_of(other)).get(reverse("dashboard")).content.decode()

    assert "Secret 9" not in page
    assert "Nothing needs doing now" in page


def test_dashboard_after_the_deadline(open_tender, web_of, cutoff, page_clock):
    company = companies.company(undertaking=True)
    submitted = staged_bundle(tender=open_tender, company=company)
    browser = web_of(submitted.proposal)
    press_submit(browser, submitted)
    draft_proposal(tender=open_tender, company=company)
    page_clock(cutoff.closes_at)

    page = browser.get(reverse("dashboard")).content.decode()

    assert "Nothing needs doing now" in page
    assert '<span class="tag quiet">NOT SUBMITTED</span>' in page
    assert "Read the draft" in page
    assert "Open tenders without a proposal of yours" not in page


def test_dashboard_names_what_counts_once_changes_cannot_be_submitted(open_tender, web_of, cutoff, page_clock):
    changed = staged_bundle(tender=open_tender, company=companies.company(undertaking=True), model_name="Swift-4")
    browser = web_of(changed.proposal)
    press_submit(browser, changed)
    change_draft(changed.proposal)
    page_clock(cutoff.closes_at)

    page = browser.get(reverse("dashboard")).content.decode()

    assert '<span class="tag good">SUBMITTED</span> version 1</td>' in page
    assert ">Swift\N{NON-BREAKING HYPHEN}4</td>" in page


def test_dashboard_in_evaluation(cutoff, web_of):
    proposal = cutoff.submitted()
    cutoff.open()

    page = web_of(proposal).get(reverse("dashboard")).content.decode()

    assert '<span class="tag good">SUBMITTED</span>' in page
    assert "In evaluation" in page


def test_dashboard_says_nothing_of_an_exclusion_before_the_result(cutoff, web_of):
    proposal = cutoff.submitted()
    cutoff.open()
    before = web_of(proposal).get(reverse("dashboard")).content.decode()
    Proposal.objects.filter(pk=proposal.pk).update(state=ProposalState.EXCLUDED)

    page = web_of(proposal).get(reverse("dashboard")).content.decode()

    assert ("Excluded" in page, '<span class="tag good">SUBMITTED</span>' in page, "In evaluation" in page) == (
        False, True, True,
    )  # fmt: skip
    assert before.count("<tr") == page.count("<tr")


@pytest.mark.parametrize("count", [1, 3])
def test_dashboard_costs_the_same_for_one_and_for_three(open_tender, web_of, django_assert_num_queries, count):
    company = companies.company(undertaking=True)
    for number in range(count):
        proposal = draft_proposal(tender=open_tender, company=company, model_name=f"Example {number}")
    browser = web_of(proposal)

    with django_assert_num_queries(14):
        browser.get(reverse("dashboard"))

"""SUBMITTED, NOT SUBMITTED, or submitted and changed since: large on every page of a draft, first in its title."""

import re

import pytest
from django.urls import reverse

from coalition_portal import clock
from tenders.notices.cancelling import cancel
from tenders.proposals.submission import submit, withdraw
from tests.factories import companies
from tests.factories.proposals import change_draft, staged_bundle
from tests.factories.tenders import published_tender

pytestmark = pytest.mark.django_db
CHANGED = "Submitted, but your changes since are not"
WORDS = {
    "frozen": ("Not submitted", "NOT SUBMITTED"),
    "submitted": ("Submitted", "SUBMITTED"),
    "changed": (CHANGED, "CHANGES NOT SUBMITTED"),
    "withdrawn": ("Withdrawn", "WITHDRAWN"),
}
TONES = {"frozen": "warn", "submitted": "good", "changed": "warn", "withdrawn": "warn"}


@pytest.fixture(params=WORDS)
def case(request):
    return request.param


@pytest.fixture
def proposal(case):
    bundle = staged_bundle(tender=published_tender())
    if case != "frozen":
        submit(bundle=bundle, sha256=bundle.sha256, by=bundle.staged_by)
    if case == "changed":
        change_draft(bundle.proposal)
    if case == "withdrawn":
        withdraw(proposal=bundle.proposal, by=bundle.staged_by)
    return bundle.proposal


@pytest.fixture
def web(client_of, proposal):
    return client_of(companies.owner_of(proposal.company))


def _page(web, name, *args):
    return web.get(reverse(name, args=args)).content.decode()


def test_no_page_speaks_of_a_deadline_where_the_tender_was_cancelled(web, proposal, case):
    tender = proposal.tender
    cancel(tender=tender, reason="The need is gone.", by=tender.officer, now=clock.now())

    pages = [_page(web, name, proposal.public_id) for name in ("proposal", "proposal-check")]

    for page in pages:
        assert 'class="countdown"' not in page
        assert "The tender has ended without an opening." in page
        assert not re.search("deadline has passed|counts until|Version 1 counts", page)
    notice = reverse("proposal-notice", args=[proposal.public_id])
    assert notice not in pages[0]
    assert web.get(notice).url == reverse("proposal", args=[proposal.public_id])


def test_task_list(web, proposal, case):
    page = _page(web, "proposal", proposal.public_id)

    [tone, word] = re.search(r'<section class="state (\w*)".*?id="state-word">(.*?)</', page).groups()
    assert (word, tone) == (WORDS[case][0], "good" if case == "submitted" else "")
    assert page.count(f"<title>{WORDS[case][1]}: ") == 1


@pytest.mark.parametrize("name", ["proposal-answers", "proposal-offer", "proposal-documents"])
def test_pages_of_the_draft(web, proposal, case, name):
    page = _page(web, name, proposal.public_id)

    [tone, word] = re.search(r'<span class="tag large (\w+)".*?>(.*?)</span>', page).groups()
    assert (word, tone) == (WORDS[case][0].upper(), TONES[case])
    assert page.count(f"<title>{WORDS[case][1]}: ") == 1


def test_dashboard(web, proposal, case):
    page = _page(web, "dashboard")

    assert f'<span class="tag {TONES[case]}">{WORDS[case][1]}</span>' in page
    assert page.count("Changes not submitted") == (case == "changed")

"""From "Freeze this version" to the receipt while a worker is at it, with and without a script, in a real browser."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from coalition_portal import clock
from coalition_portal.watch.beating import beat
from tenders.proposals import staging_jobs
from tenders.proposals.models import StagingJob
from tests.factories import companies
from tests.factories.proposals import complete_proposal


@pytest.fixture
def proposal(transactional_db, monkeypatch):
    """Complete; a worker lives and has been told of nothing yet."""
    monkeypatch.setattr(staging_jobs.current_app, "send_task", lambda *_arguments, **_facts: None)
    beat(name="celery@host", kind="worker", now=clock.now())
    return complete_proposal()


@pytest.mark.parametrize("has_scripts", [True, False], ids=["script", "no-script"])
def test_the_page_tells_how_far_it_is_and_leads_on(walk, proposal, monkeypatch, has_scripts):
    # The job is the worker's, however slow this machine is.
    monkeypatch.setattr(staging_jobs, "PATIENCE", timedelta(hours=1))
    person = walk(has_scripts=has_scripts)
    person.sign_in(companies.owner_of(proposal.company))
    person.go(f"/proposals/{proposal.public_id}/check/")

    person.press("Freeze this version")
    expect(person.page.get_by_text("Waiting to begin").first).to_be_visible()
    expect(person.page.get_by_text("Not submitted").first).to_be_visible()
    staging_jobs.run(job=StagingJob.objects.get(), now=clock.now())

    # By the script or by the page that loads itself again: the person presses nothing.
    person.page.wait_for_url("**/submit/")
    person.press("Submit proposal")
    expect(person.page.locator("h1.state-word")).to_have_text("Submitted")


def test_what_no_worker_takes_up_is_done_while_the_page_waits(walk, proposal, monkeypatch):
    monkeypatch.setattr(staging_jobs, "PATIENCE", staging_jobs.PATIENCE / 8)
    person = walk()
    person.sign_in(companies.owner_of(proposal.company))
    person.go(f"/proposals/{proposal.public_id}/check/")

    person.press("Freeze this version")

    person.page.wait_for_url("**/submit/")
    assert StagingJob.objects.get().state == "DONE"


def test_the_tick_says_not_submitted_in_large_type(walk, proposal):
    staging_jobs.run(
        job=staging_jobs.ask(proposal=proposal, by=companies.owner_of(proposal.company), now=clock.now()),
        now=clock.now(),
    )
    person = walk(language="uk", is_phone=True, scheme="dark")
    person.sign_in(companies.owner_of(proposal.company))
    person.go(f"/proposals/{proposal.public_id}/submit/")

    person.page.check("[name=asked]")
    person.press("Save this choice")

    assert person.page.locator(".state-word").inner_text().upper() == person.words("Not submitted").upper()
    expect(person.page.locator("[name=asked]")).to_be_checked()
    person.look()

"""From "Freeze this version" to the page with the button, with a worker and without one."""

from datetime import timedelta

import pytest
from django.urls import reverse

from coalition_portal import clock
from coalition_portal.watch.beating import beat
from manufacturers.models import CompanyRole
from tenders.proposals import staging_jobs
from tenders.proposals.models import Bundle, StagingJob
from tenders.proposals.staging_jobs import PATIENCE
from tests.factories import companies
from tests.factories.proposals import complete_proposal, draft_proposal

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch):
    """A living worker, and the messages that were sent to it."""
    taken = []
    monkeypatch.setattr(staging_jobs.current_app, "send_task", lambda name, args, expires: taken.append((name, args)))
    beat(name="celery@host", kind="worker", now=clock.now())
    return taken


def _url(name, proposal, *args):
    return reverse(name, args=[proposal.public_id, *args])


def _waiting(web, proposal):
    """The job that a living worker has been told of and has not begun."""
    web.post(_url("proposal-stage", proposal))
    return StagingJob.objects.get()


def _plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def _status(web, proposal, job):
    return web.get(_url("proposal-staging-status", proposal, job.public_id)).json()


def test_without_a_worker_the_request_freezes_and_leads_to_the_button(web, proposal):
    response = web.post(_url("proposal-stage", proposal))

    assert (response.url, Bundle.objects.count()) == (_url("proposal-submit", proposal), 1)


def test_the_button_of_the_documents_says_that_it_freezes(web, proposal):
    path = _url("proposal-documents", proposal)
    complete = web.get(path).content.decode()
    web.post(path)
    frozen = web.get(path).content.decode()

    assert Bundle.objects.count() == 1
    assert ">Freeze this version</button>" in complete
    assert "Freezing makes a version that cannot be changed, and submits nothing." in complete
    assert ">Save and continue</button>" in frozen
    assert "Freez" not in frozen


def test_the_button_of_incomplete_documents_only_leads_on(client_of):
    draft = draft_proposal()
    web = client_of(companies.owner_of(draft.company))
    page = web.get(_url("proposal-documents", draft)).content.decode()

    assert web.post(_url("proposal-documents", draft)).url == _url("proposal-check", draft)
    assert ">Save and continue</button>" in page
    assert "Freez" not in page


def test_with_a_worker_the_page_tells_how_far_it_is(web, proposal, sent):
    response = web.post(_url("proposal-stage", proposal))

    job = StagingJob.objects.get()
    page = web.get(response.url).content.decode()
    assert response.url == _url("proposal-staging", proposal, job.public_id)
    assert sent == [("tenders.proposals.tasks.stage", [job.public_id])]
    assert '<p class="state-word" id="state-word">Not submitted</p>' in page
    assert "Freezing submits nothing." in page
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    assert "<b>Waiting to begin</b>" in page
    assert "data-lying hidden" in page
    assert not Bundle.objects.exists()


def test_half_way_the_page_and_its_script_say_the_same(web, proposal, sent):
    job = _waiting(web, proposal)
    StagingJob.objects.update(state="RUNNING", total_bytes=48_000_000, done_bytes=3_200_000, claimed_at=clock.now())

    told = "3.2 MB of 48 MB read back and compared"
    page = (
        web.get(_url("proposal-staging", proposal, job.public_id)).content.decode().replace("\N{NO-BREAK SPACE}", " ")
    )
    status = _status(web, proposal, job)
    assert f'<progress max="48000000" value="3200000" aria-label="{told}">' in page
    assert status | {"told": _plain(status["told"])} == {
        "done": 3_200_000, "most": 48_000_000, "told": told, "is_left_lying": False, "next": None,
    }  # fmt: skip


def test_what_is_done_leads_to_the_button(web, proposal, sent):
    job = _waiting(web, proposal)
    staging_jobs.run(job=job, now=clock.now())

    path = _url("proposal-staging", proposal, job.public_id)
    assert _status(web, proposal, job)["next"] == path
    assert web.get(path).url == _url("proposal-submit", proposal)


def test_an_editor_is_led_to_the_page_that_says_who_submits(client_of, proposal):
    editor = client_of(companies.person_of(proposal.company, CompanyRole.EDITOR))

    response = editor.post(_url("proposal-stage", proposal))

    assert response.url == _url("proposal-check", proposal) + "#submit"
    assert "A signatory of your company submits it." in editor.get(response.url).content.decode()


def test_what_was_not_possible_is_a_sentence_with_a_way_on(web, proposal, sent):
    job = _waiting(web, proposal)
    StagingJob.objects.update(state="FAILED", problem="Our store no longer has “a.pdf” as you uploaded it.")

    page = web.get(_url("proposal-staging", proposal, job.public_id)).content.decode()

    assert _status(web, proposal, job)["next"] == _url("proposal-staging", proposal, job.public_id)
    assert "This version could not be frozen" in page
    assert "<p>Our store no longer has “a.pdf” as you uploaded it.</p>" in page
    assert "Nothing of your draft is lost." in page
    assert ">Freeze this version</button>" in page
    assert "refresh" not in page


def test_what_nobody_takes_up_is_done_by_whoever_asks_again(web, proposal, sent):
    job = _waiting(web, proposal)
    StagingJob.objects.update(asked_at=clock.now() - PATIENCE - timedelta(seconds=1))

    page = web.get(_url("proposal-staging", proposal, job.public_id)).content.decode()
    assert (_status(web, proposal, job)["is_left_lying"], "data-lying>" in page) == (True, True)

    assert web.post(_url("proposal-stage", proposal)).url == _url("proposal-submit", proposal)
    assert (Bundle.objects.count(), StagingJob.objects.count()) == (1, 1)


def test_what_is_frozen_already_leads_on_without_a_job(web, proposal):
    web.post(_url("proposal-stage", proposal))

    assert web.post(_url("proposal-stage", proposal)).url == _url("proposal-submit", proposal)
    assert StagingJob.objects.count() == 1


def test_what_is_incomplete_gets_no_job(client_of):
    draft = draft_proposal()

    response = client_of(companies.owner_of(draft.company)).post(_url("proposal-stage", draft), follow=True)

    assert "items are missing, the first: " in response.content.decode()
    assert not StagingJob.objects.exists()


def test_a_job_of_another_proposal_or_company_is_not_found(web, proposal, sent, client_of):
    job = _waiting(web, proposal)
    mine = complete_proposal()
    stranger = client_of(companies.owner_of(mine.company))

    for name in ("proposal-staging", "proposal-staging-status"):
        assert stranger.get(_url(name, proposal, job.public_id)).status_code == 404
        assert stranger.get(_url(name, mine, job.public_id)).status_code == 404


def test_looking_costs_a_known_number_of_queries(web, proposal, sent, django_assert_num_queries):
    job = _waiting(web, proposal)

    with django_assert_num_queries(3):
        _status(web, proposal, job)

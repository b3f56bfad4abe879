"""kill -9 of a worker over a file: the next sweep does the work, once."""

import socket

import pytest

from coalition_portal import clock
from tenders.proposals import staging_jobs, sweeping
from tenders.proposals.models import Bundle, Document, Proposal, ScanState, StagingJob, StagingState
from tests.drills.processes import other_session, sweeper, wait_until
from tests.factories import companies
from tests.factories.proposals import complete_proposal

pytestmark = [pytest.mark.postgres_only, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def proposal(tender):
    return complete_proposal(tender=tender)


def test_worker_killed_in_staging_leaves_the_job_to_the_next_one(proposal):
    owner = companies.owner_of(proposal.company)
    asked_at = clock.now() - staging_jobs.PATIENCE
    job = staging_jobs.ask(proposal=proposal, by=owner, now=asked_at)
    with other_session() as cursor:
        cursor.execute("SELECT 1 FROM tenders_proposals_proposal WHERE id = %s FOR UPDATE", [proposal.pk])
        with sweeper() as worker:
            wait_until(lambda: StagingJob.objects.filter(pk=job.pk, state=StagingState.RUNNING).exists())
            worker.kill()
    assert Bundle.objects.count() == 0

    for _time in range(2):
        sweeping.sweep(now=clock.now() + staging_jobs.CLAIM_HOLDS)

    job.refresh_from_db()
    [bundle] = Bundle.objects.all()
    assert (job.state, job.bundle, job.done_bytes) == (StagingState.DONE, bundle, job.total_bytes)
    assert bundle.revision == Proposal.objects.get().revision


def test_worker_killed_in_scanning_leaves_the_document_to_the_next_one(proposal, clamd, settings):
    assert set(Document.objects.values_list("scan", flat=True)) == {ScanState.UNSCANNED}
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        sweeper(PORTAL_CLAMD=f"127.0.0.1:{silent.getsockname()[1]}") as worker,
    ):
        silent.settimeout(60)
        silent.accept()
        worker.kill()
    assert set(Document.objects.values_list("scan", flat=True)) == {ScanState.UNSCANNED}

    settings.PORTAL_CLAMD = clamd.address
    sweeping.sweep(now=clock.now())

    assert set(Document.objects.values_list("scan", flat=True)) == {ScanState.CLEAN}

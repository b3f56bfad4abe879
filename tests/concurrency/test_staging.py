"""Several that carry out one staging job at the same time, each over a connection of its own."""

from datetime import timedelta

import pytest

from coalition_portal import clock
from tenders.proposals import staging_jobs
from tenders.proposals.models import Bundle, StagingJob
from tests.concurrency.clients import run_at
from tests.factories import companies
from tests.factories.proposals import complete_proposal

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = 5


def test_one_job_at_once_in_many_hands_makes_one_version():
    proposal = complete_proposal()
    job = staging_jobs.ask(proposal=proposal, by=companies.owner_of(proposal.company), now=clock.now())
    at = clock.now() + timedelta(seconds=0.5)

    results = run_at([(at, lambda: staging_jobs.run(job=job, now=clock.now()))] * WORKERS)

    bundle = Bundle.objects.get()
    assert sorted(results, key=str) == sorted([bundle, *[None] * (WORKERS - 1)], key=str)
    assert (StagingJob.objects.get().state, StagingJob.objects.get().bundle) == ("DONE", bundle)


def test_many_who_ask_at_once_share_one_job():
    proposal = complete_proposal()
    owner = companies.owner_of(proposal.company)
    at = clock.now() + timedelta(seconds=0.5)

    results = run_at([(at, lambda: staging_jobs.ask(proposal=proposal, by=owner, now=clock.now()))] * WORKERS)

    job = StagingJob.objects.get()
    assert results == [job] * WORKERS

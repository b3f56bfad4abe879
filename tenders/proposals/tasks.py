from celery import shared_task

from coalition_portal import clock
from tenders.proposals import orphans, staging_jobs, sweeping
from tenders.proposals.models import StagingJob


@shared_task
def sweep():
    sweeping.sweep(now=clock.now())


@shared_task
def sweep_orphans():
    orphans.sweep_orphans(clock.now())


@shared_task
def stage(public_id):
    """One job; a repeat finds it done or claimed and does nothing."""
    staging_jobs.run(job=StagingJob.objects.get(public_id=public_id), now=clock.now())

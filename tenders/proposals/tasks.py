from celery import shared_task

from coalition_portal import clock
from tenders.proposals import sweeping


@shared_task
def sweep():
    sweeping.sweep(now=clock.now())

from celery import shared_task

from coalition_portal import clock
from tenders.api import idempotency


@shared_task
def forget_old_answers():
    idempotency.forget_old(clock.now())

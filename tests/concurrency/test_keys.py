"""Whoever locks a tender must not stop a commit that only refers to it: foreign keys are checked at the commit."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction

from coalition_portal import clock, locks
from tenders.notices.extending import request_extension
from tenders.notices.models import Approval
from tenders.proposals import submission
from tenders.proposals.submission import Outcome
from tests.concurrency.clients import run_at
from tests.factories.proposals import staged_bundle
from tests.factories.tenders import published_tender

pytestmark = [pytest.mark.postgres_only, pytest.mark.django_db(transaction=True)]

WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND NOT granted"


def _wait_for(count):
    """Until so many wait for the log lock; each look is a statement of its own."""
    with connection.cursor() as cursor:
        for _look in range(500):
            cursor.execute(WAITING, [locks.LOG_SPACE])
            if cursor.fetchone()[0] == count:
                return
            time.sleep(0.02)
    raise AssertionError(f"{count} never waited for the log lock")


def test_asking_for_an_extension_stops_no_submission():
    tender = published_tender()
    bundle = staged_bundle(tender=tender)
    has_submitted = threading.Event()

    def hold_the_log():
        with transaction.atomic():
            locks.log_lock()
            _wait_for(1)
            has_submitted.set()
            _wait_for(2)

    def submit():
        return submission.submit(bundle=bundle, sha256=bundle.sha256, by=bundle.staged_by)

    def ask():
        has_submitted.wait(10)
        later = tender.closes_at + timedelta(days=1)
        return request_extension(tender=tender, closes_at=later, reason="Storm.", by=tender.officer, now=clock.now())

    now = clock.now()
    results = run_at([(now, hold_the_log), (now + timedelta(seconds=0.5), submit), (now, ask)])

    assert [type(result) for result in results] == [type(None), Outcome, Approval]

"""Whoever locks a tender must not stop a commit that only refers to it: foreign keys are checked at the commit."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction

from coalition_portal import clock
from coalition_portal.ledger.append import lock_log
from tenders.notices.extending import request_extension
from tenders.notices.models import Approval
from tenders.proposals import submission
from tenders.proposals.submission import Outcome
from tests.concurrency.clients import run_at
from tests.factories.proposals import staged_bundle
from tests.factories.tenders import published_tender

pytestmark = [pytest.mark.postgres_only, pytest.mark.django_db(transaction=True)]

# Whoever waits for the head's row queues for it by a lock of this kind, the first one too.
WAITING = (
    "SELECT count(*) FROM pg_locks WHERE locktype = 'tuple' AND relation = 'portal_ledger_head'::regclass "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def _wait_for(count):
    """Until so many wait for the log lock; each look is a statement of its own."""
    with connection.cursor() as cursor:
        for _look in range(3000):
            cursor.execute(WAITING)
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
            lock_log()
            _wait_for(1)
            has_submitted.set()
            _wait_for(2)

    def submit():
        return submission.submit(bundle=bundle, sha256=bundle.sha256, by=bundle.staged_by)

    def ask():
        has_submitted.wait(60)
        later = tender.closes_at + timedelta(days=1)
        return request_extension(tender=tender, closes_at=later, reason="Storm.", by=tender.officer, now=clock.now())

    now = clock.now()
    results = run_at([(now, hold_the_log), (now + timedelta(seconds=0.5), submit), (now, ask)])

    assert [type(result) for result in results] == [type(None), Outcome, Approval]

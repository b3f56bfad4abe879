"""Workers that are killed, and beats that are missing or doubled: each due thing happens once."""

import socket
from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail

from coalition_portal import clock, locks
from coalition_portal.locks import TENDER_SPACE
from coalition_portal.post.models import OutgoingMail
from tenders.notices.models import Change, ChangeKind
from tenders.proposals import submission, sweeping
from tenders.proposals.models import Closing, Receipt, Refusal
from tests.benchmarks.checker import violations
from tests.benchmarks.evidence import read_evidence
from tests.concurrency.clients import wait_until as wait_until_instant
from tests.drills.processes import Process, other_session, sweeper, wait_until, waiting_for_lock
from tests.factories.proposals import staged_bundle
from tests.factories.tenders import published_tender

pytestmark = [pytest.mark.postgres_only, pytest.mark.django_db(transaction=True)]

AT_ONCE = {"PORTAL_SETTLE_SECONDS": "0"}


def closing_at(closes_at):
    """A tender with one proposal in time, and one company that still has its version staged."""
    tender = published_tender(closes_at=closes_at)
    sent, late = staged_bundle(tender=tender), staged_bundle(tender=tender)
    assert submission.submit(bundle=sent, sha256=sent.sha256, by=sent.staged_by).receipt
    return tender, late


def final_state(tender):
    """Everything that closing a tender has for an effect, as counts."""
    return {
        "closings": Closing.objects.filter(tender=tender).count(),
        "sealed": Change.objects.filter(tender=tender, kind=ChangeKind.SEALED).count(),
        "receipts": Receipt.objects.filter(tender=tender).count(),
        "refusals": Refusal.objects.filter(tender=tender).count(),
        "mails": Counter(
            OutgoingMail.objects.filter(context__tender=tender.number, sent_at__isnull=False).values_list(
                "template", flat=True
            )
        ),
    }


def all_sent():
    return Closing.objects.exists() and not OutgoingMail.objects.filter(sent_at=None).exists()


def test_worker_killed_in_closing_leaves_nothing_and_the_next_one_closes_once(soon):
    tender, _late = closing_at(soon())
    with other_session() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [locks.TENDER_SPACE, tender.pk])
        wait_until_instant(tender.closes_at)
        with sweeper(**AT_ONCE) as worker:
            wait_until(lambda: waiting_for_lock(TENDER_SPACE) == 1)
            worker.kill()
    assert Closing.objects.count() == 0

    for _time in range(2):
        assert sweeper(**AT_ONCE).running.wait(120) == 0

    assert (final_state(tender)["closings"], final_state(tender)["sealed"]) == (1, 1)
    assert violations([], read_evidence(), is_complete=False) == []


def test_worker_killed_while_it_sends_a_mail_has_it_sent_once(transactional_db, bundle):
    receipt = submission.submit(bundle=bundle, sha256=bundle.sha256, by=bundle.staged_by).receipt
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        with sweeper(EMAIL_URL=address) as worker:
            wait_until(lambda: OutgoingMail.objects.exclude(claimed_at=None).exists())
            worker.kill()
    assert not OutgoingMail.objects.exclude(sent_at=None).exists()

    for minutes in (6, 12):
        sweeping.sweep(now=clock.now() + timedelta(minutes=minutes))

    told = [message for message in mail.outbox if receipt.proposal.public_id in message.body]
    assert [message.to for message in told] == [[bundle.staged_by.email]]


def test_without_a_beat_and_with_two_the_final_state_is_the_same(soon, tmp_path):
    without, late = closing_at(soon())
    wait_until_instant(without.closes_at)
    assert submission.submit(bundle=late, sha256=late.sha256, by=late.staged_by).refusal
    assert not Closing.objects.exists()
    assert sweeper(**AT_ONCE).running.wait(120) == 0
    assert sweeper(**AT_ONCE).running.wait(120) == 0
    expected = final_state(without)
    assert (expected["closings"], expected["receipts"], expected["refusals"]) == (1, 1, 1)

    for name in ("queue", "control"):
        (settings.BROKER_FOLDER / name).mkdir(parents=True, exist_ok=True)
    celery = ("-m", "celery", "--quiet", "--app", "coalition_portal")
    worker = (*celery, "worker", "--concurrency", "2", "--without-gossip", "--without-mingle")
    beat = (*celery, "beat", "--schedule")
    doubled, late = closing_at(soon())
    with Process(*worker, **AT_ONCE), Process(*beat, tmp_path / "one"), Process(*beat, tmp_path / "two"):
        wait_until_instant(doubled.closes_at)
        assert submission.submit(bundle=late, sha256=late.sha256, by=late.staged_by).refusal
        wait_until(lambda: Closing.objects.filter(tender=doubled).exists() and all_sent(), seconds=120)

    assert final_state(doubled) == expected
    assert violations([], read_evidence(), is_complete=False) == []

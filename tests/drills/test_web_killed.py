"""kill -9 of the web process at the three places where it hurts most."""

import hashlib
import threading
from functools import partial
from http.client import HTTPConnection, HTTPException

import pytest
from django.core import mail
from django.db import connection, transaction

from coalition_portal import clock, locks
from coalition_portal.storage import document_storage, keys_in
from manufacturers.queries import people_who_can_sign
from tenders.proposals import orphans, sweeping
from tenders.proposals.contents import FOLDER, chunks_of
from tenders.proposals.models import ContentPart, Document, Receipt, Upload
from tests.benchmarks.checker import violations
from tests.benchmarks.evidence import read_evidence
from tests.benchmarks.preparing import client_of, uploader
from tests.drills.lines import AnswerDropper
from tests.drills.processes import other_session, press, wait_until, waiting_for_the_log
from tests.drills.uploads import begin, offset_of, send
from tests.factories.proposals import pdf_bytes

pytestmark = [pytest.mark.postgres_only, pytest.mark.django_db(transaction=True)]

STOP_SECONDS = 30


def hear(act, *arguments):
    """Do it in a thread that may never hear an answer; gives a list that an answer comes into."""
    heard = []

    def listen():
        try:
            heard.append(act(*arguments))
        except OSError:
            heard.append(None)

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    return thread, heard


def test_killed_between_lock_and_commit_rolls_back_and_a_repeat_gives_one_receipt(start_web, bundle):
    client, web = client_of(bundle), start_web()

    with other_session() as cursor:
        cursor.execute("SELECT size FROM portal_ledger_head FOR UPDATE")
        thread, heard = hear(press, client, web.port)
        wait_until(lambda: waiting_for_the_log() == 1)
        web.kill()
    thread.join()

    assert heard == [None]
    _closer_gets_the_tender(bundle.proposal.tender_id)
    assert (Receipt.objects.count(), _state(bundle)) == (0, "DRAFT")
    again = press(client, start_web().port)
    assert (again.status, again.place) == (302, f"/proposals/{bundle.proposal.public_id}/receipt/1/")
    assert (Receipt.objects.count(), _state(bundle)) == (1, "SUBMITTED")
    assert violations([], read_evidence(), is_complete=False) == []


def test_told_to_stop_between_lock_and_commit_answers_with_the_receipt_first(start_web, bundle):
    client, web = client_of(bundle), start_web()

    with other_session() as cursor:
        cursor.execute("SELECT size FROM portal_ledger_head FOR UPDATE")
        thread, heard = hear(press, client, web.port)
        wait_until(lambda: waiting_for_the_log() == 1)
        web.running.terminate()
        wait_until(lambda: _takes_nobody(web.port))
    thread.join()
    [answer] = heard

    assert (answer.status, answer.place) == (302, f"/proposals/{bundle.proposal.public_id}/receipt/1/")
    assert web.running.wait(STOP_SECONDS) == 0
    assert (Receipt.objects.count(), _state(bundle)) == (1, "SUBMITTED")
    assert violations([], read_evidence(), is_complete=False) == []


def _takes_nobody(port):
    """Refused, or left standing at the door by a process that is about to end."""
    link = HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        link.request("GET", "/healthz")
        link.getresponse()
    except (OSError, HTTPException):
        return True
    finally:
        link.close()
    return False


def _closer_gets_the_tender(tender_pk):
    """As soon as the database has noticed that the process is gone, long before anything there runs out."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '20s'")
        locks.tender_exclusive(tender_pk)


def _state(bundle):
    bundle.proposal.refresh_from_db()
    return bundle.proposal.state


def test_killed_after_commit_before_the_answer_repeats_the_same_receipt_and_the_mail_goes(start_web, bundle):
    client, web = client_of(bundle), start_web()

    with AnswerDropper(web.port) as line:
        thread, heard = hear(press, client, line.port)
        assert line.has_answer.wait(60)
        web.kill()
    thread.join()

    assert heard == [None]
    first = Receipt.objects.get()
    again = press(client, start_web().port)
    assert (again.status, again.place) == (302, f"/proposals/{bundle.proposal.public_id}/receipt/1/")
    assert Receipt.objects.get() == first
    sweeping.sweep(now=clock.now())
    sweeping.sweep(now=clock.now())
    told = [message.to for message in mail.outbox if bundle.proposal.public_id in message.body]
    assert told == [[person.email] for person in people_who_can_sign(bundle.proposal.company)]
    assert violations([], read_evidence(), is_complete=False) == []


def test_killed_in_an_upload_leaves_no_document_and_the_upload_goes_on(start_web, tender):
    sender, web = uploader(tender, 1), start_web()
    content = pdf_bytes("x" * 3_000_000)
    place = begin(sender, web.port, len(content)).place

    half = partial(send, sender, web.port, place, 0, content[: len(content) // 2], announced=len(content))
    thread, _heard = hear(half)
    wait_until(lambda: Upload.objects.get().writer != "")
    web.kill()
    thread.join()

    assert Document.objects.count() == 0
    assert Upload.objects.update(writer_until=clock.now()) == 1  # The time of whoever was writing runs out.
    web = start_web()
    offset = offset_of(sender, web.port, place)
    assert send(sender, web.port, place, offset, content[offset:]).status == 204
    [document] = Document.objects.all()
    digest = hashlib.sha256(b"".join(chunks_of(document.content))).hexdigest()
    assert digest == document.sha256 == hashlib.sha256(content).hexdigest()
    # What the killed process had stored and not named yet goes with the first sweep that takes it for old.
    orphans.sweep_orphans(clock.now() + 2 * orphans.OLDER_THAN)
    named = ContentPart.objects.values_list("storage_key", flat=True)
    assert sorted(keys_in(document_storage(), FOLDER)) == sorted(named)
    assert b"".join(chunks_of(document.content)) == content

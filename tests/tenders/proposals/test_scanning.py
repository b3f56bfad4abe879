import socket
import threading
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile

from coalition_portal import clock
from coalition_portal.permission import Denied
from coalition_portal.post.models import OutgoingMail
from coalition_portal.storage import document_storage
from manufacturers.models import CompanyRole
from tenders.proposals import scanning
from tenders.proposals.document_limits import Unacceptable
from tenders.proposals.documents import add_document, kept_documents
from tenders.proposals.downloads import attachment
from tenders.proposals.models import Document, ScanState
from tenders.proposals.scanning import AGAIN_AFTER, check_may_be_fetched, may_be_fetched, rescan_due
from tenders.proposals.sweeping import sweep
from tests.factories import companies
from tests.factories.proposals import pdf_bytes
from tests.services.clamd import EICAR

pytestmark = pytest.mark.django_db

UNSCANNED, CLEAN, INFECTED = ScanState.UNSCANNED, ScanState.CLEAN, ScanState.INFECTED
HARMFUL = pdf_bytes("example").replace(b"1 0 obj", EICAR + b"\n1 0 obj", 1)


@pytest.fixture(autouse=True)
def rested(monkeypatch):
    """No test waits for what the one before found down."""
    monkeypatch.setattr(scanning, "_down_until", 0.0)


@pytest.fixture
def scanned_by(settings):
    def scanned_by(address):
        settings.PORTAL_CLAMD = address

    return scanned_by


@pytest.fixture
def add(draft):
    owner = companies.owner_of(draft.company)

    def add(content=None, now=None, kind="flight_evidence"):
        upload = ContentFile(content or pdf_bytes(), name="log.pdf")
        return add_document(proposal=draft, kind_code=kind, upload=upload, by=owner, now=now or clock.now())

    return add


def _mails(key):
    return sorted(OutgoingMail.objects.filter(key__startswith=f"{key}:").values_list("to", "template"))


def test_without_a_scanner_everything_is_taken_and_nothing_waits(add, draft):
    document = add(HARMFUL)

    assert (document.scan, document.scanned_at) == (UNSCANNED, None)
    assert may_be_fetched(document)
    assert rescan_due(clock.now()) == 0


def test_clean_file_is_taken_as_clean(clamd, scanned_by, add):
    scanned_by(clamd.address)
    now = clock.now()

    document = add(now=now)

    assert (document.scan, document.scanned_at) == (CLEAN, now)


def test_harmful_file_is_refused_and_nothing_of_it_is_kept(clamd, scanned_by, add, draft):
    scanned_by(clamd.path)

    with pytest.raises(Unacceptable) as refused:
        add(HARMFUL)

    assert refused.value.sentence == (
        "The virus scanner found something harmful in this file, so it was not kept. "
        "Make the file anew on a clean computer and choose it again."
    )
    assert kept_documents(draft) == []


def test_scanner_that_is_down_costs_nobody_a_document(clamd, scanned_by, add, monkeypatch):
    scanned_by(clamd.address)
    clamd.stop()
    clean, harmful = add(), add(HARMFUL)

    assert [clean.scan, harmful.scan] == [UNSCANNED, UNSCANNED]
    assert [may_be_fetched(clean), may_be_fetched(clean, is_own=True)] == [False, True]

    clamd.start()
    assert rescan_due(clock.now()) == 0  # It was down a moment ago, and nobody waits for it a second time.
    monkeypatch.setattr(scanning, "_down_until", 0.0)
    assert sweep(now=clock.now()).scanned == 2

    clean.refresh_from_db()
    harmful.refresh_from_db()
    assert [clean.scan, harmful.scan] == [CLEAN, INFECTED]
    assert rescan_due(clock.now()) == 0


def test_scanner_that_hangs_is_waited_for_once(scanned_by, add, monkeypatch):
    done = threading.Event()
    calls = []

    def hang(server):
        while True:
            line, address = server.accept()
            if done.is_set():
                return
            calls.append(line)

    monkeypatch.setattr(scanning.scan, "__kwdefaults__", {"seconds": 0.2})
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        thread = threading.Thread(target=hang, args=(server,))
        thread.start()
        scanned_by("{}:{}".format(*address))
        documents = [add(), add()]
        done.set()
        socket.create_connection(address).close()
        thread.join()

    assert ([document.scan for document in documents], len(calls)) == ([UNSCANNED, UNSCANNED], 1)


def test_document_that_the_scanner_does_not_judge_is_tried_after_the_others(clamd, scanned_by, add):
    now = clock.now()
    large = add(pdf_bytes().replace(b"%%EOF", bytes(9_000_000) + b"\n%%EOF"), now=now)
    other = add(now=now)
    scanned_by(clamd.address)

    assert rescan_due(now) == 1
    assert list(scanning._due(now)) == []

    large.refresh_from_db()
    assert (large.scan, large.scanned_at) == (UNSCANNED, now)
    assert list(scanning._due(now + AGAIN_AFTER)) == [large]
    newer = Document.objects.get(pk=other.pk)
    newer.pk, newer.public_id, newer.scan, newer.scanned_at = None, "newer", UNSCANNED, None
    newer.save()
    assert list(scanning._due(now + AGAIN_AFTER)) == [newer, large]
    assert list(scanning._due(now + AGAIN_AFTER - timedelta(microseconds=1))) == [newer]


def test_sweep_begins_no_other_document_when_its_time_is_over(clamd, scanned_by, add, monkeypatch):
    add(), add()
    scanned_by(clamd.address)
    monkeypatch.setattr(scanning, "SWEEP_STARTS_SECONDS", -1)

    assert rescan_due(clock.now()) == 0


def test_document_whose_content_is_gone_holds_nobody_up(clamd, scanned_by, add):
    damaged, whole = add(), add()
    document_storage().delete(damaged.content.parts.get().storage_key)
    scanned_by(clamd.address)
    now = clock.now()

    assert rescan_due(now) == 1

    damaged.refresh_from_db()
    whole.refresh_from_db()
    assert [(damaged.scan, damaged.scanned_at), whole.scan] == [(UNSCANNED, now), CLEAN]


def test_document_at_which_the_store_fails_holds_nobody_up(clamd, scanned_by, add, monkeypatch):
    failing, whole = add(), add()
    scanned_by(clamd.address)
    now, open_content = clock.now(), scanning.open_content

    def opened(content):
        if content == failing.content:
            raise PermissionError("not yours")
        return open_content(content)

    monkeypatch.setattr(scanning, "open_content", opened)

    assert rescan_due(now) == 1

    failing.refresh_from_db()
    whole.refresh_from_db()
    assert [(failing.scan, failing.scanned_at), whole.scan] == [(UNSCANNED, now), CLEAN]


def test_company_hears_at_once_of_what_is_harmful_and_the_officer_does_not(clamd, scanned_by, add, draft):
    editor = companies.person_of(draft.company, CompanyRole.EDITOR)
    companies.person_of(draft.company, CompanyRole.VIEWER)
    document = add(HARMFUL)
    scanned_by(clamd.address)

    rescan_due(clock.now())
    rescan_due(clock.now())

    to = sorted([companies.owner_of(draft.company).email, editor.email])
    assert _mails("harmful") == [(address, "document_harmful") for address in to]
    assert _mails("harmful-opened") == []
    assert document.name not in str(OutgoingMail.objects.values_list("context", flat=True))


def test_officer_hears_after_the_opening_of_what_was_opened(cutoff, settings):
    proposal = cutoff.submitted()
    document, other = kept_documents(proposal)[:2]
    Document.objects.filter(pk=document.pk).update(scan=INFECTED)
    rescan_due(clock.now())
    before = _mails("harmful-opened")

    cutoff.open()
    for _repeat in range(2):
        rescan_due(clock.now())

    assert (before, _mails("harmful-opened")) == ([], [(cutoff.tender.officer.email, "document_harmful_opened")])


def test_officer_hears_nothing_of_a_document_that_was_not_opened(cutoff):
    proposal = cutoff.submitted()
    cutoff.open()
    document = kept_documents(proposal)[0]
    document.pk, document.public_id, document.scan = None, "added-later", INFECTED
    document.save()

    rescan_due(clock.now())

    assert _mails("harmful-opened") == []


@pytest.mark.parametrize(
    ("is_configured", "scan", "is_own", "expected"),
    [
        (False, UNSCANNED, False, True),
        (False, CLEAN, False, True),
        (False, INFECTED, False, False),
        (False, UNSCANNED, True, True),
        (False, INFECTED, True, False),
        (True, UNSCANNED, False, False),
        (True, CLEAN, False, True),
        (True, INFECTED, False, False),
        (True, UNSCANNED, True, True),
        (True, CLEAN, True, True),
        (True, INFECTED, True, False),
    ],
)
def test_who_may_fetch(settings, is_configured, scan, is_own, expected):
    settings.PORTAL_CLAMD = "127.0.0.1:9" if is_configured else ""

    assert may_be_fetched(Document(scan=scan), is_own=is_own) == expected


@pytest.mark.parametrize(
    ("scan", "sentence"),
    [
        (INFECTED, "The scanner found something harmful in this file, so nobody can fetch it."),
        (UNSCANNED, "This file has not been scanned yet. It can be fetched once the scanner has found it clean."),
    ],
)
def test_refusal_to_fetch_says_why(settings, scan, sentence):
    settings.PORTAL_CLAMD = "127.0.0.1:9"

    with pytest.raises(Denied) as denied:
        check_may_be_fetched(Document(scan=scan))

    assert str(denied.value) == sentence


def test_own_company_fetches_what_is_not_scanned_and_nothing_harmful(add):
    document = add()

    assert b"".join(attachment(document).streaming_content).startswith(b"%PDF-")
    document.scan = INFECTED
    with pytest.raises(Denied):
        attachment(document)

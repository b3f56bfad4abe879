"""Requests that write to uploads at one and the same moment, each over a connection of its own."""

import hashlib
from datetime import timedelta

import pytest

from coalition_portal import clock
from coalition_portal.permission import Refused
from tenders.proposals.contents import digest_of
from tenders.proposals.models import Content, ContentPart, Document, Upload, UploadState
from tenders.proposals.uploading import UploadGone, WriterBusy, WrongOffset, begin_upload, end_upload, receive
from tests.concurrency.clients import run_at
from tests.factories import companies
from tests.factories.proposals import draft_proposal, mp4_bytes, pdf_bytes
from tests.factories.tenders import published_tender

pytestmark = pytest.mark.django_db(transaction=True)

SOON = timedelta(milliseconds=200)
ROUNDS = 3


@pytest.fixture
def draft():
    return draft_proposal()


def _begun(draft, content, name="a.pdf", kind="flight_evidence"):
    by = companies.owner_of(draft.company)
    return begin_upload(proposal=draft, kind_code=kind, name=name, size_bytes=len(content), by=by, now=clock.now())


def _sending(upload, content):
    """The whole file in pieces, by a thread of its own."""
    pieces = [content[place : place + 100] for place in range(0, len(content), 100)]
    return lambda: receive(upload=upload, offset=0, chunks=pieces, by=upload.uploaded_by, now=clock.now())


def _at_once(*acts):
    moment = clock.now() + SOON
    return run_at([(moment, act) for act in acts])


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_several_writers_one_writes(draft, _round):
    content = pdf_bytes("x" * 3000)
    upload = _begun(draft, content)

    results = _at_once(*[_sending(upload, content) for _number in range(4)])

    kept = [result for result in results if isinstance(result, Upload)]
    assert [row.state for row in kept] == [UploadState.KEPT]
    assert all(isinstance(result, WriterBusy | WrongOffset) for result in results if result not in kept)
    document = Document.objects.get()
    assert document.sha256 == digest_of(document.content) == hashlib.sha256(content).hexdigest()
    assert ContentPart.objects.count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_two_files_for_one_place_one_is_kept(draft, _round):
    contents = [mp4_bytes(), mp4_bytes()]
    uploads = [_begun(draft, content, "film.mp4", "video") for content in contents]

    _at_once(*[_sending(*pair) for pair in zip(uploads, contents, strict=True)])

    found = sorted(Upload.objects.values_list("state", flat=True))
    assert (found, Document.objects.count()) == ([UploadState.KEPT, UploadState.REFUSED], 1)
    assert Content.objects.get() == Document.objects.get().content


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_upload_that_is_ended_while_it_is_written_is_a_document_or_nothing(draft, _round):
    content = pdf_bytes("x" * 3000)
    upload = _begun(draft, content)

    _sent, ended = _at_once(
        _sending(upload, content), lambda: end_upload(upload=upload, by=upload.uploaded_by, now=clock.now())
    )

    state = Upload.objects.get().state
    assert state in (UploadState.KEPT, UploadState.ENDED)
    assert isinstance(ended, Refused) == (state == UploadState.KEPT)
    assert not isinstance(ended, UploadGone)
    assert Document.objects.count() == Content.objects.count() == (state == UploadState.KEPT)


def test_many_companies_upload_at_once():
    tender = published_tender()
    contents = [pdf_bytes(f"company {number}" + "x" * 3000) for number in range(6)]
    uploads = [_begun(draft_proposal(tender=tender), content) for content in contents]

    results = _at_once(*[_sending(*pair) for pair in zip(uploads, contents, strict=True)])

    assert [getattr(result, "state", result) for result in results] == [UploadState.KEPT] * 6
    found = [document.sha256 for document in Document.objects.order_by("content__upload__pk")]
    assert found == [hashlib.sha256(content).hexdigest() for content in contents]

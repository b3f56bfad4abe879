"""One request that writes to an upload: the bytes it brings, its lease, and what becomes of them at the end."""

import hashlib
from datetime import timedelta

import pytest

from coalition_portal import clock
from manufacturers.models import CompanyRole
from tenders.proposals import documents, receiving
from tenders.proposals.contents import ContentDamaged, chunks_of
from tenders.proposals.documents import add_document
from tenders.proposals.models import Content, Document, Upload, UploadState
from tenders.proposals.uploading import (
    Checksum,
    ChecksumMismatch,
    TooManyBytes,
    Unacceptable,
    UploadGone,
    WriterBusy,
    WrongOffset,
    document_of,
    end_upload,
    is_gone,
    receive,
)
from tests.factories import companies
from tests.factories.proposals import file_of, mp4_bytes, pdf_bytes
from tests.tenders.proposals.gate.making import LOCATED
from tests.tenders.proposals.refused import sentence_of

pytestmark = pytest.mark.django_db

MICROSECOND = timedelta(microseconds=1)


# From the first byte to the document


def test_file_in_pieces_becomes_a_document(draft, owner, begin, send, nothing_is_left_over):
    content, now = pdf_bytes(), clock.now()
    upload = begin("Політ 1.pdf", len(content), now=now)
    assert (upload.name, upload.state, upload.received_bytes) == ("Політ 1.pdf", UploadState.RECEIVING, 0)
    assert (upload.begun_at, upload.expires_at, is_gone(upload, now)) == (now, now + timedelta(hours=1), False)

    first = send(upload, 0, content[:10], content[10:20])
    assert (first.received_bytes, first.state, document_of(first)) == (20, UploadState.RECEIVING, None)
    assert first.expires_at > upload.expires_at

    last = send(upload, 20, content[20:])

    document, draft.revision = document_of(last), 2
    assert (last.state, last.refusal, last.writer, last.writer_until) == (UploadState.KEPT, "", "", None)
    assert (document.name, document.media_type, document.kind_code, document.uploaded_by) == (
        "Політ 1.pdf",
        "application/pdf",
        "flight_evidence",
        owner,
    )
    assert (document.size_bytes, document.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert b"".join(chunks_of(document.content)) == content
    assert document.content.parts.count() == 2
    draft.refresh_from_db()
    assert (draft.revision, draft.updated_by) == (2, owner)
    assert nothing_is_left_over() == 0


def test_pieces_may_come_from_colleagues(draft, begin, send):
    content = pdf_bytes()
    colleague = companies.person_of(draft.company, CompanyRole.EDITOR)
    upload = begin(size=len(content))

    send(upload, 0, content[:5])

    assert document_of(send(upload, 5, content[5:], by=colleague)).uploaded_by == colleague


def test_repeated_last_piece_is_told_where_the_upload_stands_and_makes_no_second_document(begin, send):
    content = pdf_bytes()
    upload = begin(size=len(content))
    send(upload, 0, content)

    with pytest.raises(WrongOffset) as raised:
        send(upload, 0, content)
    again = send(upload, len(content))

    assert (raised.value.offset, again.state, Document.objects.count()) == (len(content), UploadState.KEPT, 1)


def test_part_is_named_when_it_is_large_enough(monkeypatch, begin, send):
    monkeypatch.setattr(receiving, "PART_BYTES", 8192)
    content = pdf_bytes("x" * 20_000)
    upload = begin(size=len(content))
    pieces = [content[place : place + 4096] for place in range(0, len(content), 4096)]

    document = document_of(send(upload, 0, *pieces))

    assert [part.size_bytes for part in document.content.parts.order_by("number")] == [8192, 8192, len(content) - 16384]
    assert document.sha256 == hashlib.sha256(content).hexdigest()


def test_part_is_named_when_it_is_old_enough(monkeypatch, begin, send):
    monkeypatch.setattr(receiving, "PART_SECONDS", 0)
    content = pdf_bytes("x" * 10_000)
    upload, seen = begin(size=len(content)), []

    def slowly():
        for place in range(0, len(content), 5000):
            yield content[place : place + 5000]
            seen.append(Upload.objects.get().received_bytes)

    receive(upload=upload, offset=0, chunks=slowly(), by=upload.uploaded_by, now=clock.now())

    assert seen[:2] == [5000, 10_000]


def test_broken_line_keeps_what_came_before_it(begin, nothing_is_left_over):
    content = pdf_bytes("x" * 10_000)
    upload = begin(size=len(content))

    def broken():
        yield content[:6000]
        raise ConnectionResetError("the line is gone")

    with pytest.raises(ConnectionResetError):
        receive(upload=upload, offset=0, chunks=broken(), by=upload.uploaded_by, now=clock.now())

    upload.refresh_from_db()
    assert (upload.received_bytes, upload.writer, nothing_is_left_over()) == (6000, "", 0)


def test_nothing_arrived_changes_nothing(begin, send, nothing_is_left_over):
    upload = begin(size=10)

    after = send(upload, 0)

    assert (after.received_bytes, after.state, after.writer, nothing_is_left_over()) == (
        0,
        UploadState.RECEIVING,
        "",
        0,
    )


# Offsets, checksums, too many bytes


@pytest.mark.parametrize("offset", [0, 9, 11, 20])
def test_bytes_begin_exactly_where_the_upload_stands(begin, send, offset):
    content = pdf_bytes()
    upload = begin(size=len(content))
    send(upload, 0, content[:10])

    with pytest.raises(WrongOffset) as raised:
        send(upload, offset, content[10:])

    upload.refresh_from_db()
    assert (raised.value.offset, upload.received_bytes, upload.writer) == (10, 10, "")
    assert raised.value.sentence == f"The bytes begin at {offset}, but the upload stands at 10. Go on from there."


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_bytes_with_the_right_checksum_are_kept(monkeypatch, begin, send, algorithm):
    monkeypatch.setattr(receiving, "PART_BYTES", 300)
    content = pdf_bytes("x" * 1000)
    upload = begin(size=len(content))

    done = send(
        upload, 0, content[:500], content[500:], checksum=Checksum(algorithm, hashlib.new(algorithm, content).digest())
    )

    assert (done.state, document_of(done).sha256) == (UploadState.KEPT, hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_wrong_checksum_drops_the_bytes_of_its_request_alone(monkeypatch, begin, send, nothing_is_left_over, algorithm):
    monkeypatch.setattr(receiving, "PART_BYTES", 300)
    content = pdf_bytes("x" * 1000)
    upload = begin(size=len(content))
    send(upload, 0, content[:100])

    with pytest.raises(ChecksumMismatch):
        send(upload, 100, content[100:500], content[500:], checksum=Checksum(algorithm, b"?" * 20))

    upload.refresh_from_db()
    assert (upload.received_bytes, upload.state, upload.writer) == (100, UploadState.RECEIVING, "")
    assert nothing_is_left_over() == 0
    assert send(upload, 100, content[100:]).state == UploadState.KEPT


def test_broken_line_with_a_checksum_keeps_nothing(monkeypatch, begin, nothing_is_left_over):
    monkeypatch.setattr(receiving, "PART_BYTES", 5000)
    content = pdf_bytes("x" * 20_000)
    upload = begin(size=len(content))

    def broken():
        yield content[:6000]
        yield content[6000:7000]
        raise ConnectionResetError("the line is gone")

    with pytest.raises(ConnectionResetError):
        checksum = Checksum("sha1", hashlib.sha1(content, usedforsecurity=False).digest())
        receive(upload=upload, offset=0, chunks=broken(), by=upload.uploaded_by, now=clock.now(), checksum=checksum)

    upload.refresh_from_db()
    assert (upload.received_bytes, upload.writer, nothing_is_left_over()) == (0, "", 0)


def test_more_bytes_than_announced_are_not_taken(begin, send, nothing_is_left_over):
    content = pdf_bytes()
    upload = begin(size=len(content))

    with pytest.raises(TooManyBytes):
        send(upload, 0, content, b"!")

    upload.refresh_from_db()
    assert (upload.received_bytes, upload.writer, nothing_is_left_over()) == (0, "", 0)
    with pytest.raises(TooManyBytes):
        send(send(upload, 0, content), len(content), b"!")


# What is refused on the way and at the end


def test_wrong_file_is_refused_by_its_first_bytes(begin, send, nothing_is_left_over):
    upload, seen = begin("film.mp4", 50_000_000, "video"), []

    def chunks():
        for place in range(100):
            seen.append(place)
            yield b"\x89PNG\r\n\x1a\n" * 64

    with pytest.raises(Unacceptable) as raised:
        receive(upload=upload, offset=0, chunks=chunks(), by=upload.uploaded_by, now=clock.now())

    upload.refresh_from_db()
    assert raised.value.sentence.startswith("The name says MP4 video, but the content is something else.")
    assert (upload.state, upload.refusal, upload.content) == (UploadState.REFUSED, raised.value.sentence, None)
    assert (len(seen), Content.objects.count(), nothing_is_left_over()) == (8, 0, 0)
    with pytest.raises(UploadGone, match="The name says MP4 video"):
        send(upload, 0, mp4_bytes())


def test_wrong_file_is_refused_at_its_end(draft, begin, send, nothing_is_left_over):
    content = b"%PDF-1.4 but cut off"
    upload = begin(size=len(content))

    done = send(upload, 0, content)

    assert (done.state, done.content, done.writer) == (UploadState.REFUSED, None, "")
    assert done.refusal.startswith("The file is damaged or was cut off")
    assert (Document.objects.count(), Content.objects.count(), nothing_is_left_over()) == (0, 0, 0)
    draft.refresh_from_db()
    assert draft.revision == 1


def test_place_that_was_taken_meanwhile_is_told_at_the_end(draft, owner, begin, send, nothing_is_left_over):
    content = pdf_bytes()
    upload = begin("plan.pdf", len(content), "production_plan")
    add_document(proposal=draft, kind_code="production_plan", upload=file_of("pdf"), by=owner, now=clock.now())

    done = send(upload, 0, content)

    assert (done.state, Document.objects.count(), nothing_is_left_over()) == (UploadState.REFUSED, 1, 0)
    assert done.refusal.startswith("“Production and quality plan” takes 1 file, and it is here.")


def test_same_file_twice_is_refused_at_the_end(begin, send):
    content = pdf_bytes()
    send(begin(size=len(content)), 0, content)

    done = send(begin(size=len(content)), 0, content)

    assert done.refusal == "This very file is here already. Nothing was added."


def test_content_that_the_store_gives_back_differently_is_refused(monkeypatch, begin, send):
    def damaged(_content):
        raise ContentDamaged("cut")

    monkeypatch.setattr(documents, "digest_of", damaged)
    content = pdf_bytes()

    done = send(begin(size=len(content)), 0, content)

    assert done.refusal == "The file did not arrive whole in our store. Nothing was kept. Choose it again."


# What a video tells besides


def test_video_is_kept_without_its_location_and_the_file_that_came_in_goes(begin, send, nothing_is_left_over):
    done = send(begin("film.mp4", len(LOCATED), "video"), 0, LOCATED)

    document = document_of(done)
    kept = b"".join(chunks_of(document.content))
    assert (done.state, document.stripped, b"+50.45" in kept) == (UploadState.KEPT, ["location"], False)
    assert (list(Content.objects.all()), done.content) == ([document.content], document.content)
    assert nothing_is_left_over() == 0


def test_video_that_finds_its_place_taken_leaves_neither_itself_nor_its_copy(
    draft, owner, begin, send, nothing_is_left_over
):
    upload = begin("film.mp4", len(LOCATED), "video")
    here = add_document(proposal=draft, kind_code="video", upload=file_of("mp4"), by=owner, now=clock.now())

    done = send(upload, 0, LOCATED)

    assert (done.state, list(Content.objects.all())) == (UploadState.REFUSED, [here.content])
    assert nothing_is_left_over() == 0


def test_video_whose_upload_is_ended_while_it_is_judged_leaves_nothing(
    monkeypatch, owner, begin, send, nothing_is_left_over
):
    upload = begin("film.mp4", len(LOCATED), "video")
    judge = receiving.look

    def ended_meanwhile(*args, **kwargs):
        looked = judge(*args, **kwargs)
        end_upload(upload=upload, by=owner, now=clock.now())
        return looked

    monkeypatch.setattr(receiving, "look", ended_meanwhile)

    with pytest.raises(WriterBusy):
        send(upload, 0, LOCATED)
    assert (Upload.objects.get().state, Document.objects.count(), Content.objects.count()) == (UploadState.ENDED, 0, 0)
    assert nothing_is_left_over() == 0


def test_writer_that_was_overtaken_while_it_judges_refuses_nothing(monkeypatch, begin, send):
    content = b"%PDF-1.4 but cut off"
    upload = begin(size=len(content))

    def overtaken(*_args, **_kwargs):
        Upload.objects.update(writer="other", writer_until=clock.now())
        raise Unacceptable("no")

    monkeypatch.setattr(receiving, "look", overtaken)
    send(upload, 0, content)

    upload.refresh_from_db()
    assert (upload.state, upload.writer, upload.content is None) == (UploadState.RECEIVING, "other", False)


# One writer


def test_second_writer_waits_until_the_first_has_ended(begin, send):
    content = pdf_bytes("x" * 10_000)
    upload, told = begin(size=len(content)), []

    def with_an_interruption():
        yield content[:5000]
        told.append(sentence_of(send, upload, 0, content))
        yield content[5000:]

    receive(upload=upload, offset=0, chunks=with_an_interruption(), by=upload.uploaded_by, now=clock.now())

    upload.refresh_from_db()
    assert told == ["Another request is sending this file right now. Wait for its end, then go on."]
    assert (upload.state, Document.objects.get().size_bytes) == (UploadState.KEPT, len(content))


@pytest.mark.parametrize(("is_checked", "kept"), [(False, 5000), (True, 0)])
def test_writer_that_went_silent_is_overtaken_and_can_spoil_nothing(
    monkeypatch, begin, send, nothing_is_left_over, is_checked, kept
):
    monkeypatch.setattr(receiving, "PART_BYTES", 5000)
    content = pdf_bytes("x" * 20_000)
    upload = begin(size=len(content))
    checksum = Checksum("sha1", hashlib.sha1(content[:12_000], usedforsecurity=False).digest())

    def silent():
        yield content[:5000]
        Upload.objects.update(writer_until=clock.now())
        send(upload, kept, content[kept:9000])
        yield content[5000:12_000]

    with pytest.raises(WriterBusy, match="Another request has taken this upload over."):
        receive(
            upload=upload,
            offset=0,
            chunks=silent(),
            by=upload.uploaded_by,
            now=clock.now(),
            checksum=checksum if is_checked else None,
        )

    upload.refresh_from_db()
    assert (upload.received_bytes, nothing_is_left_over()) == (9000, 0)
    done = send(upload, 9000, content[9000:])
    assert document_of(done).sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(("offset", "is_busy"), [(-MICROSECOND, True), (0 * MICROSECOND, False), (MICROSECOND, False)])
def test_lease_ends_at_its_instant(monkeypatch, begin, send, offset, is_busy):
    upload, moment = begin(size=10), clock.now()
    Upload.objects.update(writer="a", writer_until=moment)
    monkeypatch.setattr(clock, "now", lambda: moment + offset)

    if is_busy:
        with pytest.raises(WriterBusy):
            send(upload, 0, b"%PDF", now=moment)
    else:
        assert send(upload, 0, b"%PDF", now=moment).received_bytes == 4


def test_upload_that_is_ended_while_it_is_written_leaves_nothing(begin, owner, nothing_is_left_over):
    content = pdf_bytes("x" * 10_000)
    upload = begin(size=len(content))

    def ended():
        yield content[:5000]
        end_upload(upload=upload, by=owner, now=clock.now())
        yield content[5000:]

    with pytest.raises(WriterBusy):
        receive(upload=upload, offset=0, chunks=ended(), by=owner, now=clock.now())

    upload.refresh_from_db()
    assert (upload.state, upload.content, nothing_is_left_over()) == (UploadState.ENDED, None, 0)

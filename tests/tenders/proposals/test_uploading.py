import errno
import hashlib
from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.core.files.storage import FileSystemStorage

from coalition_portal import clock, storage
from coalition_portal.permission import Denied, Refused
from manufacturers.models import CompanyRole, Person
from tenders.notices.queries import deadline_in_force
from tenders.proposals import document_limits, documents, receiving, uploading
from tenders.proposals.contents import ContentDamaged, chunks_of
from tenders.proposals.documents import add_document, remove_document
from tenders.proposals.models import Content, ContentPart, Document, Upload, UploadState
from tenders.proposals.orphans import end_expired
from tenders.proposals.uploading import (
    Checksum,
    ChecksumMismatch,
    StoreFull,
    TooManyBytes,
    Unacceptable,
    UploadGone,
    WriterBusy,
    WrongOffset,
    begin_upload,
    document_of,
    end_upload,
    finish_received,
    is_gone,
    receive,
)
from tests.factories import companies
from tests.factories.proposals import draft_proposal, file_of, mp4_bytes, pdf_bytes
from tests.factories.tenders import extended_tender
from tests.tenders.proposals.gate.making import box, video
from tests.tenders.proposals.stored import stored_parts

pytestmark = pytest.mark.django_db

MICROSECOND = timedelta(microseconds=1)
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)


@pytest.fixture
def begin(draft, owner):
    def begin(name="evidence.pdf", size=None, kind="flight_evidence", *, by=owner, now=None, proposal=draft):
        return begin_upload(
            proposal=proposal, kind_code=kind, name=name, size_bytes=size, by=by, now=now or clock.now()
        )

    return begin


@pytest.fixture
def send(owner):
    def send(upload, offset, *chunks, by=owner, now=None, checksum=None):
        return receive(upload=upload, offset=offset, chunks=chunks, by=by, now=now or clock.now(), checksum=checksum)

    return send


@pytest.fixture(autouse=True)
def nothing_is_left_over():
    """What the store got beside what rows name, counted at the end of each test by `left_over`."""
    before = len(stored_parts()) - ContentPart.objects.count()
    yield lambda: len(stored_parts()) - ContentPart.objects.count() - before


def _sentence(act, *args, **kwargs):
    with pytest.raises(Refused) as raised:
        act(*args, **kwargs)
    return raised.value.sentence.replace("\N{NO-BREAK SPACE}", " ")


# From the first byte to the document


def test_file_in_pieces_becomes_a_document(draft, owner, begin, send, nothing_is_left_over):
    content, now = pdf_bytes(), clock.now()
    upload = begin("Політ 1.pdf", len(content), now=now)
    assert (upload.name, upload.state, upload.received_bytes) == ("Політ 1.pdf", UploadState.RECEIVING, 0)
    assert (upload.begun_at, upload.expires_at, is_gone(upload, now)) == (now, now + HOUR, False)

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


# What is refused before a transfer starts


@pytest.mark.parametrize(
    ("name", "size", "kind", "expected"),
    [
        (
            "plan.docx",
            10,
            "production_plan",
            "We got a Word document. We want: PDF. Save it as PDF and choose it again.",
        ),
        ("plan.pdf", 0, "production_plan", "The file is empty. Choose the file that has the content."),
        (
            "plan.pdf",
            25 * 1024 * 1024 + 1,
            "production_plan",
            "We got a file of 26.2 MB. We want at most 25 MB. Make it smaller and choose it again.",
        ),
        ("a.pdf", 10, "unknown", "This tender does not ask for such a document. Reload the page and choose again."),
    ],
)
def test_refused_before_the_first_byte(begin, name, size, kind, expected):
    assert _sentence(begin, name, size, kind) == expected
    assert (Upload.objects.count(), Content.objects.count()) == (0, 0)


@pytest.mark.parametrize(("extra", "is_taken"), [(-1, True), (0, True), (1, False)])
def test_size_limit_is_inclusive(begin, extra, is_taken):
    size = 25 * 1024 * 1024 + extra
    if is_taken:
        assert begin("plan.pdf", size, "production_plan").size_bytes == size
    else:
        assert _sentence(begin, "plan.pdf", size, "production_plan").startswith("We got a file of")


def test_ceiling_of_the_portal_stands_above_the_tender(begin, settings):
    settings.PORTAL_UPLOAD_MAX_MB = 1

    assert begin(size=1024 * 1024).pk
    assert "We want at most 1 MB" in _sentence(begin, size=1024 * 1024 + 1)


def test_no_room_is_told_before_the_first_byte(draft, owner, begin):
    document = add_document(
        proposal=draft, kind_code="production_plan", upload=file_of("pdf"), by=owner, now=clock.now()
    )
    of_kind = _sentence(begin, "plan.pdf", 10, "production_plan")
    draft.tender.files_max = 1
    draft.tender.save()
    of_all = _sentence(begin, size=10)
    remove_document(document=document, by=owner, now=clock.now())
    draft.tender.total_size_mb = 0
    draft.tender.save()
    too_much = _sentence(begin, size=2000)

    assert of_kind.startswith("“Production and quality plan” takes 1 file, and it is here.")
    assert of_all.startswith("A proposal has at most 1 file. Remove it")
    assert too_much.startswith("With this file the proposal has 2 kB.")


def test_rate_of_a_company_counts_both_ways_of_uploading(monkeypatch, draft, owner, begin):
    monkeypatch.setattr(document_limits, "UPLOADS_MAX", 3)
    now = clock.now()
    add_document(proposal=draft, kind_code="flight_evidence", upload=file_of("pdf"), by=owner, now=now)
    content = pdf_bytes()
    kept = begin(size=len(content), now=now)
    receive(upload=kept, offset=0, chunks=[content], by=owner, now=now)
    end_upload(upload=begin(size=10, now=now), by=owner, now=now)

    assert _sentence(begin, size=10, now=now).startswith("Your company uploaded 3 files in 10 minutes.")
    assert begin(size=10, now=now + timedelta(minutes=10)).pk
    other = draft_proposal()
    assert begin(size=10, now=now, proposal=other, by=companies.owner_of(other.company)).pk


def test_uploads_under_way_are_limited(monkeypatch, begin, owner):
    monkeypatch.setattr(uploading, "UNDER_WAY_MAX", 2)
    now = clock.now()
    first = begin(size=10, now=now)
    begin(size=10, now=now)

    refusal = _sentence(begin, size=10, now=now)
    end_upload(upload=first, by=owner, now=now)

    assert refusal.startswith("2 files of this proposal are on their way.")
    assert begin(size=10, now=now).pk
    assert begin(size=10, now=now + HOUR).pk


def test_full_store_is_told_before_the_first_byte(monkeypatch, draft, owner, begin):
    monkeypatch.setattr(storage, "RESERVE_BYTES_MAX", 2**62)
    monkeypatch.setattr(storage, "RESERVE_PART", 1)

    with pytest.raises(StoreFull):
        begin(size=10)
    with pytest.raises(StoreFull):
        add_document(proposal=draft, kind_code="flight_evidence", upload=file_of("pdf"), by=owner, now=clock.now())
    assert Content.objects.count() == 0


def test_store_that_runs_full_meanwhile_takes_no_more_and_keeps_what_it_has(
    monkeypatch, draft, owner, begin, send, nothing_is_left_over
):
    content = pdf_bytes()
    upload = begin(size=len(content))
    send(upload, 0, content[:20])

    def full(*_args):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(FileSystemStorage, "_save", full)
        with pytest.raises(StoreFull):
            send(upload, 20, content[20:])
        with pytest.raises(StoreFull):
            add_document(proposal=draft, kind_code="flight_evidence", upload=file_of("pdf"), by=owner, now=clock.now())
    with monkeypatch.context() as patch:
        patch.setattr(storage, "RESERVE_BYTES_MAX", 2**62)
        patch.setattr(storage, "RESERVE_PART", 1)
        with pytest.raises(StoreFull):
            send(upload, 20, content[20:])

    upload.refresh_from_db()
    assert (upload.received_bytes, upload.writer, nothing_is_left_over()) == (20, "", 0)
    assert Content.objects.count() == 1
    assert send(upload, 20, content[20:]).state == UploadState.KEPT


def test_other_failures_of_the_store_are_told_as_they_are(monkeypatch, begin, send):
    upload = begin(size=10)

    def broken(*_args):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(FileSystemStorage, "_save", broken)

    with pytest.raises(PermissionError):
        send(upload, 0, b"%PDF-")
    assert Upload.objects.get().writer == ""


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

LOCATED = video(inside=box(b"udta", box(b"\xa9xyz", b"+50.45+030.52/")))


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


# The deadline and the people


@pytest.mark.parametrize(("offset", "is_open"), [(-MICROSECOND, True), (0 * MICROSECOND, False), (MICROSECOND, False)])
def test_uploads_are_begun_and_received_before_the_deadline_and_not_at_it(draft, begin, send, offset, is_open):
    content = pdf_bytes()
    upload = begin(size=len(content))
    now = deadline_in_force(draft.tender).closes_at + offset
    Upload.objects.update(expires_at=now + WEEK)

    if is_open:
        assert begin(size=10, now=now).pk
        assert send(upload, 0, content, now=now).state == UploadState.KEPT
        return
    for act in (lambda: begin(size=10, now=now), lambda: send(upload, 0, content, now=now)):
        with pytest.raises(Denied):
            act()
    upload.refresh_from_db()
    assert (upload.received_bytes, upload.state) == (0, UploadState.RECEIVING)


LATE = "^The deadline has passed, so this draft can be read but no longer changed"


@pytest.fixture
def late(monkeypatch, draft, begin):
    """`late(offset, content)`: an upload whose last byte came so long after the deadline, and the clock stays there."""

    def travels(offset, content, name="evidence.pdf", kind="flight_evidence"):
        upload = begin(name, len(content), kind)
        arrives_at, now = deadline_in_force(draft.tender).closes_at + offset, clock.now()

        def slowly():
            yield content
            monkeypatch.setattr(clock, "now", lambda: arrives_at)

        try:
            receive(upload=upload, offset=0, chunks=slowly(), by=upload.uploaded_by, now=now)
        finally:
            upload.refresh_from_db()
        return upload

    return travels


@pytest.mark.parametrize(("offset", "is_late"), [(-MICROSECOND, False), (0 * MICROSECOND, True), (MICROSECOND, True)])
def test_file_whose_last_byte_comes_at_the_deadline_becomes_no_document(late, offset, is_late):
    with pytest.raises(Denied, match=LATE) if is_late else nullcontext():
        late(offset, pdf_bytes())

    upload = Upload.objects.get()
    assert (upload.state, Document.objects.count()) == (
        (UploadState.RECEIVING, 0) if is_late else (UploadState.KEPT, 1)
    )


def test_what_came_too_late_is_whole_when_the_tender_is_open_again(monkeypatch, draft, late, send):
    content = pdf_bytes()
    with pytest.raises(Denied, match=LATE):
        late(MICROSECOND, content)
    upload = Upload.objects.get()
    standing = (upload.state, upload.received_bytes, upload.writer, upload.content is None)
    assert standing == (UploadState.RECEIVING, len(content), "", False)

    # While the deadline stands, neither the sweep nor its sender makes a document of it.
    assert finish_received(now=clock.now()) == 0
    with pytest.raises(Denied, match=LATE):
        send(upload, len(content))
    assert Document.objects.count() == 0

    extended_tender(draft.tender, deadline_in_force(draft.tender).closes_at + WEEK)
    assert finish_received(now=clock.now()) == 1
    assert Document.objects.get().sha256 == hashlib.sha256(content).hexdigest()


def test_late_file_expires_like_any_other(late, nothing_is_left_over):
    with pytest.raises(Denied):
        late(MICROSECOND, pdf_bytes())
    upload = Upload.objects.get()

    assert end_expired(upload.expires_at - MICROSECOND) == 0
    assert end_expired(upload.expires_at) == 1
    assert (Content.objects.count(), nothing_is_left_over()) == (0, 0)


def test_of_a_late_video_nothing_stays_but_what_came(late, nothing_is_left_over):
    with pytest.raises(Denied):
        late(MICROSECOND, LOCATED, "film.mp4", "video")

    assert (Content.objects.get().size_bytes, nothing_is_left_over()) == (len(LOCATED), 0)


def test_who_lost_the_right_on_the_way_ends_the_upload(draft, begin, nothing_is_left_over):
    content, editor = pdf_bytes(), companies.person_of(draft.company, CompanyRole.EDITOR)
    upload = begin(size=len(content), by=editor)

    def slowly():
        yield content
        Person.objects.filter(user=editor).update(role=CompanyRole.VIEWER)

    receive(upload=upload, offset=0, chunks=slowly(), by=editor, now=clock.now())

    upload.refresh_from_db()
    assert (upload.state, upload.refusal[:8], nothing_is_left_over()) == (UploadState.REFUSED, "A viewer", 0)


@pytest.mark.parametrize(
    ("role", "may"), [(None, False), (CompanyRole.VIEWER, False), (CompanyRole.EDITOR, True), (CompanyRole.OWNER, True)]
)
def test_who_may(draft, begin, send, role, may):
    content = pdf_bytes()
    upload = begin(size=len(content))
    user = companies.person_of(draft.company, role) if role else companies.owner_of(companies.company())
    acts = [
        lambda: begin(size=10, by=user),
        lambda: send(upload, 0, content[:10], by=user),
        lambda: end_upload(upload=upload, by=user, now=clock.now()),
    ]

    for act in acts:
        if may:
            assert act().pk
        else:
            with pytest.raises(Denied):
                act()


# One writer


def test_second_writer_waits_until_the_first_has_ended(begin, send):
    content = pdf_bytes("x" * 10_000)
    upload, told = begin(size=len(content)), []

    def with_an_interruption():
        yield content[:5000]
        told.append(_sentence(send, upload, 0, content))
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


# The end of an upload


def test_ended_upload_is_gone_with_its_bytes(begin, send, owner, nothing_is_left_over):
    upload = begin(size=100)
    send(upload, 0, b"%PDF-")

    ended = end_upload(upload=upload, by=owner, now=clock.now())

    assert (ended.state, is_gone(ended, clock.now())) == (UploadState.ENDED, True)
    assert (Content.objects.count(), ContentPart.objects.count(), nothing_is_left_over()) == (0, 0, 0)
    for act in (lambda: send(upload, 5, b"x"), lambda: end_upload(upload=upload, by=owner, now=clock.now())):
        with pytest.raises(UploadGone):
            act()


def test_what_became_a_document_is_not_ended(begin, send, owner):
    content = pdf_bytes()
    upload = begin(size=len(content))
    send(upload, 0, content)

    assert _sentence(end_upload, upload=upload, by=owner, now=clock.now()).startswith("This file is a document")
    assert Document.objects.get().content == Upload.objects.get().content


def test_refused_upload_can_be_ended(begin, send, owner):
    upload = begin(size=20)
    send(upload, 0, b"%PDF-1.4 but cut off")

    assert end_upload(upload=upload, by=owner, now=clock.now()).state == UploadState.ENDED


@pytest.mark.parametrize(("offset", "is_there"), [(-MICROSECOND, True), (0 * MICROSECOND, False), (MICROSECOND, False)])
def test_upload_to_which_no_byte_came_expires_after_an_hour(begin, send, offset, is_there):
    begun = clock.now()
    upload = begin(size=100, now=begun)

    if is_there:
        assert send(upload, 0, b"%PDF-", now=begun + HOUR + offset).received_bytes == 5
        return
    with pytest.raises(UploadGone):
        send(upload, 0, b"%PDF-", now=begun + HOUR + offset)


@pytest.mark.parametrize(("offset", "is_late"), [(-MICROSECOND, False), (0 * MICROSECOND, True), (MICROSECOND, True)])
def test_upload_whose_bytes_count_at_their_end_only_lives_while_it_is_written(begin, offset, is_late):
    upload = begin(size=100)
    after = upload.expires_at + HOUR
    Upload.objects.update(writer="a", writer_until=after)

    upload.refresh_from_db()
    assert is_gone(upload, after + offset) is is_late
    assert (end_expired(after + offset), Upload.objects.get().state == UploadState.ENDED) == (int(is_late), is_late)


@pytest.mark.parametrize(("offset", "is_there"), [(-MICROSECOND, True), (0 * MICROSECOND, False), (MICROSECOND, False)])
def test_upload_expires_a_week_after_its_last_byte(begin, send, offset, is_there):
    begun = clock.now()
    upload = begin(size=100, now=begun)
    after = send(upload, 0, b"%PDF-", now=begun)
    assert begun + WEEK < after.expires_at < clock.now() + WEEK
    Upload.objects.update(expires_at=begun + WEEK)

    if is_there:
        assert send(upload, 5, b"1", now=begun + WEEK + offset).received_bytes == 6
        return
    with pytest.raises(UploadGone):
        send(upload, 5, b"1", now=begun + WEEK + offset)


# A request that died before it could judge


def _dies(monkeypatch, send, upload, content):
    with monkeypatch.context() as patch:
        patch.setattr(receiving, "look", lambda *_args, **_kwargs: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            send(upload, 0, content)


def test_whole_file_whose_request_died_is_judged_by_the_sweep_when_its_lease_is_over(monkeypatch, begin, send):
    content = pdf_bytes()
    upload = begin(size=len(content))
    _dies(monkeypatch, send, upload, content)
    upload.refresh_from_db()
    assert (upload.state, upload.received_bytes, upload.writer == "") == (UploadState.RECEIVING, len(content), False)

    too_early = finish_received(now=clock.now())
    Upload.objects.update(writer_until=clock.now() - MICROSECOND)
    found = finish_received(now=clock.now())

    upload.refresh_from_db()
    assert (too_early, found, upload.state) == (0, 1, UploadState.KEPT)
    assert (document_of(upload).sha256, finish_received(now=clock.now())) == (hashlib.sha256(content).hexdigest(), 0)


def test_sweep_judges_a_wrong_file_too_and_leaves_what_nobody_may_add(monkeypatch, owner, begin, send):
    wrong, late = b"%PDF-1.4 but cut off", pdf_bytes()
    uploads = [begin(size=len(content)) for content in (wrong, late)]
    for upload, content in zip(uploads, (wrong, late), strict=True):
        _dies(monkeypatch, send, upload, content)
    Upload.objects.update(writer="", writer_until=None)
    Upload.objects.filter(pk=uploads[1].pk).update(uploaded_by=companies.owner_of(companies.company()))
    owner.language = "uk"
    owner.save()

    assert finish_received(now=clock.now()) == 0
    assert Upload.objects.get(pk=uploads[0].pk).refusal.startswith("Файл пошкоджено")
    assert [upload.state for upload in Upload.objects.order_by("pk")] == [UploadState.REFUSED, UploadState.RECEIVING]


def test_upload_that_cannot_be_judged_keeps_no_other_from_it(monkeypatch, begin, send, caplog):
    content = pdf_bytes()
    uploads = [begin(size=len(content)) for _time in range(2)]
    for upload in uploads:
        _dies(monkeypatch, send, upload, content)
    Upload.objects.update(writer="", writer_until=None)
    look = receiving.look
    fails_at = Upload.objects.get(pk=uploads[0].pk).content
    monkeypatch.setattr(
        receiving, "look", lambda one, *args, **more: 1 / 0 if one == fails_at else look(one, *args, **more)
    )

    assert finish_received(now=clock.now()) == 1
    assert [upload.state for upload in Upload.objects.order_by("pk")] == [UploadState.RECEIVING, UploadState.KEPT]
    assert f"upload {uploads[0].public_id} cannot be judged" in caplog.text


def test_commit_that_fails_leaves_an_orphan_and_no_half_row(monkeypatch, begin, send, nothing_is_left_over):
    upload = begin(size=100)
    monkeypatch.setattr(receiving, "name_parts", lambda *_args: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        send(upload, 0, b"%PDF-")

    upload.refresh_from_db()
    assert (upload.received_bytes, upload.writer, ContentPart.objects.count(), nothing_is_left_over()) == (0, "", 0, 1)

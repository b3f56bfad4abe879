"""An upload from its announcement to its end: what is refused before a byte, who may, by when, and the sweep."""

import errno
import hashlib
from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.core.files.storage import FileSystemStorage

from coalition_portal import clock, storage
from coalition_portal.permission import Denied
from manufacturers.models import CompanyRole, Person
from tenders.notices.queries import deadline_in_force
from tenders.proposals import document_limits, receiving, uploading
from tenders.proposals.documents import add_document, remove_document
from tenders.proposals.models import Content, ContentPart, Document, Upload, UploadState
from tenders.proposals.orphans import end_expired
from tenders.proposals.uploading import (
    StoreFull,
    UploadGone,
    document_of,
    end_upload,
    finish_received,
    is_gone,
    receive,
)
from tests.factories import companies
from tests.factories.proposals import draft_proposal, file_of, pdf_bytes
from tests.factories.tenders import extended_tender
from tests.tenders.proposals.gate.making import LOCATED
from tests.tenders.proposals.refused import sentence_of

pytestmark = pytest.mark.django_db

MICROSECOND = timedelta(microseconds=1)
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)


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
    assert sentence_of(begin, name, size, kind) == expected
    assert (Upload.objects.count(), Content.objects.count()) == (0, 0)


@pytest.mark.parametrize(("extra", "is_taken"), [(-1, True), (0, True), (1, False)])
def test_size_limit_is_inclusive(begin, extra, is_taken):
    size = 25 * 1024 * 1024 + extra
    if is_taken:
        assert begin("plan.pdf", size, "production_plan").size_bytes == size
    else:
        assert sentence_of(begin, "plan.pdf", size, "production_plan").startswith("We got a file of")


def test_ceiling_of_the_portal_stands_above_the_tender(begin, settings):
    settings.PORTAL_UPLOAD_MAX_MB = 1

    assert begin(size=1024 * 1024).pk
    assert "We want at most 1 MB" in sentence_of(begin, size=1024 * 1024 + 1)


def test_no_room_is_told_before_the_first_byte(draft, owner, begin):
    document = add_document(
        proposal=draft, kind_code="production_plan", upload=file_of("pdf"), by=owner, now=clock.now()
    )
    of_kind = sentence_of(begin, "plan.pdf", 10, "production_plan")
    draft.tender.files_max = 1
    draft.tender.save()
    of_all = sentence_of(begin, size=10)
    remove_document(document=document, by=owner, now=clock.now())
    draft.tender.total_size_mb = 0
    draft.tender.save()
    too_much = sentence_of(begin, size=2000)

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

    assert sentence_of(begin, size=10, now=now).startswith("Your company uploaded 3 files in 10 minutes.")
    assert begin(size=10, now=now + timedelta(minutes=10)).pk
    other = draft_proposal()
    assert begin(size=10, now=now, proposal=other, by=companies.owner_of(other.company)).pk


def test_uploads_under_way_are_limited(monkeypatch, begin, owner):
    monkeypatch.setattr(uploading, "UNDER_WAY_MAX", 2)
    now = clock.now()
    first = begin(size=10, now=now)
    begin(size=10, now=now)

    refusal = sentence_of(begin, size=10, now=now)
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

    assert sentence_of(end_upload, upload=upload, by=owner, now=clock.now()).startswith("This file is a document")
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

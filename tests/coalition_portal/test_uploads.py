import errno
import io
import os

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from coalition_portal import uploads
from coalition_portal.frames import FRAME_BYTES, FrameDamaged

MARKER = b"SAY-THIS-NOWHERE-ON-A-DISK"


def _request(**files):
    return RequestFactory().post("/", files | {"word": "kept"})


def _file(name="a.pdf", size=10):
    return SimpleUploadedFile(name, b"x" * size)


@pytest.fixture
def opened(monkeypatch):
    """The temporary files that were made."""
    made, make = [], uploads.tempfile.TemporaryFile

    def note(**options):
        made.append(make(**options))
        return made[-1]

    monkeypatch.setattr(uploads.tempfile, "TemporaryFile", note)
    return made


@pytest.mark.parametrize("size", [1, 10, FRAME_BYTES, FRAME_BYTES + 1, 2 * FRAME_BYTES + 7])
def test_file_comes_in_as_it_was_sent(size):
    content = bytes(index * 31 % 251 for index in range(size))
    request = _request(file=SimpleUploadedFile("a.pdf", content, content_type="application/pdf"))

    file = request.FILES["file"]

    assert (file.name, file.size, file.content_type, request.POST["word"]) == ("a.pdf", size, "application/pdf", "kept")
    assert (file.read(), file.read(), file.seek(-1, io.SEEK_END), file.read()) == (content, b"", size - 1, content[-1:])
    assert b"".join(file.chunks()) == content


def test_file_of_somebody_who_is_not_signed_in_is_never_kept(opened):
    request = _request(file=_file())
    request.user = AnonymousUser()

    assert (request.POST["word"], dict(request.FILES), opened) == ("kept", {}, [])


def test_empty_file_comes_in_empty():
    file = _request(file=_file(size=0)).FILES["file"]

    assert (file.size, file.read()) == (0, b"")


def test_nothing_of_it_is_in_clear_on_a_disk(opened):
    file = _request(file=SimpleUploadedFile("a.pdf", MARKER * FRAME_BYTES)).FILES["file"]

    [kept] = opened
    kept.seek(0)
    assert MARKER not in kept.read()
    assert file.read(len(MARKER)) == MARKER
    assert not hasattr(file, "temporary_file_path")


def test_what_was_altered_on_the_disk_is_found(opened):
    file = _request(file=SimpleUploadedFile("a.pdf", MARKER)).FILES["file"]
    opened[0].seek(20)
    opened[0].write(b"?")

    with pytest.raises(FrameDamaged, match="frame 0 of upload is not what was written"):
        file.read()


def test_closing_the_file_ends_the_temporary_one(opened):
    file = _request(file=_file()).FILES["file"]
    file.close()

    assert [one.closed for one in opened] == [True]


@pytest.mark.parametrize(("size", "is_kept"), [(99, True), (100, True), (101, False)])
def test_file_past_the_limit_is_thrown_away_and_told(monkeypatch, opened, size, is_kept):
    monkeypatch.setattr(uploads, "upload_bytes_max", lambda: 100)

    request = _request(file=_file(size=size))

    assert ("file" in request.FILES) == is_kept
    assert getattr(request, "upload_was_too_large", False) == (not is_kept)
    assert request.POST["word"] == "kept"
    assert [one.closed for one in opened] == [not is_kept]


@pytest.mark.parametrize("size", [10, 2 * FRAME_BYTES])
def test_file_for_which_the_disk_has_no_room_is_thrown_away_and_told(monkeypatch, size):
    full = []

    def make(**_options):
        full.append(open("/dev/full", "w+b"))  # noqa: SIM115 - the handler closes it
        return full[-1]

    monkeypatch.setattr(uploads.tempfile, "TemporaryFile", make)

    request = _request(file=_file(size=size))

    assert (dict(request.FILES), request.POST["word"], request.upload_found_no_room) == ({}, "kept", True)
    assert [one.closed for one in full] == [True]


def test_disk_without_room_for_another_file_is_told(monkeypatch):
    monkeypatch.setattr(uploads.tempfile, "TemporaryFile", _fails(errno.ENOSPC))

    request = _request(file=_file())

    assert (dict(request.FILES), request.upload_found_no_room) == ({}, True)


def test_other_faults_of_a_disk_are_told_as_they_are(monkeypatch):
    monkeypatch.setattr(uploads.tempfile, "TemporaryFile", _fails(errno.EIO))

    with pytest.raises(OSError, match="Input/output"):
        _request(file=_file()).FILES["file"]


def _fails(number):
    def fail(**_options):
        raise OSError(number, os.strerror(number))

    return fail


def test_limit_is_the_setting(settings):
    settings.PORTAL_UPLOAD_MAX_MB = 7

    assert uploads.upload_bytes_max() == 7 * 1024 * 1024


def test_second_file_of_a_request_is_never_looked_at():
    request = _request(first=_file("first.pdf"), second=_file("second.pdf"))

    assert list(request.FILES) == ["first"]
    assert request.FILES["first"].read() == b"x" * 10


def test_form_whose_line_breaks_leaves_no_temporary_file(opened):
    whole = RequestFactory().post("/", {"file": _file(size=FRAME_BYTES)})
    body = whole.META["wsgi.input"].read()
    request = RequestFactory().generic("POST", "/", body[: FRAME_BYTES // 2], content_type=whole.META["CONTENT_TYPE"])

    assert "file" not in request.FILES
    assert [one.closed for one in opened] == [True]


def test_memory_does_not_grow_with_the_file(monkeypatch):
    seen = []
    receive = uploads.SealingUploadHandler.receive_data_chunk

    def note(handler, raw_data, start):
        seen.append(len(raw_data))
        return receive(handler, raw_data, start)

    monkeypatch.setattr(uploads.SealingUploadHandler, "receive_data_chunk", note)

    request = _request(file=_file(size=5 * 1024 * 1024))

    assert request.FILES["file"].size == 5 * 1024 * 1024
    assert max(seen) <= 1024 * 1024


def test_it_stands_before_every_form():
    assert settings.FILE_UPLOAD_HANDLERS == ["coalition_portal.uploads.SealingUploadHandler"]

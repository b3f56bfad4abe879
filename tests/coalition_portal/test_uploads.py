import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from coalition_portal import uploads


def _request(**files):
    return RequestFactory().post("/", files | {"word": "kept"})


def _file(name="a.pdf", size=10):
    return SimpleUploadedFile(name, b"x" * size)


def test_file_comes_in_through_a_temporary_file():
    request = _request(file=_file(size=10))

    file = request.FILES["file"]
    assert (file.name, file.size, file.read(), request.POST["word"]) == ("a.pdf", 10, b"x" * 10, "kept")
    assert file.temporary_file_path()


@pytest.mark.parametrize(("size", "is_kept"), [(99, True), (100, True), (101, False)])
def test_file_past_the_limit_is_thrown_away_and_told(monkeypatch, size, is_kept):
    monkeypatch.setattr(uploads, "UPLOAD_BYTES_MAX", 100)

    request = _request(file=_file(size=size))

    assert ("file" in request.FILES) == is_kept
    assert getattr(request, "upload_was_too_large", False) == (not is_kept)
    assert request.POST["word"] == "kept"


def test_second_file_of_a_request_is_never_looked_at():
    request = _request(first=_file("first.pdf"), second=_file("second.pdf"))

    assert list(request.FILES) == ["first"]
    assert request.FILES["first"].read() == b"x" * 10


def test_memory_does_not_grow_with_the_file(monkeypatch):
    seen = []
    receive = uploads.TemporaryFileUploadHandler.receive_data_chunk

    def note(handler, raw_data, start):
        seen.append(len(raw_data))
        return receive(handler, raw_data, start)

    monkeypatch.setattr(uploads.TemporaryFileUploadHandler, "receive_data_chunk", note)

    request = _request(file=_file(size=5 * 1024 * 1024))

    assert request.FILES["file"].size == 5 * 1024 * 1024
    assert max(seen) <= 1024 * 1024

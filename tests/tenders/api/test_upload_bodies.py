"""Bodies that come in pieces, break off, or stop coming."""

import io
from contextlib import contextmanager

import pytest
from django.core.handlers.wsgi import WSGIRequest

from tenders.api import upload_bodies
from tenders.proposals import receiving
from tenders.proposals.models import Upload, UploadState
from tests.factories.proposals import pdf_bytes
from tests.tenders.api.tus import told

pytestmark = pytest.mark.django_db


class _Breaking(io.BytesIO):
    """A body whose line breaks after its bytes."""

    def read(self, size=-1):
        if chunk := super().read(size):
            return chunk
        raise ConnectionResetError("the line is gone")


@contextmanager
def _arriving(monkeypatch, body):
    """The portal reads `body`, whatever the client sends."""
    make = WSGIRequest.__init__
    with monkeypatch.context() as patch:
        patch.setattr(WSGIRequest, "__init__", lambda request, environ: make(request, environ | {"wsgi.input": body}))
        yield


@pytest.mark.parametrize("line", [_Breaking, io.BytesIO])
def test_broken_line_keeps_what_came(tus, monkeypatch, line):
    content = pdf_bytes("x" * 200_000)
    path = tus.begun(len(content))

    with _arriving(monkeypatch, line(content[:150_000])):
        response = tus.send(path, 0, content)

    assert told(response) == (
        400,
        "bad-request",
        "The request ended before its body was whole. Ask by HEAD how far the upload is, and go on.",
    )
    offset = int(tus.ask("HEAD", path)["Upload-Offset"])
    assert offset == 150_000
    assert tus.send(path, offset, content[offset:])["Portal-Upload-State"] == "kept"


@pytest.mark.parametrize(("name", "left"), [({}, UploadState.ENDED), ({"Idempotency_Key": "one"}, "RECEIVING")])
def test_broken_creation_is_ended_unless_it_can_be_found_again(tus, monkeypatch, name, left):
    content = pdf_bytes("x" * 200_000)

    with _arriving(monkeypatch, _Breaking(content[:150_000])):
        response = tus.create(len(content), content, **name)

    assert told(response)[:2] == (400, "bad-request")
    assert Upload.objects.get().state == left
    if name:
        again = tus.create(len(content), content, **name)
        assert (again.status_code, again["Upload-Offset"]) == (201, "150000")


class _Socket:
    """What the server gives to those who ask for it."""

    def __init__(self):
        self.timeouts = []

    def gettimeout(self):
        return None

    def settimeout(self, seconds):
        self.timeouts.append(seconds)


def test_silent_client_keeps_no_thread_for_ever(tus, robot):
    path, line = tus.begun(100), _Socket()

    robot.client.defaults["gunicorn.socket"] = line
    tus.send(path, 0, b"%PDF-")

    assert line.timeouts == [upload_bodies.SILENCE_SECONDS, None]


def test_body_is_never_whole_in_memory(tus, settings, monkeypatch):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    monkeypatch.setattr(receiving, "PART_BYTES", 100_000)
    content, seen = pdf_bytes("x" * 300_000), []
    path, read = tus.begun(len(content)), WSGIRequest.read

    def note(request, *args):
        seen.append(args)
        return read(request, *args)

    monkeypatch.setattr(WSGIRequest, "read", note)

    assert tus.send(path, 0, content)["Portal-Upload-State"] == "kept"
    sizes = [size for (size,) in seen]
    assert sizes[0] == upload_bodies.READ_BYTES_LEAST
    assert max(sizes) <= upload_bodies.READ_BYTES_MOST


@pytest.mark.parametrize(
    ("piece", "seconds", "following"),
    [(8, 0.04, 16), (8, 0.1, 8), (8, 3, 8), (512, 3, 8), (512, 0.3, 512), (1024, 0.04, 1024), (1024, 0.5, 1024)],
)
def test_line_chooses_how_much_is_read_at_once(piece, seconds, following):
    kilobyte = 1024

    assert upload_bodies._next_piece(piece * kilobyte, seconds) == following * kilobyte

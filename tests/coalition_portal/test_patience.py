"""Bodies that hardly come, over real sockets, with a patience of a fifth of a second."""

import socket
import threading
import time

import pytest
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.core.handlers.wsgi import WSGIRequest
from django.http import UnreadablePostError

from coalition_portal import patience
from coalition_portal.patience import Patient, PatientBody


class Body:
    """What gunicorn gives as wsgi.input: a reading waits until it is full or the line has ended."""

    def __init__(self, line):
        self.line = line

    def read(self, size):
        got = b""
        while len(got) < size and (piece := self.line.recv(size - len(got))):
            got += piece
        return got

    def readline(self, size=-1):
        got = b""
        while not got.endswith(b"\n") and (piece := self.line.recv(1)):
            got += piece
        return got


@pytest.fixture(autouse=True)
def short_patience(monkeypatch):
    monkeypatch.setattr(patience, "STEP_SECONDS", 0.2)
    monkeypatch.setattr(patience, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(patience, "_watchdog", patience._Watchdog())


@pytest.fixture
def line():
    ours, theirs = socket.socketpair()
    yield ours, theirs
    ours.close()
    theirs.close()


def trickle(theirs, ended):
    """A byte now and then, for as long as it is taken."""
    while not ended.wait(0.05):
        try:
            theirs.send(b"x")
        except OSError:
            return


class Steps:
    """A body of zeros that notes how much is asked for at once."""

    def __init__(self):
        self.asked = []

    def read(self, size):
        self.asked.append(size)
        return bytes(size)


@pytest.mark.parametrize(
    ("quick_seconds", "steps"), [(60, [8, 16, 32, 64, 128, 256, 256, 240]), (0, [8] * 125)], ids=["quick", "slow"]
)
def test_steps_are_larger_while_the_line_is_quick(monkeypatch, line, quick_seconds, steps):
    monkeypatch.setattr(patience, "QUICK_SECONDS", quick_seconds)
    body, size = Steps(), 1000 * 1024

    assert len(PatientBody(body, line[0], size).read(size)) == size

    assert body.asked == [1024 * step for step in steps]


def test_body_that_comes_is_read_as_it_is(line):
    ours, theirs = line
    sent = bytes(range(256)) * 256
    threading.Thread(target=theirs.sendall, args=(sent,), daemon=True).start()
    body = PatientBody(Body(ours), ours, len(sent))

    assert (body.read(10), body.read(60_000), body.read(), body.read(5)) == (
        sent[:10],
        sent[10:60_010],
        sent[60_010:],
        b"",
    )


def test_trickle_is_cut_and_what_came_is_handed_on(line):
    ours, theirs = line
    ended = threading.Event()
    sender = threading.Thread(target=trickle, args=(theirs, ended), daemon=True)
    sender.start()
    body, begun = PatientBody(Body(ours), ours, 1000), time.monotonic()

    came = body.read(1000)
    with pytest.raises(ConnectionAbortedError, match=f"the body ended {1000 - len(came)} bytes before its length"):
        while body.read(1000):
            pass
    ended.set()
    sender.join()

    assert set(came) == set(b"x")
    assert time.monotonic() - begun < 20


def test_silence_is_cut(line):
    ours, _theirs = line

    with pytest.raises(ConnectionAbortedError):
        PatientBody(Body(ours), ours, 5).read(5)


def test_answer_can_be_written_after_the_cut(line):
    ours, theirs = line
    with pytest.raises(ConnectionAbortedError):
        PatientBody(Body(ours), ours, 5).read(5)

    ours.send(b"408")

    assert theirs.recv(3) == b"408"


def test_steady_body_takes_longer_than_one_step_may(line, monkeypatch):
    """Twenty steps of a byte, a tenth of what each may last, so that a busy machine keeps the pace."""
    ours, theirs = line
    monkeypatch.setattr(patience, "STEP_BYTES", 1)
    monkeypatch.setattr(patience, "QUICK_SECONDS", 0)
    monkeypatch.setattr(patience, "STEP_SECONDS", 0.5)
    ended = threading.Event()
    threading.Thread(target=trickle, args=(theirs, ended), daemon=True).start()

    assert PatientBody(Body(ours), ours, 20).read(20) == b"x" * 20
    ended.set()


def test_slow_line_is_cut_and_its_neighbour_is_not(line):
    ours, _theirs = line
    near, far = socket.socketpair()
    with pytest.raises(ConnectionAbortedError):
        PatientBody(Body(ours), ours, 5).read(5)

    far.send(b"quick")

    assert PatientBody(Body(near), near, 5).read(5) == b"quick"
    near.close()
    far.close()


def test_lines_are_read_with_patience_too(line):
    ours, theirs = line
    theirs.send(b"one\n")
    body = PatientBody(Body(ours), ours, 100)

    assert body.readline() == b"one\n"
    with pytest.raises(ConnectionAbortedError):
        body.readline()


def test_line_that_is_gone_when_it_is_cut(line):
    ours, _theirs = line
    ours.close()

    assert patience._cut(ours) is None


def test_form_whose_line_broke_has_no_file(line):
    """A file of which half came would else be taken for the whole."""
    ours, theirs = line
    form = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\nhalf of it'
    theirs.sendall(form)
    theirs.close()
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "multipart/form-data; boundary=b",
        "CONTENT_LENGTH": str(len(form) + 1000),
        "wsgi.input": Body(ours),
        "gunicorn.socket": ours,
    }
    seen = []
    Patient(lambda environ, _start: seen.append(WSGIRequest(environ)))(environ, None)
    seen[0].upload_handlers = [MemoryFileUploadHandler(seen[0])]

    with pytest.raises(UnreadablePostError):
        _files = seen[0].FILES


@pytest.mark.parametrize(
    ("environ", "is_watched"),
    [
        ({"gunicorn.socket": object(), "CONTENT_LENGTH": "5"}, True),
        ({"gunicorn.socket": object(), "CONTENT_LENGTH": "0"}, False),
        ({"gunicorn.socket": object(), "CONTENT_LENGTH": ""}, False),
        ({"gunicorn.socket": object(), "CONTENT_LENGTH": "five"}, False),
        ({"gunicorn.socket": object()}, False),
        ({"CONTENT_LENGTH": "5"}, False),
    ],
)
def test_bodies_that_are_watched(environ, is_watched):
    body, seen = object(), []

    Patient(lambda environ, _start: seen.append(environ["wsgi.input"]))(environ | {"wsgi.input": body}, None)

    assert (seen[0] is not body) is is_watched

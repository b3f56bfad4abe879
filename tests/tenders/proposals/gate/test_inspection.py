"""The portal's side of the gate, with children as they are and with children that misbehave."""

import io
import logging
import os
import socket
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from tenders.proposals.gate import inspection, wire
from tenders.proposals.gate.inspection import inspect, stripped
from tenders.proposals.gate.starting import NotStarted, Starter
from tenders.proposals.gate.verdict import Fault, Inspection, Unfit
from tenders.proposals.gate.wire import COPY, LITERAL, READ, SPAN, TAKEN, UNFIT, ZEROS, message
from tests.tenders.proposals.gate import making
from tests.tenders.proposals.gate.making import jpeg, pdf, segment, video

# The gate knows no database.
pytestmark = pytest.mark.sqlite_only

CHILD = "import os, signal, socket, time\nfrom tenders.proposals.gate import child, serving, wire\n{}\nchild.main()"
SERVE = "def serve(extension, act, size, receive, send):\n    {}\nchild.serve = serve"
LOOK = "def look(file, extension):\n    {}\nserving.look = look"


@pytest.fixture
def started(monkeypatch):
    """Makes the gate start children of another program; gives its starter."""
    starters = []

    def started(*command):
        starters.append(Starter((sys.executable, "-E", "-s", *command)))
        monkeypatch.setattr(inspection, "starter", starters[-1])
        return starters[-1]

    yield started
    for starter in starters:
        starter.stop()


@pytest.fixture
def changed(started):
    """As `started`, with the gate's own program after this change."""
    return lambda change: started("-c", CHILD.format(change))


def _fault(content=b"a,b\n", extension="csv"):
    with pytest.raises(Unfit) as raised:
        inspect(io.BytesIO(content), extension)
    return raised.value.fault


class InPieces(io.BytesIO):
    """A reader that gives less than it is asked for."""

    def read(self, size=-1):
        return super().read(min(size, 1000) if size >= 0 else size)


@pytest.mark.parametrize(
    ("content", "extension", "expected"),
    [
        (pdf(), "pdf", "application/pdf"),
        ("дальність;1\n".encode() * 200_000, "csv", "text/csv; charset=utf-8"),
        ("дальність;1\n".encode("utf-16"), "csv", "text/csv; charset=utf-16"),
        (making.real_workbook(), "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (video(), "mp4", "video/mp4"),
        (jpeg(), "jpeg", "image/jpeg"),
        (making.png(), "png", "image/png"),
    ],
)
@pytest.mark.parametrize("opened", [io.BytesIO, InPieces])
def test_honest_file_is_taken_by_the_child(content, extension, expected, opened):
    file = opened(content)

    assert inspect(file, extension) == Inspection(expected)
    assert file.tell() == 0


def test_nothing_and_unknown_types_start_no_child(started):
    started("-c", "")

    assert [_fault(b""), _fault(b"x", "exe")] == [Fault.EMPTY, Fault.OTHER_CONTENT]
    assert inspection.starter._process is None


def test_many_files_at_once_are_all_looked_at():
    with ThreadPoolExecutor(12) as threads:
        found = threads.map(lambda number: inspect(io.BytesIO(b"a,%d\n" % number), "csv").media_type, range(48))

        assert set(found) == {"text/csv; charset=utf-8"}


def test_what_the_reading_of_the_file_raises_is_raised():
    class Broken(io.BytesIO):
        def read(self, size=-1):
            raise ConnectionError("the store is gone")

    with pytest.raises(ConnectionError, match="the store is gone"):
        inspect(Broken(b"a,b\n"), "csv")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (SERVE.format("os._exit(3)"), Fault.DAMAGED),
        (SERVE.format("raise SystemExit"), Fault.DAMAGED),
        (SERVE.format("os.kill(os.getpid(), signal.SIGSEGV)"), Fault.DAMAGED),
        (SERVE.format("os.kill(os.getpid(), signal.SIGKILL)"), Fault.OVER_LIMITS),
        ("child.CPU_SECONDS = 1\n" + SERVE.format("while True: pass"), Fault.OVER_LIMITS),
        ("child.WALL_SECONDS = 1\n" + SERVE.format("time.sleep(60)"), Fault.OVER_LIMITS),
        (LOOK.format("bytearray(1 << 30)"), Fault.OVER_LIMITS),
        (LOOK.format("look(file, extension)"), Fault.OVER_LIMITS),
        (LOOK.format("raise ValueError(extension)"), Fault.DAMAGED),
        (LOOK.format("raise serving.Unfit(serving.Fault.LINKED)"), Fault.LINKED),
        ("os.fork = lambda: 1 / 0", Fault.NOT_LOOKED_AT),
        ("def fork(): raise OSError\nos.fork = fork", Fault.NOT_LOOKED_AT),
    ],
)
def test_child_that_dies_is_a_refusal(changed, change, expected):
    changed(change)

    assert _fault() == expected


def test_child_that_hangs_is_a_refusal(changed, monkeypatch):
    changed(SERVE.format("time.sleep(2)"))
    monkeypatch.setattr(inspection, "WALL_SECONDS", 0.3)

    assert _fault() == Fault.OVER_LIMITS


def test_no_time_left_is_a_refusal(monkeypatch):
    monkeypatch.setattr(inspection, "WALL_SECONDS", 0)

    assert _fault() == Fault.OVER_LIMITS


def test_parser_that_trips_is_written_down_without_a_word_of_the_file(changed, caplog):
    changed(LOOK.format("raise ValueError(file.read())"))

    with caplog.at_level(logging.WARNING):
        assert _fault(b"secret,1\n") == Fault.DAMAGED

    assert [record.getMessage() for record in caplog.records] == ["the gate's parser of csv ended in b'ValueError'"]


TRIES = """
import io, os, socket
def tried(act):
    try:
        act()
    except Exception as error:
        return type(error).__name__
    return "done"
def look(file, extension):
    os.close(1)
    found = [
        tried(lambda: open("/etc/passwd")),
        tried(lambda: open("/tmp/written", "w")),
        tried(lambda: socket.socket()),
        tried(lambda: os.pipe()),
        # Python itself names the encoding of its terminal, which it has not.
        str(set(os.environ) <= {"LC_CTYPE"}),
    ]
    raise type(" ".join(found), (Exception,), {})
serving.look = look
"""


def test_child_opens_writes_and_calls_nothing(changed, caplog):
    """An error is told by its name alone, so the name says what came of each try."""
    changed(TRIES)

    with caplog.at_level(logging.WARNING):
        _fault()

    assert [record.getMessage() for record in caplog.records] == [
        "the gate's parser of csv ended in b'OSError OSError OSError OSError True'"
    ]


# A child that speaks out of turn


class Liar:
    """Stands for the starter; its child has said all it will say."""

    def __init__(self, *messages):
        self.said = b"".join(messages)

    def child(self, extension, act, size):
        ours, theirs = socket.socketpair()
        with theirs:
            theirs.sendall(self.said)
        return ours


def read(start, length):
    return message(READ, SPAN.pack(start, length))


def span(kind, start, length):
    return message(kind, SPAN.pack(start, length))


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([], Fault.NOT_LOOKED_AT),
        ([b"T"], Fault.NOT_LOOKED_AT),
        ([wire.HEADER.pack(TAKEN, 2**31)], Fault.DAMAGED),
        ([message(b"?")], Fault.DAMAGED),
        ([message(READ, b"short")], Fault.DAMAGED),
        ([message(COPY, b"short")], Fault.DAMAGED),
        ([read(0, 1)], Fault.NOT_LOOKED_AT),
        ([read(0, 0)], Fault.DAMAGED),
        ([read(3, 2)], Fault.DAMAGED),
        ([read(2**60, 1)], Fault.DAMAGED),
        ([span(COPY, 3, 2)], Fault.DAMAGED),
        ([span(ZEROS, 0, 5)], Fault.DAMAGED),
        ([message(LITERAL, b"12345")], Fault.DAMAGED),
        ([message(LITERAL, b"12")] * 3, Fault.DAMAGED),
        ([span(COPY, 0, 1)] * 4, Fault.DAMAGED),
        ([message(UNFIT, b"no such fault")], Fault.DAMAGED),
        ([message(TAKEN, b"text/html")], Fault.DAMAGED),
        ([message(TAKEN, b"text/csv; charset=utf-8\n<b>")], Fault.DAMAGED),
        ([message(TAKEN, b"\xff")], Fault.DAMAGED),
    ],
)
def test_nothing_is_believed_that_a_child_cannot_say(monkeypatch, messages, expected):
    monkeypatch.setattr(inspection, "starter", Liar(*messages))
    monkeypatch.setattr(inspection, "PIECES_MAX", 3)
    monkeypatch.setattr(inspection, "LITERAL_BYTES_MAX", 5)

    assert _fault(b"a,b\n") == expected


@pytest.mark.parametrize(("last", "expected"), [(64, Fault.EMPTY), (65, Fault.DAMAGED)])
def test_pieces_together_make_a_file_hardly_longer(monkeypatch, last, expected):
    pieces = [span(COPY, 0, 100), span(ZEROS, 0, last), message(UNFIT, b"empty")]
    monkeypatch.setattr(inspection, "starter", Liar(*pieces))
    monkeypatch.setattr(inspection, "LITERAL_BYTES_MAX", 64)

    assert _fault(b"a,b\n" * 25) == expected


def test_pieces_become_a_file_in_chunks(monkeypatch):
    pieces = [span(COPY, 2, 4), message(LITERAL, b"xyz"), span(ZEROS, 0, 3), message(TAKEN)]
    monkeypatch.setattr(inspection, "starter", Liar(*pieces))
    monkeypatch.setattr(inspection, "CHUNK_BYTES", 3)

    assert list(stripped(io.BytesIO(b"0123456789"), "jpg")) == [b"234", b"5", b"xyz", bytes(3)]


def test_file_that_cannot_be_stripped_gives_no_byte():
    content = jpeg(segment(0xFE, b"note"))[:-2]

    with pytest.raises(Unfit):
        next(stripped(io.BytesIO(content), "jpg"))


# Starting


def test_one_process_serves_many_files_and_a_dead_one_is_replaced():
    starter = inspection.starter
    inspect(io.BytesIO(b"a,b\n"), "csv")
    first = starter._process
    inspect(io.BytesIO(b"a,b\n"), "csv")
    assert starter._process is first

    first.kill()
    first.wait()

    assert inspect(io.BytesIO(b"a,b\n"), "csv").media_type == "text/csv; charset=utf-8"
    assert starter._process is not first


def test_process_that_was_forked_starts_its_own(started):
    starter = started("-m", "tenders.proposals.gate.child")
    inspect(io.BytesIO(b"a,b\n"), "csv")
    first, starter._owner = starter._process, os.getppid()

    inspect(io.BytesIO(b"a,b\n"), "csv")

    assert starter._process is not first
    assert first.wait(60) == 0


def test_stopping_ends_the_process_and_is_no_end_for_good(started):
    starter = started("-m", "tenders.proposals.gate.child")
    starter.stop()
    inspect(io.BytesIO(b"a,b\n"), "csv")
    process = starter._process

    starter.stop()

    assert process.wait(60) == 0
    assert inspect(io.BytesIO(b"a,b\n"), "csv").media_type == "text/csv; charset=utf-8"


def test_process_that_does_not_end_is_not_waited_for(started, monkeypatch):
    starter = started("-c", "import time; time.sleep(600)")
    monkeypatch.setattr("tenders.proposals.gate.starting.ENDING_SECONDS", 0.01)
    starter.child("csv", "inspect", 1).close()

    starter.stop()

    assert starter._process.poll() is None
    starter._process.kill()
    starter._process.wait()


def test_program_that_is_not_there_is_a_refusal(monkeypatch, caplog):
    starter = Starter(("/nowhere/python",))
    monkeypatch.setattr(inspection, "starter", starter)

    assert _fault() == Fault.NOT_LOOKED_AT
    with pytest.raises(NotStarted):
        starter.child("csv", "inspect", 1)
    assert "the gate has no process to read a file with" in caplog.text

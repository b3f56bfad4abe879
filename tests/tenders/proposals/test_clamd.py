import io
import socket
import struct
import threading
import time
from contextlib import contextmanager

import pytest

from tenders.proposals.clamd import NotJudged, ScannerDown, match_in
from tests.services.clamd import EICAR
from tests.services.redis import free_port
from tests.tenders.proposals.gate.making import archive

MEGABYTE = 1024 * 1024


def match(content, address, seconds=10):
    file = io.BytesIO(content)
    found = match_in(file, address=address, seconds=seconds)
    assert file.tell() == 0
    return found


@pytest.mark.parametrize("content", [EICAR, archive({"a.txt": EICAR}), b"%PDF-1.4\n" + EICAR])
def test_real_scanner_finds_what_it_knows(clamd, content):
    assert match(content, clamd.address) in (
        "Test-File",
        "Test-Stream",
        "Test-File.UNOFFICIAL",
        "Test-Stream.UNOFFICIAL",
    )


def test_real_scanner_finds_nothing_in_a_clean_file_by_tcp_and_by_socket(clamd):
    content = b"%PDF-1.4\n" + bytes(MEGABYTE)

    assert [match(content, clamd.address), match(content, clamd.path)] == [None, None]


def test_real_scanner_does_not_judge_more_than_it_takes(clamd):
    with pytest.raises(NotJudged, match="size limit"):
        match(bytes(9 * MEGABYTE), clamd.address)


@pytest.mark.parametrize("address", ["127.0.0.1:{port}", "/nowhere/clamd.sock", "127.0.0.1", "127.0.0.1:x"])
def test_scanner_that_is_not_there_is_down(address):
    with pytest.raises(ScannerDown):
        match(b"x", address.format(port=free_port()))


@contextmanager
def scanner_that(act):
    """A listener that does `act` with the one connection it takes; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            line, _address = server.accept()
            with line:
                act(line)

        thread = threading.Thread(target=serve)
        thread.start()
        yield "{}:{}".format(*server.getsockname())
        thread.join()


def answers(*pieces):
    def act(line):
        got = b""
        while not got.endswith(bytes(4)):
            got += line.recv(MEGABYTE)
        for piece in pieces:
            line.sendall(piece)

    return act


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([b"stream: OK\x00"], None),
        ([b"stream:", b" OK\x00 and more"], None),
        ([b"stream: OK"], None),
        ([b"stream: Name Of It FOUND\x00"], "Name Of It"),
    ],
)
def test_answer_is_understood(pieces, expected):
    with scanner_that(answers(*pieces)) as address:
        assert match(b"x", address) == expected


@pytest.mark.parametrize(
    "answer",
    [
        b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\x00",
        b"INSTREAM size limit exceeded. ERROR\x00",
        b"x" * 5000,
    ],
)
def test_answer_without_a_verdict_is_none(answer):
    with scanner_that(answers(answer)) as address, pytest.raises(NotJudged):
        match(b"x", address)


def test_line_that_is_closed_without_an_answer_means_down():
    with scanner_that(answers()) as address, pytest.raises(ScannerDown):
        match(b"x", address)


def test_line_that_is_closed_while_much_is_sent_is_no_verdict():
    with scanner_that(lambda line: line.recv(1)) as address, pytest.raises(NotJudged):
        match(bytes(20 * MEGABYTE), address)


def test_line_that_is_reset_before_an_answer_means_down():
    def reset(line):
        answers()(line)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with scanner_that(reset) as address, pytest.raises(ScannerDown):
        match(b"x", address)


def test_scanner_that_hangs_costs_no_more_than_it_may():
    done = threading.Event()

    with scanner_that(lambda line: done.wait(10)) as address:
        with pytest.raises(ScannerDown):
            match(b"x", address, seconds=0.1)
        done.set()


def test_store_that_is_slow_costs_no_more_than_it_may():
    class Slow(io.BytesIO):
        def read(self, size=-1):
            time.sleep(0.1)
            return super().read(size)

    done = threading.Event()

    with scanner_that(lambda line: done.wait(10)) as address:
        with pytest.raises(ScannerDown):
            match_in(Slow(b"x"), address=address, seconds=0.05)
        done.set()


def test_scanner_that_takes_no_bytes_costs_no_more_than_it_may():
    done = threading.Event()

    with scanner_that(lambda line: done.wait(10)) as address:
        with pytest.raises(ScannerDown):
            match(bytes(20 * MEGABYTE), address, seconds=0.2)
        done.set()

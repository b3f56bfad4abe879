"""A client of clamd for the one thing that is asked of it: is there something harmful in this stream of bytes."""

import socket
import struct
import time
from dataclasses import dataclass
from typing import BinaryIO

CHUNK_BYTES = 256 * 1024
ANSWER_BYTES_MAX = 4096
CONNECT_SECONDS = 3
COMMAND = b"zINSTREAM\x00"
FOUND, CLEAN = " FOUND", "OK"
# clamd may be told to report a file that is larger than it reads; that is no match of anything.
OVER_ITS_LIMITS = "Heuristics.Limits.Exceeded"


class ScannerDown(Exception):
    """No answer is to be had: it cannot be reached, or does not answer in time."""


class NotJudged(Exception):
    """The scanner answered that it cannot judge this file; asking again at once would not help."""


def match_in(file: BinaryIO, *, address: str, seconds: float) -> str | None:
    """The name of what clamd found in the file; None where it found nothing. Leaves the file at its start.

    `address` is host:port or the path of a socket. Raises ScannerDown after `seconds` and one read of the file at the
    latest, and NotJudged; what reading the file raises is raised as it is.
    """
    file.seek(0)
    ends_at = time.monotonic() + seconds
    with _connected(address, min(CONNECT_SECONDS, seconds)) as sock:
        line = _Line(sock, ends_at)
        is_open = line.send(COMMAND)
        while is_open and (chunk := file.read(CHUNK_BYTES)):
            # A stream that is too long for clamd is answered before it ends.
            is_open = line.send(struct.pack(">I", len(chunk)) + chunk)
        if is_open:
            line.send(bytes(4))
        file.seek(0)
        answer = line.answer()
        if not is_open and not answer:
            # Whoever closes a line with bytes still coming may lose the own last words.
            raise NotJudged("the line was closed before the file ended")
        return _verdict(answer)


def _connected(address: str, seconds: float) -> socket.socket:
    try:
        if not address.startswith("/"):
            host, _, port = address.rpartition(":")
            return socket.create_connection((host, int(port)), timeout=seconds)
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.settimeout(seconds)
        sock.connect(address)
    except (OSError, ValueError) as error:
        raise ScannerDown(str(error)) from error
    return sock


@dataclass
class _Line:
    sock: socket.socket
    ends_at: float

    def send(self, data: bytes) -> bool:
        """Whether it went out; False where the other side has closed the line."""
        self._wait_no_longer()
        try:
            self.sock.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return False
        except OSError as error:
            raise ScannerDown(str(error)) from error
        return True

    def answer(self) -> str:
        """All that the other side says until it closes the line or ends its sentence with a zero byte."""
        got = b""
        while b"\x00" not in got and len(got) < ANSWER_BYTES_MAX:
            self._wait_no_longer()
            try:
                more = self.sock.recv(ANSWER_BYTES_MAX)
            except ConnectionResetError:
                break
            except OSError as error:
                raise ScannerDown(str(error)) from error
            if not more:
                break
            got += more
        return got.partition(b"\x00")[0].decode("utf-8", "replace").strip()

    def _wait_no_longer(self) -> None:
        left = self.ends_at - time.monotonic()
        if left <= 0:
            raise ScannerDown("no answer in time")
        self.sock.settimeout(left)


def _verdict(answer: str) -> str | None:
    """What the answer says: `stream: OK`, `stream: NAME FOUND`, or a sentence that ends in ERROR."""
    told = answer.removeprefix("stream: ")
    if told == CLEAN:
        return None
    if told.endswith(FOUND) and not told.startswith(OVER_ITS_LIMITS):
        return told.removesuffix(FOUND)
    if not told:
        raise ScannerDown("the line was closed without an answer")
    raise NotJudged(told)

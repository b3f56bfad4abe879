"""The gate's door for the rest of the portal: look into a file, take out what a photo or a video tells besides.

Both are done by a child process (child.py). This side starts it, serves it ranges of the file, and believes nothing it
says without looking: a child that dies, hangs or talks nonsense is a refusal, never an error page.
"""

import logging
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO

from tenders.proposals.gate import wire
from tenders.proposals.gate.heads import HEAD_BYTES, leading_fault
from tenders.proposals.gate.starting import NotStarted, starter
from tenders.proposals.gate.verdict import MEDIA_TYPES, UTF16_CSV, Fault, Inspection, Metadata, Unfit

__all__ = [
    "CHUNK_BYTES",
    "HEAD_BYTES",
    "MEDIA_TYPES",
    "Fault",
    "Inspection",
    "Metadata",
    "Unfit",
    "inspect",
    "leading_fault",
    "stripped",
]

logger = logging.getLogger(__name__)

WALL_SECONDS = 60
ENDS_OF_LIMITS = {str(-number).encode() for number in (signal.SIGKILL, signal.SIGXCPU, signal.SIGALRM)}
CHILDREN_MAX = 4  # in one process of the portal, so that many uploads at once take turns and not the memory
PIECES_MAX = 100_000
LITERAL_BYTES_MAX = 16 * 1024 * 1024
CHUNK_BYTES = 1024 * 1024
KNOWN_TYPES = {*MEDIA_TYPES.values(), UTF16_CSV}

_turns = threading.BoundedSemaphore(CHILDREN_MAX)


def inspect(file: BinaryIO, extension: str) -> Inspection:
    """What the file is and what it tells besides. Raises Unfit with the fault of a file that may not be taken.

    `file` is opened for reading in binary and can seek: a reader of a content, or an upload in memory. It is read in
    chunks, is left at its start, and what its own reading raises is raised here.
    """
    size = _size(file)
    if not size:
        raise Unfit(Fault.EMPTY)
    if extension not in MEDIA_TYPES:
        raise Unfit(Fault.OTHER_CONTENT)
    _pieces, told = _told(file, size, extension, wire.INSPECT)
    media_type, *metadata = told.decode("ascii", "replace").split("\n")
    if media_type not in KNOWN_TYPES or not set(metadata) <= set(Metadata):
        raise Unfit(Fault.DAMAGED)
    return Inspection(media_type, tuple(metadata))


def stripped(file: BinaryIO, extension: str) -> Iterator[bytes]:
    """The same file without what `Inspection.metadata` named, in chunks of at most 1 MiB.

    For a file that `inspect` took and no other. Nothing comes out before the child has looked at the result as it
    looked at the file; Unfit where that shows anything left.
    """
    size = _size(file)
    pieces, _ = _told(file, size, extension, wire.STRIP)
    for piece in pieces:
        yield from _chunks(file, piece)
    file.seek(0)


def _size(file: BinaryIO) -> int:
    file.seek(0, 2)
    return file.tell()


def _chunks(file: BinaryIO, piece: wire.Piece) -> Iterator[bytes]:
    if isinstance(piece, bytes):
        yield piece
        return
    for done in range(0, piece.size, CHUNK_BYTES):
        length = min(CHUNK_BYTES, piece.size - done)
        yield _range(file, piece.start + done, length) if isinstance(piece, wire.Copy) else bytes(length)


def _range(file: BinaryIO, start: int, length: int) -> bytes:
    """These bytes, fewer only at the end; a reader that gives fewer at a time is asked again."""
    file.seek(start)
    got = file.read(length)
    while len(got) < length and (more := file.read(length - len(got))):
        got += more
    return got


# The child


class _Gone(Exception):
    """There is nobody to talk to; `fault` is what that means for the file."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass
class _Line:
    """Our end of the socket, with the seconds that are left for the whole talk."""

    ours: socket.socket
    ends_at: float = field(default_factory=lambda: time.monotonic() + WALL_SECONDS)

    def receive(self, size: int) -> bytes:
        got = bytearray()
        while len(got) < size:
            with self._waiting():
                chunk = self.ours.recv(size - len(got))
            if not chunk:
                raise _Gone(Fault.NOT_LOOKED_AT)
            got += chunk
        return bytes(got)

    def send(self, data: bytes) -> None:
        with self._waiting():
            self.ours.sendall(data)

    def message(self) -> tuple[bytes, bytes]:
        kind, length = wire.HEADER.unpack(self.receive(wire.HEADER.size))
        if length > wire.MESSAGE_BYTES_MAX:
            raise _Gone(Fault.DAMAGED)
        return kind, self.receive(length)

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        left = self.ends_at - time.monotonic()
        if left <= 0:
            raise _Gone(Fault.OVER_LIMITS)
        self.ours.settimeout(left)
        try:
            yield
        except TimeoutError:
            raise _Gone(Fault.OVER_LIMITS) from None
        except OSError:
            raise _Gone(Fault.NOT_LOOKED_AT) from None


def _told(file: BinaryIO, size: int, extension: str, act: str) -> tuple[list[wire.Piece], bytes]:
    """The pieces and the last words of a child that took the file; raises Unfit with the fault of any other."""
    try:
        with _turns, starter.child(extension, act, size) as ours:
            pieces, kind, body = _talk(_Line(ours), file, size)
    except NotStarted:
        raise Unfit(Fault.NOT_LOOKED_AT) from None
    except _Gone as gone:
        raise Unfit(gone.fault) from None
    finally:
        file.seek(0)
    if kind == wire.TAKEN:
        return pieces, body
    raise Unfit(_fault(kind, body, extension))


def _fault(kind: bytes, body: bytes, extension: str) -> Fault:
    """What the last words mean, of the child or of the process that saw it die."""
    if kind == wire.UNFIT and body in {fault.encode() for fault in Fault}:
        return Fault(body.decode())
    if kind == wire.ENDED and body in ENDS_OF_LIMITS:
        return Fault.OVER_LIMITS
    logger.warning("the gate's parser of %s ended in %s", extension, body[:100])
    return Fault.DAMAGED


def _talk(line: _Line, file: BinaryIO, size: int) -> tuple[list[wire.Piece], bytes, bytes]:
    pieces: list[wire.Piece] = []
    literal_bytes = told_bytes = 0
    while True:
        kind, body = line.message()
        if kind in (wire.TAKEN, wire.UNFIT, wire.BROKEN, wire.ENDED):
            return pieces, kind, body
        if kind == wire.READ:
            _serve(line, file, size, body)
            continue
        pieces.append(_sound(kind, body, size))
        literal_bytes += len(body)
        told_bytes += wire.size_of(pieces[-1])
        # Taking out makes no file longer, but for the few bytes that stand for what is left.
        is_longer = told_bytes > size + LITERAL_BYTES_MAX
        if len(pieces) > PIECES_MAX or literal_bytes > LITERAL_BYTES_MAX or is_longer:
            raise _Gone(Fault.DAMAGED)


def _serve(line: _Line, file: BinaryIO, size: int, body: bytes) -> None:
    start, length = wire.SPAN.unpack(body) if len(body) == wire.SPAN.size else (0, 0)
    if not 0 < length <= wire.READ_BYTES_MAX or start + length > size:
        raise _Gone(Fault.DAMAGED)
    data = _range(file, start, length)
    line.send(wire.LENGTH.pack(len(data)) + data)


def _sound(kind: bytes, body: bytes, size: int) -> wire.Piece:
    """The piece, unless it reaches past the file or makes more of nothing than the file was long."""
    piece = wire.piece_of(kind, body)
    end = wire.size_of(piece) + (piece.start if isinstance(piece, wire.Copy) else 0) if piece is not None else 0
    if piece is None or end > size:
        raise _Gone(Fault.DAMAGED)
    return piece

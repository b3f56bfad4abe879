"""How the portal and the child process that reads a file speak over one socket. Pure; bytes in and out.

The child asks READ and gets a length and that many bytes; it tells PIECE after PIECE where it strips a file, and ends
with TAKEN, UNFIT or BROKEN. Every message of the child begins with its kind and the length of what follows.
"""

import struct
from dataclasses import dataclass

HEADER = struct.Struct(">cI")
LENGTH = struct.Struct(">I")
SPAN = struct.Struct(">QQ")

READ, COPY, LITERAL, ZEROS, TAKEN, UNFIT, BROKEN = b"R", b"C", b"L", b"Z", b"T", b"U", b"B"
INSPECT, STRIP = "inspect", "strip"

READ_BYTES_MAX = 1024 * 1024
MESSAGE_BYTES_MAX = 4 * 1024 * 1024


@dataclass(frozen=True)
class Copy:
    """`size` bytes of the file that came in, from `start`."""

    start: int
    size: int


@dataclass(frozen=True)
class Zeros:
    size: int


# A stripped file, one piece after the other; bytes stand for themselves.
Piece = Copy | Zeros | bytes


def size_of(piece: Piece) -> int:
    return len(piece) if isinstance(piece, bytes) else piece.size


def message(kind: bytes, body: bytes = b"") -> bytes:
    return HEADER.pack(kind, len(body)) + body


def piece_message(piece: Piece) -> bytes:
    match piece:
        case Copy(start, size):
            return message(COPY, SPAN.pack(start, size))
        case Zeros(size):
            return message(ZEROS, SPAN.pack(0, size))
        case _:
            return message(LITERAL, piece)


def piece_of(kind: bytes, body: bytes) -> Piece | None:
    """The piece that a message tells; None where it tells none."""
    if kind == LITERAL:
        return body
    if kind not in (COPY, ZEROS) or len(body) != SPAN.size:
        return None
    start, size = SPAN.unpack(body)
    return Copy(start, size) if kind == COPY else Zeros(size)

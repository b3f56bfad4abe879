"""How the portal and the child process that reads a file speak over one socket. Pure; bytes in and out.

The child asks READ and gets a length and that many bytes; it tells piece after piece where it strips a file, and ends
with TAKEN, UNFIT or BROKEN. Where it dies without one, the process that forked it tells ENDED. Every message begins
with its kind and the length of what follows.
"""

import struct
from dataclasses import dataclass

HEADER = struct.Struct(">cI")
LENGTH = struct.Struct(">I")
SPAN = struct.Struct(">QQ")

READ, COPY, LITERAL, ZEROS = b"R", b"C", b"L", b"Z"
TAKEN, UNFIT, BROKEN, ENDED = b"T", b"U", b"B", b"E"
INSPECT, STRIP = "inspect", "strip"

ORDER_BYTES = 64
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


def order(extension: str, act: str, size: int) -> bytes:
    """What a socket is for, as it is sent along; always as long, for one order may follow at once on another."""
    return f"{extension} {act} {size}".encode().ljust(ORDER_BYTES)


def order_of(data: bytes) -> tuple[str, str, int]:
    extension, act, size = data.decode().split()
    return extension, act, int(size)


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

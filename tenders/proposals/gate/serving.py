"""What a child does for one file, from the first question to its last word. Pure: it is given its ways to speak."""

import io
from collections.abc import Callable
from typing import BinaryIO

from tenders.proposals.gate import wire
from tenders.proposals.gate.looking import look, stripped_pieces
from tenders.proposals.gate.ranges import RangeFile
from tenders.proposals.gate.verdict import Fault, Unfit


def serve(extension: str, act: str, size: int, receive: Callable[[int], bytes], send: Callable[[bytes], None]) -> None:
    """Carry out one act and tell the outcome. `receive(n)` gives exactly n bytes."""
    file = io.BufferedReader(RangeFile(size, _asking(receive, send)))
    try:
        send(_outcome(file, extension, act, send))
    except Unfit as unfit:
        send(wire.message(wire.UNFIT, unfit.fault.encode()))
    except (MemoryError, RecursionError):
        send(wire.message(wire.UNFIT, Fault.OVER_LIMITS.encode()))
    except Exception as error:
        # A parser that trips over a file says so; the portal refuses the file and writes down the kind of error.
        send(wire.message(wire.BROKEN, type(error).__name__.encode()))


def _asking(receive: Callable[[int], bytes], send: Callable[[bytes], None]) -> Callable[[int, int], bytes]:
    def ask(offset: int, length: int) -> bytes:
        send(wire.message(wire.READ, wire.SPAN.pack(offset, length)))
        return receive(wire.LENGTH.unpack(receive(wire.LENGTH.size))[0])

    return ask


def _outcome(file: BinaryIO, extension: str, act: str, send: Callable[[bytes], None]) -> bytes:
    if act == wire.STRIP:
        for piece in stripped_pieces(file, extension):
            send(wire.piece_message(piece))
        return wire.message(wire.TAKEN)
    inspection = look(file, extension)
    return wire.message(wire.TAKEN, "\n".join([inspection.media_type, *inspection.metadata]).encode())

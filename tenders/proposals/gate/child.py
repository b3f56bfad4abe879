"""The process that reads one file for the portal: `python -m tenders.proposals.gate.child EXTENSION ACT SIZE`.

It has no Django, no key, no environment and no file: its only descriptor is the socket at 0, over which the portal
serves ranges of the clear bytes. It limits itself before it reads the first of them, so that a parser that is deceived
can neither open nor write nor call anything, and dies at a few seconds of work or a few megabytes too many.
"""

import codecs
import io
import os
import resource
import sys
from collections.abc import Callable
from typing import BinaryIO

from tenders.proposals.gate import wire
from tenders.proposals.gate.looking import look, stripped_pieces
from tenders.proposals.gate.ranges import RangeFile
from tenders.proposals.gate.verdict import Fault, Unfit

CPU_SECONDS = 5
MEMORY_BYTES = 160 * 1024 * 1024
SOCKET = 0
# Codecs are modules that Python loads at their first use, which would be after the last file could be opened.
CODECS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp437", "latin-1")


def main() -> None:
    extension, act, size = sys.argv[1:]
    for name in CODECS:
        codecs.lookup(name)
    limit()
    serve(extension, act, int(size), _receive, _send)


def limit() -> None:
    """Take from this process, for good, what reading a file does not need."""
    for name, most in (
        ("RLIMIT_CPU", CPU_SECONDS),
        ("RLIMIT_AS", _address_space_bytes() + MEMORY_BYTES),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_NPROC", 0),
        ("RLIMIT_NOFILE", 3),
    ):
        resource.setrlimit(getattr(resource, name), (most, most))


def _address_space_bytes() -> int:
    """What the interpreter has mapped already, where the system tells; else a guess that is not too small."""
    try:
        with open("/proc/self/statm", "rb") as told:
            return int(told.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 256 * 1024 * 1024


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


def _receive(size: int) -> bytes:
    got = bytearray()
    while len(got) < size:
        chunk = os.read(SOCKET, size - len(got))
        if not chunk:
            # The portal went away: nobody waits for an answer.
            os._exit(1)
        got += chunk
    return bytes(got)


def _send(data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(SOCKET, view) :]


if __name__ == "__main__":
    main()

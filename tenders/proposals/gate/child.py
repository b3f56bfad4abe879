"""The processes that read files for the portal: `python -m tenders.proposals.gate.child`.

The first of them has no Django, no key and no environment. It reads no file: it waits at its descriptor 0 for sockets,
and forks for each one a child that serves one file and dies. So a file costs a fork and not a start of Python, and
nothing that one file does to its child lives on to the next.

A child's only descriptor is its socket, over which the portal serves ranges of the clear bytes. It limits itself
before it reads the first of them, so that a parser that is deceived can neither open nor write nor call anything, and
dies at a few seconds of work or a few megabytes too many.
"""

import codecs
import os
import resource
import signal
import socket
from collections.abc import Callable

from tenders.proposals.gate import wire
from tenders.proposals.gate.serving import serve

CPU_SECONDS = 5
WALL_SECONDS = 90  # more than the portal waits
MEMORY_BYTES = 160 * 1024 * 1024
SOCKET = 0
CODECS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp437", "latin-1")


def main() -> None:
    """Fork for every socket that comes, until the portal goes away."""
    # An interrupt at a terminal reaches the whole group: the portal ends in its own order, and this process after it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    prepare()
    with socket.socket(fileno=SOCKET) as control:
        while True:
            order, sockets, _flags, _address = socket.recv_fds(control, wire.ORDER_BYTES, 1)
            if not order:
                return
            _fork(lambda order=order, line=sockets[0]: _mind(line, *wire.order_of(order)))
            os.close(sockets[0])


def _fork(work: Callable[[], None]) -> int:
    """Do the work in a process of its own, which ends with it; gives its id, or 0 where no process is to be had."""
    try:
        pid = os.fork()
    except OSError:
        return 0
    if pid:
        return pid
    try:
        work()
    except BaseException:
        os._exit(1)
    os._exit(0)


def _mind(line: int, extension: str, act: str, size: int) -> None:
    """Start the child on the socket and wait for it, to tell the portal how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(line, SOCKET)
    os.close(line)
    if pid := _fork(lambda: _read(extension, act, size)):
        _pid, status = os.waitpid(pid, 0)
        _send(wire.message(wire.ENDED, str(os.waitstatus_to_exitcode(status)).encode()))


def _read(extension: str, act: str, size: int) -> None:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(WALL_SECONDS)
    limit()
    serve(extension, act, size, _receive, _send)


def prepare() -> None:
    """Load what Python would load at its first use, when no file can be opened any more."""
    for name in CODECS:
        codecs.lookup(name)


def limit() -> None:
    """Take from this process, for good, what reading a file does not need."""
    for name, most in (
        ("RLIMIT_CPU", CPU_SECONDS),
        ("RLIMIT_AS", _address_space_bytes() + MEMORY_BYTES),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_NPROC", 0),
        # Not even in the place of one that it closes: a descriptor has to be below this number.
        ("RLIMIT_NOFILE", 0),
    ):
        resource.setrlimit(getattr(resource, name), (most, most))


def _address_space_bytes() -> int:
    """What the interpreter has mapped already, where the system tells; else a guess that is not too small."""
    try:
        with open("/proc/self/statm", "rb") as told:
            return int(told.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 256 * 1024 * 1024


def _receive(size: int) -> bytes:
    got = bytearray()
    while len(got) < size:
        chunk = os.read(SOCKET, size - len(got))
        if not chunk:
            # The portal went away: nobody waits for an answer.
            os._exit(0)
        got += chunk
    return bytes(got)


def _send(data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(SOCKET, view) :]


if __name__ == "__main__":
    main()

"""Children of the gate, on demand: one process that forks them for as long as this process of the portal lives."""

import atexit
import contextlib
import logging
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

from tenders.proposals.gate import wire

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[3]
COMMAND = (sys.executable, "-E", "-s", "-m", "tenders.proposals.gate.child")
ENDING_SECONDS = 2


class NotStarted(Exception):
    """No child is to be had."""


class Starter:
    """Starts `command` at the first need, again when it has died, and anew in a process that was forked since."""

    def __init__(self, command: tuple[str, ...] = COMMAND) -> None:
        self._command = command
        self._lock = threading.Lock()
        self._process: subprocess.Popen | None = None
        self._control: socket.socket | None = None
        self._owner = 0

    def child(self, extension: str, act: str, size: int) -> socket.socket:
        """Our end of the socket to a child that begins this act now. Raises NotStarted."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._hand_over(theirs, wire.order(extension, act, size))
            except OSError:
                ours.close()
                logger.exception("the gate has no process to read a file with")
                raise NotStarted from None
        return ours

    def stop(self) -> None:
        """End the process; a child that reads a file just now is not disturbed."""
        with self._lock:
            self._end()

    def _hand_over(self, theirs: socket.socket, order: bytes) -> None:
        with self._lock:
            try:
                socket.send_fds(self._running(), [order], [theirs.fileno()])
            except (BrokenPipeError, ConnectionResetError):
                self._end()
                socket.send_fds(self._running(), [order], [theirs.fileno()])

    def _running(self) -> socket.socket:
        if self._control is None or self._owner != os.getpid():
            self._start()
        return self._control

    def _start(self) -> None:
        control, other = socket.socketpair()
        with other:
            # The arguments are words of our own; every descriptor but the socket is closed before the program starts.
            self._process = subprocess.Popen(  # noqa: S603
                self._command, stdin=other, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={}, cwd=ROOT
            )
        self._control, self._owner = control, os.getpid()

    def _end(self) -> None:
        if self._control is None or self._owner != os.getpid():
            return
        self._control.close()
        self._control = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(ENDING_SECONDS)


starter = Starter()
atexit.register(starter.stop)

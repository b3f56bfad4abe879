"""A body that hardly comes is cut off, so that nobody keeps a thread of the server for as long as they please.

Every step has STEP_SECONDS to arrive. One of STEP_BYTES in that time is about a kilobit a second, a sixtieth of the
slowest line that the portal is made for; while a line is quick its steps are larger, because each has its cost. What
came before the cut is handed on, as with any line that breaks, and an upload goes on from there. A body that ends
before its length is an error and no shorter body.
"""

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

logger = logging.getLogger(__name__)

STEP_BYTES = 8 * 1024
LARGE_STEP_BYTES = 256 * 1024
QUICK_SECONDS = 0.5
STEP_SECONDS = 60.0
LOOK_SECONDS = 2.0


class Patient:
    """The application, whose bodies are read with a limit to the waiting where gunicorn is the server."""

    def __init__(self, application: Callable) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Any:
        line, length = environ.get("gunicorn.socket"), environ.get("CONTENT_LENGTH") or "0"
        if line is not None and length.isdecimal() and int(length):
            environ["wsgi.input"] = PatientBody(environ["wsgi.input"], line, int(length))
        return self.application(environ, start_response)


class PatientBody:
    """As much of `wsgi.input` as Django uses."""

    def __init__(self, body: Any, line: socket.socket, length: int) -> None:
        self._body, self._line, self._left = body, line, length
        self._step = STEP_BYTES

    def read(self, size: int = -1) -> bytes:
        """Raises ConnectionAbortedError where nothing more comes of a body that is not whole."""
        wanted = self._left if size < 0 else min(size, self._left)
        pieces, got = [], 0
        while got < wanted:
            step, begun = min(self._step, wanted - got), time.monotonic()
            with _watchdog.watching(self._line):
                piece = self._body.read(step)
            is_quick = time.monotonic() - begun < QUICK_SECONDS
            self._step = min(2 * self._step, LARGE_STEP_BYTES) if is_quick else STEP_BYTES
            pieces.append(piece)
            got += len(piece)
            if len(piece) < step:
                break
        return self._counted(b"".join(pieces), wanted)

    def readline(self, size: int = -1) -> bytes:
        with _watchdog.watching(self._line):
            return self._counted(self._body.readline(size), min(self._left, 1))

    def _counted(self, read: bytes, wanted: int) -> bytes:
        if wanted and not read:
            raise ConnectionAbortedError(f"the body ended {self._left} bytes before its length")
        self._left -= len(read)
        return read


class _Watchdog:
    """One thread of a process that ends the reading of lines from which a step did not come in time."""

    def __init__(self) -> None:
        self._ends_at: dict[int, tuple[float, socket.socket]] = {}
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    @contextmanager
    def watching(self, line: socket.socket) -> Iterator[None]:
        self._ends_at[id(line)] = time.monotonic() + STEP_SECONDS, line
        if self._thread is None:
            self._start()
        try:
            yield
        finally:
            self._ends_at.pop(id(line), None)

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="patience", daemon=True)
                self._thread.start()

    def _watch(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            now = time.monotonic()
            for key, (ends_at, line) in self._ends_at.copy().items():
                if ends_at <= now and self._ends_at.pop(key, None):
                    _cut(line)


def _cut(line: socket.socket) -> None:
    """Whoever waits to read from it reads its end; an answer can still be written."""
    logger.info("a body came too slowly and was cut off")
    try:
        line.shutdown(socket.SHUT_RD)
    except OSError:
        # It broke by itself in this very moment.
        return


_watchdog = _Watchdog()

"""The body of an upload: read from the server piece by piece and handed on, never asked for as a whole."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpRequest

# A reading waits until it is full, and a line that breaks meanwhile takes along what it has. So it is small, but where
# the line is quick enough to fill it at once it grows, for small ones cost the server many copies.
READ_BYTES_LEAST = 8 * 1024
READ_BYTES_MOST = 1024 * 1024
QUICK_SECONDS = 0.05
SLOW_SECONDS = 0.5
SILENCE_SECONDS = 60


def chunks(request: HttpRequest, size: int) -> Iterator[bytes]:
    """The body as it comes; ConnectionError where it ends before its length."""
    left, piece, begun = size, READ_BYTES_LEAST, time.monotonic()
    try:
        while left and (chunk := request.read(min(piece, left))):
            piece = _next_piece(piece, time.monotonic() - begun)
            left -= len(chunk)
            yield chunk
            begun = time.monotonic()
    except OSError as error:
        raise ConnectionAbortedError(f"the body broke off {left} bytes before its end") from error
    if left:
        raise ConnectionAbortedError(f"the body ended {left} bytes before its length")


def _next_piece(piece: int, seconds: float) -> int:
    """Twice as much where the last piece came at once, the least where it took long."""
    if seconds < QUICK_SECONDS:
        return min(2 * piece, READ_BYTES_MOST)
    return READ_BYTES_LEAST if seconds > SLOW_SECONDS else piece


@contextmanager
def given_up_on_silence(request: HttpRequest) -> Iterator[None]:
    """A client that sends nothing any more must not keep a thread of the server for ever."""
    line = request.META.get("gunicorn.socket")
    if line is None:
        yield
        return
    before = line.gettimeout()
    line.settimeout(SILENCE_SECONDS)
    try:
        yield
    finally:
        line.settimeout(before)

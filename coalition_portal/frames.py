"""Bytes encrypted in frames: written as they come, and read in clear from any place with one frame in memory.

A frame is a nonce, at most one MiB under AES-GCM, and its tag. It is bound to the name of what it belongs to, to its
number there and to whether it is the last, so that nothing can be altered, swapped, repeated or cut unseen.
"""

import io
import os
from collections.abc import Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FRAME_BYTES = 1024 * 1024
NONCE_BYTES = 12
TAG_BYTES = 16
SEALED_FRAME_BYTES = NONCE_BYTES + FRAME_BYTES + TAG_BYTES


class FrameDamaged(Exception):
    """The frame is not what was written under this key, name and number."""


class FrameSealer:
    """Takes clear bytes in pieces of any size; gives sealed frames, in pieces too, as soon as the last one is known."""

    def __init__(self, key: bytes, name: str) -> None:
        self.size_bytes = 0  # in clear, of the frames given out
        self._cipher, self._name = AESGCM(key), name
        self._waiting, self._frame = bytearray(), 0

    def take(self, chunk: bytes) -> Iterator[bytes]:
        self._waiting += chunk
        while len(self._waiting) > FRAME_BYTES:
            yield from self._sealed(FRAME_BYTES, is_last=False)

    def end(self) -> Iterator[bytes]:
        """The last frame; nothing where nothing was taken."""
        if self._waiting:
            yield from self._sealed(len(self._waiting), is_last=True)

    def _sealed(self, size: int, *, is_last: bool) -> tuple[bytes, bytes]:
        """The nonce and the rest of a frame of the first so many bytes that wait; they are not copied before."""
        nonce = os.urandom(NONCE_BYTES)
        with memoryview(self._waiting) as waiting, waiting[:size] as clear:
            sealed = self._cipher.encrypt(nonce, clear, _bound_to(self._name, self._frame, is_last))
        del self._waiting[:size]
        self._frame += 1
        self.size_bytes += size
        return nonce, sealed


def opened_frame(sealed: bytes, *, key: bytes, name: str, frame: int, is_last: bool) -> bytes:
    """The clear bytes of one frame; raises FrameDamaged."""
    view = memoryview(sealed)
    try:
        return AESGCM(key).decrypt(view[:NONCE_BYTES], view[NONCE_BYTES:], _bound_to(name, frame, is_last))
    except (InvalidTag, ValueError) as error:
        raise FrameDamaged(f"frame {frame} of {name} is not what was written") from error


def place_of(frame: int) -> int:
    """Where a frame begins among the sealed bytes."""
    return frame * SEALED_FRAME_BYTES


def sealed_size(clear_bytes: int, frame: int) -> int:
    """How long the sealed form of a frame is in a whole of so many clear bytes."""
    return NONCE_BYTES + min(FRAME_BYTES, clear_bytes - frame * FRAME_BYTES) + TAG_BYTES


def last_frame(clear_bytes: int) -> int:
    """The number of the last frame of so many clear bytes, at least one."""
    return (clear_bytes - 1) // FRAME_BYTES


def clear_bytes_of(sealed_bytes: int) -> int:
    """How many clear bytes stand behind so many sealed ones."""
    frames = -(-sealed_bytes // SEALED_FRAME_BYTES)
    return sealed_bytes - frames * (NONCE_BYTES + TAG_BYTES)


def _bound_to(name: str, frame: int, is_last: bool) -> bytes:
    return f"{name}/{frame}/{'last' if is_last else 'more'}".encode()


class ClearReader(io.RawIOBase):
    """A read-only file of `size` clear bytes that can seek; an heir says which bytes stand at a position."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def readinto(self, buffer) -> int:
        found = self._at(self._position)[: len(buffer)]
        buffer[: len(found)] = found
        self._position += len(found)
        return len(found)

    def read(self, size: int | None = -1) -> bytes:
        """As many bytes as asked for, fewer only at the end: parsers and hashes take a short read for the end."""
        left = max(0, self.size - self._position)
        wanted = left if size is None or size < 0 else min(size, left)
        pieces, got = [], 0
        while got < wanted:
            piece = self._at(self._position)[: wanted - got]
            pieces.append(piece)
            got += len(piece)
            self._position += len(piece)
        if len(pieces) == 1 and len(pieces[0]) == len(pieces[0].obj):
            return pieces[0].obj  # A whole frame, as most readings ask for, is handed on without a copy.
        return b"".join(pieces)

    def _at(self, position: int) -> memoryview:
        """The clear bytes from `position` to the end of its frame; never empty before the end of the whole."""
        raise io.UnsupportedOperation("an heir says what is read")

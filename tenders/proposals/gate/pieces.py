"""A file as it will be when its pieces stand one after the other, readable before it is written. Pure."""

import io
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import BinaryIO

from tenders.proposals.gate.wire import Copy, Piece, size_of


class PiecedFile(io.RawIOBase):
    """Reads `pieces` over `source`, whose position it moves."""

    def __init__(self, source: BinaryIO, pieces: Sequence[Piece]) -> None:
        super().__init__()
        self._source = source
        self._pieces = [piece for piece in pieces if size_of(piece)]
        self._starts = [0, *accumulate(size_of(piece) for piece in self._pieces)]
        self._position = 0

    @property
    def size(self) -> int:
        return self._starts[-1]

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._position = max({io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence] + offset, 0)
        return self._position

    def readinto(self, buffer: bytearray) -> int:
        """Fills `buffer` from one piece; 0 at the end."""
        if self._position >= self.size:
            return 0
        index = bisect_right(self._starts, self._position) - 1
        within = self._position - self._starts[index]
        got = self._read(self._pieces[index], within, len(buffer))
        buffer[: len(got)] = got
        self._position += len(got)
        return len(got)

    def _read(self, piece: Piece, within: int, most: int) -> bytes:
        size = min(most, size_of(piece) - within)
        if isinstance(piece, bytes):
            return piece[within : within + size]
        if isinstance(piece, Copy):
            self._source.seek(piece.start + within)
            return self._source.read(size)
        return bytes(size)


def overwritten(size: int, changes: dict[int, Piece]) -> list[Piece]:
    """A file of that size in which the piece of each key stands from that offset; ValueError where two overlap."""
    pieces: list[Piece] = []
    position = 0
    for start, piece in sorted(changes.items(), key=lambda item: item[0]):
        if start < position:
            raise ValueError(f"got a change at {start}, wanted none before {position}")
        pieces += [Copy(position, start - position), piece]
        position = start + size_of(piece)
    if position > size:
        raise ValueError(f"got a change up to {position}, wanted none past {size}")
    return [*pieces, Copy(position, size - position)]

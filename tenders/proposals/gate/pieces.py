"""A file as it will be when its pieces stand one after the other, readable before it is written. Pure."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import BinaryIO

from tenders.proposals.gate.seekable import SeekableFile
from tenders.proposals.gate.wire import Copy, Piece, size_of


class PiecedFile(SeekableFile):
    """Reads `pieces` over `source`, whose position it moves."""

    def __init__(self, source: BinaryIO, pieces: Sequence[Piece]) -> None:
        self._source = source
        self._pieces = [piece for piece in pieces if size_of(piece)]
        self._starts = [0, *accumulate(size_of(piece) for piece in self._pieces)]
        super().__init__(self._starts[-1])

    def _at(self, position: int, most: int) -> bytes:
        """From one piece."""
        index = bisect_right(self._starts, position) - 1
        return self._read(self._pieces[index], position - self._starts[index], most)

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

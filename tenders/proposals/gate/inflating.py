"""Unpack deflated bytes in pieces of a known size, so that what comes out is counted before it is held. Pure."""

import zlib
from collections.abc import Iterator

from tenders.proposals.gate.verdict import Fault, Unfit

PIECE_BYTES = 1024 * 1024
WITH_HEADER, BARE = 15, -15


class Inflater:
    def __init__(self, window: int = WITH_HEADER) -> None:
        self._inflate = zlib.decompressobj(window)

    @property
    def is_ended(self) -> bool:
        return self._inflate.eof

    @property
    def left_over(self) -> bytes:
        """What was fed behind the end of the packed bytes."""
        return self._inflate.unused_data

    def feed(self, packed: bytes) -> Iterator[bytes]:
        """What comes out of these bytes, in pieces of at most PIECE_BYTES; raises Unfit where they are damaged."""
        while not self.is_ended:
            try:
                piece = self._inflate.decompress(packed, PIECE_BYTES)
            except zlib.error:
                raise Unfit(Fault.DAMAGED) from None
            yield piece
            packed = self._inflate.unconsumed_tail
            if not packed and len(piece) < PIECE_BYTES:
                return

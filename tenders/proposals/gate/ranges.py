"""The file as the child sees it: ranges of bytes asked from the portal, a few blocks of them kept. Pure."""

from collections import OrderedDict
from collections.abc import Callable

from tenders.proposals.gate.seekable import SeekableFile

BLOCK_BYTES = 1024 * 1024
BLOCKS_KEPT = 4


class RangeFile(SeekableFile):
    """`ask(offset, length)` gives these bytes, fewer only at the end of the file, which is `size` bytes long."""

    def __init__(self, size: int, ask: Callable[[int, int], bytes]) -> None:
        super().__init__(size)
        self._ask = ask
        self._blocks: OrderedDict[int, bytes] = OrderedDict()

    def _at(self, position: int, most: int) -> bytes:
        number, within = divmod(position, BLOCK_BYTES)
        return self._block(number)[within : within + most]

    def _block(self, number: int) -> bytes:
        if number in self._blocks:
            self._blocks.move_to_end(number)
            return self._blocks[number]
        start = number * BLOCK_BYTES
        block = self._ask(start, min(BLOCK_BYTES, self.size - start))
        self._blocks[number] = block
        if len(self._blocks) > BLOCKS_KEPT:
            self._blocks.popitem(last=False)
        return block

"""The file as the child sees it: ranges of bytes asked from the portal, a few blocks of them kept. Pure."""

import io
from collections import OrderedDict
from collections.abc import Callable

BLOCK_BYTES = 1024 * 1024
BLOCKS_KEPT = 4


class RangeFile(io.RawIOBase):
    """`ask(offset, length)` gives these bytes, fewer only at the end of the file, which is `size` bytes long."""

    def __init__(self, size: int, ask: Callable[[int, int], bytes]) -> None:
        super().__init__()
        self.size = size
        self._ask = ask
        self._position = 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._position = max({io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence] + offset, 0)
        return self._position

    def readinto(self, buffer: bytearray) -> int:
        if self._position >= self.size:
            return 0
        number, within = divmod(self._position, BLOCK_BYTES)
        got = self._block(number)[within : within + len(buffer)]
        buffer[: len(got)] = got
        self._position += len(got)
        return len(got)

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

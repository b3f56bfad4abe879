"""A file of known length that can seek, for parsers; where its bytes come from is an heir's affair. Pure."""

import io


class SeekableFile(io.RawIOBase):
    """Of `size` bytes; an heir's `_at(position, most)` gives 1 to `most` of them, asked with 0 <= position < size."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._position = max({io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence] + offset, 0)
        return self._position

    def readinto(self, buffer: bytearray) -> int:
        """Fewer bytes than the buffer takes are no end; 0 is."""
        if self._position >= self.size:
            return 0
        got = self._at(self._position, len(buffer))
        buffer[: len(got)] = got
        self._position += len(got)
        return len(got)

"""The bytes of files, encrypted part by part as they arrive, and read back as if they were one file in clear.

A part is what one stretch of a transfer brought: a head that names the key, then frames (coalition_portal/frames.py)
that are bound to their content and part. At no time is a whole file in memory, and never is one in clear on a disk.
"""

import hashlib
import io
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

from django.core.files.base import File
from django.db import transaction
from django.db.models import F

from coalition_portal import frames
from coalition_portal.file_keys import KEY_ID_BYTES, UnknownKey, decrypting_key, encrypting_key
from coalition_portal.frames import FRAME_BYTES, ClearReader, FrameDamaged, FrameSealer
from coalition_portal.storage import document_storage, random_key
from manufacturers.models import Company
from tenders.proposals.models import Content, ContentPart

FOLDER = "contents"
MARK = b"IDC1"
HEAD_BYTES = len(MARK) + KEY_ID_BYTES


class ContentDamaged(Exception):
    """What is stored is not what was written: a part is missing, cut, altered or of another file."""


@dataclass(frozen=True)
class Stored:
    """What a stream brought: a part that no row names yet, or None for nothing; and what the stream broke by."""

    part: ContentPart | None
    broke_by: Exception | None


def begin_content(*, company: Company, now: datetime) -> Content:
    """A content without bytes; parts follow by append_part."""
    return Content.objects.create(company=company, begun_at=now)


def append_part(content: Content, chunks: Iterable[bytes], *, number: int) -> ContentPart | None:
    """Store what the chunks bring as part `number`, encrypting while they come; None where they bring nothing.

    A stream that breaks keeps what came before the break: the part is stored and named by its row, then the error is
    raised again.
    """
    stored = store_part(content, chunks, number=number)
    if stored.part:
        with transaction.atomic():
            name_parts(content, [stored.part])
    if stored.broke_by:
        raise stored.broke_by
    return stored.part


def store_part(content: Content, chunks: Iterable[bytes], *, number: int) -> Stored:
    """Store the chunks and name them by no row. What storage itself cannot do is raised."""
    stream = EncryptingStream(content.public_id, number, chunks)
    key = document_storage().save(random_key(FOLDER), stream)
    part = ContentPart(content=content, number=number, storage_key=key, size_bytes=stream.size_bytes)
    if not stream.size_bytes:
        drop_parts([part])
    return Stored(part if stream.size_bytes else None, stream.broke_by)


def name_parts(content: Content, parts: list[ContentPart]) -> None:
    """Rows for stored parts, inside the caller's transaction: from its commit on they belong to the content."""
    ContentPart.objects.bulk_create(parts)
    size_bytes = sum(part.size_bytes for part in parts)
    Content.objects.filter(pk=content.pk).update(size_bytes=F("size_bytes") + size_bytes)
    content.size_bytes += size_bytes


def drop_parts(parts: Iterable[ContentPart]) -> None:
    """Take stored parts away that no row names."""
    for part in parts:
        document_storage().delete(part.storage_key)


def delete_content(content: Content) -> None:
    """Take the rows away, then the stored parts; for contents that no document names.

    Where a document names it after all, the database refuses and nothing is gone. What storage fails to delete is an
    orphan for the sweep.
    """
    with transaction.atomic(durable=True):
        parts = list(content.parts.all())
        content.delete()
    drop_parts(parts)


def digest_of(content: Content) -> str:
    """The SHA-256 of the whole in clear, in hexadecimal, made by reading back what is stored."""
    digest = hashlib.sha256()
    for chunk in chunks_of(content):
        digest.update(chunk)
    return digest.hexdigest()


def chunks_of(content: Content) -> Iterator[bytes]:
    """The whole in clear, a frame at a time. Raises ContentDamaged at what is not as it was written."""
    with open_content(content) as file:
        while chunk := file.read(FRAME_BYTES):
            yield chunk


def open_content(content: Content) -> "ContentReader":
    """The whole in clear, as a file that can seek. Reading raises ContentDamaged at what is not as it was written."""
    return ContentReader(content)


def sealed(clear: bytes, *, file_id: str) -> bytes:
    """A small file in the form of a part; `file_id` enters the key and binds it, as the id of a content does."""
    return b"".join(EncryptingStream(file_id, 0, [clear]).chunks())


def unsealed(stored: bytes, *, file_id: str) -> bytes:
    """What `sealed` was given; raises ContentDamaged."""
    size = frames.clear_bytes_of(len(stored) - HEAD_BYTES)
    key = _key_of(stored[:HEAD_BYTES], file_id, part=0)
    return b"".join(_unsealed_frames(stored[HEAD_BYTES:], size, key=key, name=_name(file_id, 0)))


def _unsealed_frames(stored: bytes, size: int, *, key: bytes, name: str) -> Iterator[bytes]:
    for frame in range(frames.last_frame(size) + 1):
        start = frames.place_of(frame)
        piece = stored[start : start + frames.SEALED_FRAME_BYTES]
        yield _opened(piece, key=key, name=name, frame=frame, is_last=frame == frames.last_frame(size))


def _opened(piece: bytes, **place) -> bytes:
    try:
        return frames.opened_frame(piece, **place)
    except FrameDamaged as error:
        raise ContentDamaged(str(error)) from error


def _key_of(head: bytes, file_id: str, *, part: int) -> bytes:
    """The key that the head of a stored part names."""
    if len(head) != HEAD_BYTES or head[: len(MARK)] != MARK:
        raise ContentDamaged(f"part {part} of {file_id} has no head")
    try:
        return decrypting_key(head[len(MARK) :], file_id)
    except UnknownKey as error:
        raise ContentDamaged(f"part {part} of {file_id}: {error}") from error


def _name(content_id: str, part: int) -> str:
    """What the frames of a part are bound to."""
    return f"{content_id}/{part}"


class EncryptingStream(File):
    """A file for a storage to read: the encrypted form of chunks that are still arriving."""

    def __init__(self, content_id: str, part: int, chunks: Iterable[bytes]) -> None:
        self.broke_by: Exception | None = None
        self._key_id, key = encrypting_key(content_id)
        self._sealer = FrameSealer(key, _name(content_id, part))
        self._kept = b""
        self._frames = self._encrypted(iter(chunks))
        super().__init__(file=None, name="part")

    @property
    def size_bytes(self) -> int:
        """In clear, of what was read out so far."""
        return self._sealer.size_bytes

    @property
    def closed(self) -> bool:
        return False

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def seek(self, position: int, whence: int = 0) -> int:
        """Storages go to the start before they read. Anywhere else there is nothing to go to."""
        if position or whence:
            raise io.UnsupportedOperation("what is still arriving cannot be sought in")
        return 0

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        yield from self._frames

    def read(self, size: int = -1) -> bytes:
        kept = [self._kept]
        got = len(self._kept)
        while (size < 0 or got < size) and (frame := next(self._frames, b"")):
            kept.append(frame)
            got += len(frame)
        whole = b"".join(kept)
        taken = whole if size < 0 else whole[:size]
        self._kept = whole[len(taken) :]
        return taken

    def close(self) -> None:
        return None

    def _encrypted(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        yield MARK + self._key_id
        try:
            for chunk in chunks:
                yield from self._sealer.take(chunk)
        except Exception as error:
            # Whatever broke the line, what came before it counts; the caller raises this once it is stored.
            self.broke_by = error
        yield from self._sealer.end()


class ContentReader(ClearReader):
    """The clear bytes of a content; one frame of one part is in memory at a time."""

    def __init__(self, content: Content) -> None:
        self.content_id = content.public_id
        self.parts = list(content.parts.order_by("number"))
        ends = list(accumulate(part.size_bytes for part in self.parts))
        super().__init__(ends[-1] if ends else 0)
        self._starts = [0, *ends[:-1]]
        self._check_nothing_is_left_out(content)
        self._open_part: tuple[ContentPart, File, bytes] | None = None
        self._frame: tuple[int, int, bytes] | None = None  # part number, frame number, clear bytes

    def close(self) -> None:
        self._close_part()
        self._frame = None
        super().close()

    def _check_nothing_is_left_out(self, content: Content) -> None:
        if [part.number for part in self.parts] != list(range(len(self.parts))) or self.size != content.size_bytes:
            raise ContentDamaged(
                f"{self.content_id} has {self.size} bytes in parts {[part.number for part in self.parts]}, "
                f"wanted {content.size_bytes} in parts numbered from 0"
            )

    def _at(self, position: int) -> memoryview:
        place = bisect_right(self._starts, position) - 1
        frame, within = divmod(position - self._starts[place], FRAME_BYTES)
        return memoryview(self._clear(self.parts[place], frame))[within:]

    def _clear(self, part: ContentPart, frame: int) -> bytes:
        if self._frame is None or self._frame[:2] != (part.number, frame):
            self._frame = None
            self._frame = (part.number, frame, self._decrypted(part, frame))
        return self._frame[2]

    def _decrypted(self, part: ContentPart, frame: int) -> bytes:
        file, key = self._opened(part)
        file.seek(HEAD_BYTES + frames.place_of(frame))
        piece = file.read(frames.sealed_size(part.size_bytes, frame))
        is_last = frame == frames.last_frame(part.size_bytes)
        return _opened(piece, key=key, name=_name(self.content_id, part.number), frame=frame, is_last=is_last)

    def _opened(self, part: ContentPart) -> tuple[File, bytes]:
        if self._open_part is None or self._open_part[0] != part:
            self._close_part()
            self._open_part = (part, *self._open(part))
        return self._open_part[1:]

    def _close_part(self) -> None:
        if self._open_part:
            self._open_part[1].close()
        self._open_part = None

    def _open(self, part: ContentPart) -> tuple[File, bytes]:
        try:
            file = document_storage().open(part.storage_key, "rb")
        except FileNotFoundError as error:
            raise ContentDamaged(f"part {part.number} of {self.content_id} is missing") from error
        try:
            return file, _key_of(file.read(HEAD_BYTES), self.content_id, part=part.number)
        except ContentDamaged:
            file.close()
            raise

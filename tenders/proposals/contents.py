"""The bytes of files, encrypted part by part as they arrive, and read back as if they were one file in clear.

A part is what one request brought: a head that names the key, then frames of AES-GCM. Each frame is bound to its file,
part and place, and the last one says that it is the last, so that nothing can be swapped, repeated or cut unseen. At no
time is a whole file in memory, and never is one in clear on a disk.
"""

import hashlib
import io
import os
from collections.abc import Iterable, Iterator
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.files.base import File

from coalition_portal.file_keys import KEY_ID_BYTES, UnknownKey, decrypting_key, encrypting_key
from coalition_portal.storage import document_storage, random_key
from manufacturers.models import Company
from tenders.proposals.models import Content, ContentPart

FRAME_BYTES = 1024 * 1024
NONCE_BYTES = 12
TAG_BYTES = 16
SEALED_FRAME_BYTES = NONCE_BYTES + FRAME_BYTES + TAG_BYTES
MARK = b"IDC1"
HEAD_BYTES = len(MARK) + KEY_ID_BYTES


class ContentDamaged(Exception):
    """What is stored is not what was written: a part is missing, cut, altered or of another file."""


def begin_content(*, company: Company, now: datetime) -> Content:
    """A content without bytes; parts follow by append_part."""
    return Content.objects.create(company=company, begun_at=now)


def append_part(content: Content, chunks: Iterable[bytes], *, number: int) -> ContentPart | None:
    """Store what the chunks bring as part `number`, encrypting while they come; None where they bring nothing.

    A stream that breaks keeps what came before the break: the part is stored and named by its row, then the error is
    raised again.
    """
    stream = _EncryptingStream(content.public_id, number, chunks)
    key = document_storage().save(random_key("contents"), stream)
    if not stream.size_bytes:
        document_storage().delete(key)
        part = None
    else:
        part = ContentPart.objects.create(content=content, number=number, storage_key=key, size_bytes=stream.size_bytes)
        content.size_bytes += stream.size_bytes
        content.save(update_fields=["size_bytes"])
    if stream.broke_by:
        raise stream.broke_by
    return part


def delete_content(content: Content) -> None:
    """Take the stored parts away, then the rows; for contents that no document and no upload names."""
    keys = list(content.parts.values_list("storage_key", flat=True))
    content.delete()
    for key in keys:
        document_storage().delete(key)


def digest_of(content: Content) -> str:
    """The SHA-256 of the whole in clear, in hexadecimal, made by reading back what is stored."""
    digest = hashlib.sha256()
    for chunk in chunks_of(content):
        digest.update(chunk)
    return digest.hexdigest()


def chunks_of(content: Content) -> Iterator[bytes]:
    with open_content(content) as file:
        while chunk := file.read(FRAME_BYTES):
            yield chunk


def stored_bytes(content: Content) -> int | None:
    """The clear bytes that storage has by the length of its files, without reading them; None where a part is gone."""
    total = 0
    for part in content.parts.all():
        try:
            total += _clear_bytes(document_storage().size(part.storage_key))
        except FileNotFoundError:
            return None
    return total


def _clear_bytes(stored: int) -> int:
    frames = -(-(stored - HEAD_BYTES) // SEALED_FRAME_BYTES)
    return stored - HEAD_BYTES - frames * (NONCE_BYTES + TAG_BYTES)


def open_content(content: Content) -> "ContentReader":
    return ContentReader(content)


def _bound_to(content_id: str, part: int, frame: int, is_last: bool) -> bytes:
    return f"{content_id}/{part}/{frame}/{'last' if is_last else 'more'}".encode()


class _EncryptingStream(File):
    """A file for a storage to read: the encrypted form of chunks that are still arriving."""

    def __init__(self, content_id: str, part: int, chunks: Iterable[bytes]) -> None:
        self.size_bytes = 0
        self.broke_by: Exception | None = None
        self._kept = b""
        self._frames = self._encrypted(content_id, part, iter(chunks))
        super().__init__(file=self, name="part")

    @property
    def closed(self) -> bool:
        return False

    def seek(self, position: int, whence: int = 0) -> int:
        """Storages go to the start before they read. Anywhere else there is nothing to go to."""
        if position or whence:
            raise io.UnsupportedOperation("what is still arriving cannot be sought in")
        return 0

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        yield from self._frames

    def multiple_chunks(self, chunk_size: int | None = None) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while size < 0 or len(self._kept) < size:
            frame = next(self._frames, b"")
            if not frame:
                break
            self._kept += frame
        taken = self._kept if size < 0 else self._kept[:size]
        self._kept = self._kept[len(taken) :]
        return taken

    def close(self) -> None:
        return None

    def _encrypted(self, content_id: str, part: int, chunks: Iterator[bytes]) -> Iterator[bytes]:
        key_id, key = encrypting_key(content_id)
        cipher, waiting, frame = AESGCM(key), bytearray(), 0
        yield MARK + key_id
        for chunk in self._arriving(chunks):
            waiting += chunk
            # One byte stays back until more has come: only then is it known that a frame is not the last.
            while len(waiting) > FRAME_BYTES:
                yield self._frame(cipher, bytes(waiting[:FRAME_BYTES]), _bound_to(content_id, part, frame, False))
                del waiting[:FRAME_BYTES]
                frame += 1
        if waiting:
            yield self._frame(cipher, bytes(waiting), _bound_to(content_id, part, frame, True))

    def _arriving(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        try:
            yield from chunks
        except Exception as error:
            # Whatever broke the line, what came before it counts; append_part raises this once it is stored.
            self.broke_by = error

    def _frame(self, cipher: AESGCM, clear: bytes, bound_to: bytes) -> bytes:
        self.size_bytes += len(clear)
        nonce = os.urandom(NONCE_BYTES)
        return nonce + cipher.encrypt(nonce, clear, bound_to)


class ContentReader(io.RawIOBase):
    """The clear bytes of a content, read-only and seekable; one frame of one part is in memory at a time."""

    def __init__(self, content: Content) -> None:
        super().__init__()
        self.content_id = content.public_id
        self.parts = list(content.parts.order_by("number"))
        self.size = sum(part.size_bytes for part in self.parts)
        self._position = 0
        self._open_part: tuple[ContentPart, File, AESGCM] | None = None
        self._frame: tuple[int, int, bytes] | None = None  # part number, frame number, clear bytes

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

    def read(self, size: int = -1) -> bytes:
        """As many bytes as asked for, fewer only at the end: parsers and hashes take a short read for the end."""
        wanted = self.size - self._position if size is None or size < 0 else size
        pieces, got = [], 0
        while got < wanted and (piece := self._at(self._position)[: wanted - got]):
            pieces.append(piece)
            got += len(piece)
            self._position += len(piece)
        return b"".join(pieces)

    def close(self) -> None:
        if self._open_part:
            self._open_part[1].close()
            self._open_part = None
        super().close()

    def _at(self, position: int) -> bytes:
        """The clear bytes from `position` to the end of its frame; empty at the end of the whole."""
        for part in self.parts:
            if position < part.size_bytes:
                frame = position // FRAME_BYTES
                return self._clear(part, frame)[position - frame * FRAME_BYTES :]
            position -= part.size_bytes
        return b""

    def _clear(self, part: ContentPart, frame: int) -> bytes:
        if self._frame is None or self._frame[:2] != (part.number, frame):
            self._frame = (part.number, frame, self._decrypted(part, frame))
        return self._frame[2]

    def _decrypted(self, part: ContentPart, frame: int) -> bytes:
        file, cipher = self._opened(part)
        last = (part.size_bytes - 1) // FRAME_BYTES
        wanted = min(FRAME_BYTES, part.size_bytes - frame * FRAME_BYTES)
        file.seek(HEAD_BYTES + frame * SEALED_FRAME_BYTES)
        sealed = file.read(NONCE_BYTES + wanted + TAG_BYTES)
        bound_to = _bound_to(self.content_id, part.number, frame, frame == last)
        try:
            return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)
        except (InvalidTag, ValueError) as error:
            raise ContentDamaged(
                f"frame {frame} of part {part.number} of {self.content_id} is not what was written"
            ) from error

    def _opened(self, part: ContentPart) -> tuple[File, AESGCM]:
        if self._open_part is None or self._open_part[0] != part:
            if self._open_part:
                self._open_part[1].close()
            self._open_part = None
            self._open_part = (part, *self._open(part))
        return self._open_part[1:]

    def _open(self, part: ContentPart) -> tuple[File, AESGCM]:
        try:
            file = document_storage().open(part.storage_key, "rb")
        except FileNotFoundError as error:
            raise ContentDamaged(f"part {part.number} of {self.content_id} is missing") from error
        head = file.read(HEAD_BYTES)
        if head[: len(MARK)] != MARK:
            raise ContentDamaged(f"part {part.number} of {self.content_id} has no head")
        try:
            return file, AESGCM(decrypting_key(head[len(MARK) :], self.content_id))
        except UnknownKey as error:
            raise ContentDamaged(f"part {part.number} of {self.content_id}: {error}") from error

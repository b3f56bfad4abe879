"""How a file comes in with a form: counted as it arrives, one in a request, and never in clear on a disk.

The handler stands in FILE_UPLOAD_HANDLERS and so before every form: Django limits the size of fields, not of files.
"""

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

from coalition_portal import frames
from coalition_portal.frames import FRAME_BYTES, ClearReader, FrameSealer
from coalition_portal.storage import is_full

logger = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024
KEY_BYTES = 32
NAME = "upload"


def upload_bytes_max() -> int:
    """The portal's ceiling for one file, by form or in pieces."""
    return settings.PORTAL_UPLOAD_MAX_MB * MEGABYTE


class SealingUploadHandler(FileUploadHandler):
    """Keeps the file encrypted in a temporary file, under a key that only this process has and only while it has it.

    Past the limit, or where the disk has no room, the file is thrown away and the rest read to nowhere, which
    `request.upload_was_too_large` or `request.upload_found_no_room` tells. A second file of a request is never looked
    at, nor any of somebody who is not signed in: the check against forgery reads a form before the page asks who sends
    it.
    """

    chunk_size = 1024 * 1024
    files_begun = 0
    _kept: IO[bytes] | None = None

    def new_file(self, *args: object, **kwargs: object) -> None:
        self.files_begun += 1
        if self.files_begun > 1:
            raise SkipFile("one file in a request")
        if _is_anonymous(self.request):
            raise SkipFile("files come from people who are signed in")
        super().new_file(*args, **kwargs)
        self.received_bytes = 0
        self._key = os.urandom(KEY_BYTES)
        self._sealer = FrameSealer(self._key, NAME)
        with self._thrown_away_when_full():
            self._kept = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115 - it outlives this

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received_bytes += len(raw_data)
        if self.received_bytes > upload_bytes_max():
            self.request.upload_was_too_large = True
            self._throw_away()
            raise SkipFile("too large")
        with self._thrown_away_when_full():
            self._kept.writelines(self._sealer.take(raw_data))

    def file_complete(self, file_size: int) -> UploadedFile | None:
        try:
            with self._thrown_away_when_full():
                self._kept.writelines(self._sealer.end())
                self._kept.flush()
        except SkipFile:
            return None
        file = SealedFile(self._kept, key=self._key, size=file_size)
        self._kept = None
        return UploadedFile(
            file=file,
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )

    def upload_interrupted(self) -> None:
        self._throw_away()

    @contextmanager
    def _thrown_away_when_full(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if not is_full(error):
                raise
            logger.exception("the folder of temporary files ran full")
            self.request.upload_found_no_room = True
            self._throw_away()
            raise SkipFile("no room") from error

    def _throw_away(self) -> None:
        if self._kept:
            # What waits to be written has no room either; the file is gone all the same.
            with suppress(OSError):
                self._kept.close()
        self._kept = None


def _is_anonymous(request: HttpRequest | None) -> bool:
    user = getattr(request, "user", None)
    return user is not None and not user.is_authenticated


class SealedFile(ClearReader):
    """The clear bytes of an encrypted temporary file, which is gone when this is closed or forgotten."""

    def __init__(self, sealed: IO[bytes], *, key: bytes, size: int) -> None:
        super().__init__(size)
        self._sealed, self._key = sealed, key
        self._frame: tuple[int, bytes] | None = None  # its number, its clear bytes

    def close(self) -> None:
        self._sealed.close()
        self._frame = None
        super().close()

    def _at(self, position: int) -> memoryview:
        number, within = divmod(position, FRAME_BYTES)
        if self._frame is None or self._frame[0] != number:
            self._frame = None
            self._frame = (number, self._opened(number))
        return memoryview(self._frame[1])[within:]

    def _opened(self, number: int) -> bytes:
        self._sealed.seek(frames.place_of(number))
        sealed = self._sealed.read(frames.sealed_size(self.size, number))
        is_last = number == frames.last_frame(self.size)
        return frames.opened_frame(sealed, key=self._key, name=NAME, frame=number, is_last=is_last)

"""How a file comes in: counted as it arrives, one in a request, and never more of it on disk than the portal takes.

The handler stands in FILE_UPLOAD_HANDLERS and so before every form: Django limits the size of fields, not of files.
"""

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler

UPLOAD_BYTES_MAX = 50 * 1024 * 1024


class BoundedUploadHandler(TemporaryFileUploadHandler):
    """Keeps the file in a temporary file of the system. Past the limit it is thrown away and the rest read to nowhere.

    What was thrown away is told by `request.upload_was_too_large`; a second file of a request is never looked at.
    """

    chunk_size = 1024 * 1024
    files_begun = 0
    received_bytes = 0

    def new_file(self, *args: object, **kwargs: object) -> None:
        self.files_begun += 1
        if self.files_begun > 1:
            raise SkipFile("one file in a request")
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received_bytes += len(raw_data)
        if self.received_bytes > UPLOAD_BYTES_MAX:
            self.request.upload_was_too_large = True
            raise SkipFile("too large")
        super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> TemporaryUploadedFile:
        """Hands the file over: Django closes what a handler holds when a later file of the request is skipped."""
        file = super().file_complete(file_size)
        del self.file
        return file

"""The two private stores. Their keys are random, nothing is overwritten, and no address of theirs is public."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from botocore.exceptions import ClientError
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages

from coalition_portal.public_ids import new_public_id

# Kept free for the database and for submitting: a tenth of the disk, and never more than 2 GiB.
RESERVE_PART = 10
RESERVE_BYTES_MAX = 2 * 1024**3


class DurableFiles(FileSystemStorage):
    """Files of one folder. What save has given a key for is on the disk, and its name too, whatever happens next.

    Where saving fails, as on a full disk, nothing half is left behind.
    """

    def _save(self, name: str, content: File) -> str:
        was_there = self.exists(name)
        try:
            saved = super()._save(name, content)
        except BaseException:
            if not was_there:
                self.delete(name)
            raise
        path = Path(self.path(saved))
        _sync(path)
        _sync(path.parent)
        return saved


def vault_storage() -> Storage:
    """Sealed submissions; only proposals/vault.py asks for it."""
    return storages["vault"]


def document_storage() -> Storage:
    """Documents of drafts and of tenders."""
    return storages["documents"]


def random_key(folder: str) -> str:
    """A storage key that tells nothing about what is stored; `folder` has no slash at its ends."""
    return f"{folder}/{new_public_id()}"


def has_room(storage: Storage, size_bytes: int) -> bool:
    """Whether the store keeps a reserve after so many bytes more. A bucket grows as it is paid for."""
    if not isinstance(storage, FileSystemStorage):
        return True
    place = Path(storage.location)
    disk = shutil.disk_usage(next(folder for folder in (place, *place.parents) if folder.exists()))
    return disk.free - size_bytes >= min(disk.total // RESERVE_PART, RESERVE_BYTES_MAX)


def is_full(error: OSError) -> bool:
    """Whether the error says that a disk, or the share of it that one may fill, has no room."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def keys_in(storage: Storage, folder: str) -> list[str]:
    """The keys of everything under `folder`, which has no folders of its own. A bucket lists a thousand at once."""
    try:
        _folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return []
    return [f"{folder}/{name}" for name in names]


def is_stored_before(storage: Storage, key: str, instant: datetime) -> bool:
    """Whether it was, by the store's own clock, and is there still. A bucket is asked anew for each key."""
    try:
        return storage.get_modified_time(key) < instant
    except FileNotFoundError:
        return False
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != HTTPStatus.NOT_FOUND:
            raise
        return False


def _sync(path: Path) -> None:
    with _opened(path) as descriptor:
        os.fsync(descriptor)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)

"""The two private stores. Their keys are random, nothing is overwritten, and no address of theirs is public."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

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


def keys_before(storage: Storage, folder: str, instant: datetime) -> Iterator[str]:
    """The keys under `folder` of what was stored before the instant, by the store's own clock."""
    try:
        _folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        key = f"{folder}/{name}"
        try:
            if storage.get_modified_time(key) < instant:
                yield key
        except FileNotFoundError:
            # It was deleted between the listing and the question.
            continue


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

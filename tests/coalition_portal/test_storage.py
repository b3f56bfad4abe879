import os
import re
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError
from django.core.files.base import ContentFile, File
from django.core.files.storage import InMemoryStorage

from coalition_portal import clock, storage


def test_the_two_stores_are_apart_and_keep_both_files_of_one_name(db):
    vault, documents = storage.vault_storage(), storage.document_storage()

    first = vault.save("a/same", ContentFile(b"one"))
    second = vault.save("a/same", ContentFile(b"two"))

    assert (vault.open(first).read(), vault.open(second).read()) == (b"one", b"two")
    assert documents.exists(first) is False


def test_random_key_tells_nothing():
    keys = {storage.random_key("bundles") for _ in range(50)}

    assert len(keys) == 50
    assert all(re.fullmatch(r"bundles/[a-z2-7]{26}", key) for key in keys)


def test_file_and_its_name_are_on_the_disk_before_its_key_is_given(monkeypatch, tmp_path):
    synced, sync = [], os.fsync

    def note(descriptor):
        synced.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")))
        sync(descriptor)

    monkeypatch.setattr(storage.os, "fsync", note)

    storage.DurableFiles(location=tmp_path).save("a/one", ContentFile(b"one"))

    assert synced == [tmp_path / "a" / "one", tmp_path / "a"]


class _FullDisk(File):
    def __init__(self):
        super().__init__(None, name="full")

    def chunks(self, chunk_size=None):
        yield b"half"
        raise OSError(28, "No space left on device")


def test_full_disk_leaves_nothing_half_and_nothing_of_others(tmp_path):
    files = storage.DurableFiles(location=tmp_path)

    with pytest.raises(OSError, match="No space left"):
        files.save("a/one", _FullDisk())

    assert files.listdir("a") == ([], [])


def test_full_disk_takes_no_file_of_the_same_name(tmp_path):
    files = storage.DurableFiles(location=tmp_path)
    files.save("a/one", ContentFile(b"one"))

    with pytest.raises(OSError, match="No space left"):
        files._save("a/one", _FullDisk())

    assert files.open("a/one").read() == b"one"


def test_keys_and_what_was_stored_before_an_instant(tmp_path):
    files, now = storage.DurableFiles(location=tmp_path), clock.now()
    for name, age in (("old", 8), ("young", 6)):
        files.save(f"a/{name}", ContentFile(b"x"))
        then = (now - timedelta(days=age)).timestamp()
        os.utime(tmp_path / "a" / name, (then, then))

    assert sorted(storage.keys_in(files, "a")) == ["a/old", "a/young"]
    asked = ("a/old", "a/young", "a/gone")
    assert [storage.is_stored_before(files, key, now - timedelta(days=7)) for key in asked] == [True, False, False]


def test_bucket_that_fails_tells_nothing_about_age(monkeypatch, tmp_path):
    def fails(_key):
        raise ClientError({"ResponseMetadata": {"HTTPStatusCode": 503}}, "HeadObject")

    files = storage.DurableFiles(location=tmp_path)
    monkeypatch.setattr(files, "get_modified_time", fails)

    with pytest.raises(ClientError):
        storage.is_stored_before(files, "a/one", clock.now())


def test_folder_that_is_not_there_has_no_keys(tmp_path):
    assert storage.keys_in(storage.DurableFiles(location=tmp_path), "a") == []


GIGABYTE = 1024**3


@pytest.mark.parametrize(
    ("total", "free", "size", "has_room"),
    [
        (100 * GIGABYTE, 3 * GIGABYTE, GIGABYTE, True),
        (100 * GIGABYTE, 3 * GIGABYTE, GIGABYTE + 1, False),
        (1000, 150, 50, True),
        (1000, 150, 51, False),
    ],
)
def test_reserve_is_a_tenth_of_the_disk_or_two_gigabytes(monkeypatch, tmp_path, total, free, size, has_room):
    asked = []

    def usage(place):
        asked.append(place)
        return SimpleNamespace(total=total, free=free)

    monkeypatch.setattr(storage.shutil, "disk_usage", usage)

    files = storage.DurableFiles(location=tmp_path / "not" / "made yet")

    assert storage.has_room(files, size) == has_room
    assert asked == [tmp_path]


def test_bucket_has_room():
    assert storage.has_room(InMemoryStorage(), 10**15)

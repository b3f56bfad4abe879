"""Encrypted parts: what comes back is what went in, at every edge of a frame, and nothing else ever comes back."""

import hashlib
import io

import pytest

from coalition_portal import clock, frames
from coalition_portal.storage import document_storage
from tenders.proposals import contents
from tenders.proposals.contents import (
    FRAME_BYTES,
    ContentDamaged,
    EncryptingStream,
    append_part,
    begin_content,
    chunks_of,
    delete_content,
    digest_of,
    open_content,
    unsealed,
)
from tenders.proposals.models import Content, ContentPart
from tests.factories.companies import company

pytestmark = pytest.mark.django_db

OTHER_KEY = "b3RoZXItZmlsZS1rZXktb3RoZXItZmlsZS1rZXktMTI="


@pytest.fixture
def content():
    return begin_content(company=company(), now=clock.now())


def _bytes(count):
    return bytes(index * 7 % 251 for index in range(count))


def _file_of(part):
    return document_storage().path(part.storage_key)


@pytest.mark.parametrize(
    "size", [1, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 2 * FRAME_BYTES, 2 * FRAME_BYTES + 5]
)
def test_what_went_in_comes_back_at_the_edges_of_a_frame(content, size):
    clear = _bytes(size)

    part = append_part(content, [clear[:10], clear[10:]], number=0)

    assert b"".join(chunks_of(content)) == clear
    assert digest_of(content) == hashlib.sha256(clear).hexdigest()
    assert (part.size_bytes, content.size_bytes) == (size, size)
    with open(_file_of(part), "rb") as stored:
        assert clear[: min(size, 64)] not in stored.read() or size == 1


def test_parts_are_read_as_one_file_from_any_place(content):
    clear = _bytes(FRAME_BYTES + 100)
    append_part(content, [clear[:50]], number=0)
    append_part(content, [clear[50:]], number=1)

    with open_content(content) as file:
        assert (file.size, file.readable(), file.seekable(), file.tell()) == (len(clear), True, True, 0)
        assert file.seek(40) == 40
        assert file.read(20) == clear[40:60]
        assert file.seek(-5, io.SEEK_END) == len(clear) - 5
        assert file.read() == clear[-5:]
        assert file.read(1) == b""
        assert file.seek(-10, io.SEEK_CUR) == len(clear) - 10
        assert io.BufferedReader(file).read() == clear[-10:]


def test_nothing_arrived_makes_no_part(content):
    assert append_part(content, [], number=0) is None
    assert append_part(content, [b""], number=0) is None
    assert (list(content.parts.all()), b"".join(chunks_of(content))) == ([], b"")


def test_broken_line_keeps_what_came_before(content):
    def broken():
        yield b"before"
        raise ConnectionResetError("the line is gone")

    with pytest.raises(ConnectionResetError):
        append_part(content, broken(), number=0)

    assert b"".join(chunks_of(content)) == b"before"
    assert Content.objects.get().size_bytes == len(b"before")


def _flip(path, place):
    with open(path, "r+b") as file:
        file.seek(place)
        byte = file.read(1)
        file.seek(place)
        file.write(bytes([byte[0] ^ 1]))


@pytest.mark.parametrize("place", [0, 5, 8, 20, 60])
def test_altered_byte_is_found(content, place):
    part = append_part(content, [_bytes(100)], number=0)
    _flip(_file_of(part), place)

    with pytest.raises(ContentDamaged):
        digest_of(content)


@pytest.mark.parametrize("left", [0, 4, 8, 30, FRAME_BYTES + 36])
def test_cut_part_is_found(content, left):
    part = append_part(content, [_bytes(FRAME_BYTES + 10)], number=0)
    with open(_file_of(part), "r+b") as file:
        file.truncate(left)

    with pytest.raises(ContentDamaged):
        digest_of(content)


def test_part_cut_at_the_edge_of_a_frame_is_found_though_the_row_agrees(content):
    part = append_part(content, [_bytes(FRAME_BYTES + 10)], number=0)
    with open(_file_of(part), "r+b") as file:
        file.truncate(contents.HEAD_BYTES + frames.SEALED_FRAME_BYTES)
    ContentPart.objects.update(size_bytes=FRAME_BYTES)
    content.size_bytes = FRAME_BYTES

    with pytest.raises(ContentDamaged, match="frame 0 of "):
        digest_of(content)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_part_without_its_row_is_missed(content, number):
    for place, text in enumerate([b"one", b"two", b"three"]):
        append_part(content, [text], number=place)
    content.parts.get(number=number).delete()

    with pytest.raises(ContentDamaged, match="wanted 11 in parts numbered from 0"):
        open_content(content)


def test_part_of_another_file_or_place_is_found(content):
    other = begin_content(company=content.company, now=clock.now())
    parts = [append_part(content, [b"one"], number=0), append_part(content, [b"two"], number=1)]
    foreign = append_part(other, [b"six"], number=0)

    for key in (parts[1].storage_key, foreign.storage_key):
        with open(document_storage().path(key), "rb") as file:
            swapped = file.read()
        with open(_file_of(parts[0]), "r+b") as file:
            file.write(swapped)
        with pytest.raises(ContentDamaged, match="frame 0 of .*/0 is not what was written"):
            digest_of(content)


def test_missing_part_is_found(content):
    part = append_part(content, [b"one"], number=0)
    document_storage().delete(part.storage_key)

    with pytest.raises(ContentDamaged, match="part 0 of .* is missing"):
        digest_of(content)


def test_new_key_in_front_still_reads_what_the_old_one_wrote(content, settings):
    append_part(content, [b"old"], number=0)
    settings.PORTAL_FILE_KEYS = [OTHER_KEY, *settings.PORTAL_FILE_KEYS]
    append_part(content, [b" new"], number=1)

    assert b"".join(chunks_of(content)) == b"old new"


def test_key_that_was_taken_away_is_named(content, settings):
    append_part(content, [b"old"], number=0)
    settings.PORTAL_FILE_KEYS = [OTHER_KEY]

    with pytest.raises(ContentDamaged, match="No key of PORTAL_FILE_KEYS has the id"):
        digest_of(content)


def test_deleted_content_leaves_nothing(content):
    part = append_part(content, [b"one"], number=0)

    delete_content(content)

    assert (Content.objects.count(), ContentPart.objects.count()) == (0, 0)
    assert not document_storage().exists(part.storage_key)


def test_storages_that_read_get_the_same_as_storages_that_iterate():
    clear = _bytes(FRAME_BYTES + 3)
    stream = contents.EncryptingStream("a" * 26, 0, [clear])

    assert stream.seek(0) == 0
    pieces = list(iter(lambda: stream.read(1000), b""))

    assert sum(map(len, pieces)) == contents.HEAD_BYTES + len(clear) + 2 * (frames.NONCE_BYTES + frames.TAG_BYTES)
    assert stream.size_bytes == len(clear)
    with pytest.raises(io.UnsupportedOperation):
        stream.seek(5)


def test_a_storage_may_ask_and_close_what_it_reads():
    stream = EncryptingStream("a", 0, [b"clear"])

    with stream:
        assert (stream.readable(), stream.closed) == (True, False)

    assert unsealed(stream.read(), file_id="a") == b"clear"

"""A ZIP archive in which every byte has its place (APPNOTE 6.3, as far as workbooks use it). Pure.

Programs differ in what they make of archives that overlap, have gaps or say two things of one entry. So only those are
taken in which there is nothing to differ about: entries that touch, headers that agree with the directory, sizes and
checksums that are true.
"""

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from tenders.proposals.gate.inflating import BARE, PIECE_BYTES, Inflater
from tenders.proposals.gate.verdict import Fault, Unfit

ENTRIES_MAX = 5000
DIRECTORY_BYTES_MAX = 2 * 1024 * 1024
UNPACKED_BYTES_MAX = 200 * 1000 * 1000
RATIO_MAX = 200
SMALL_BYTES = 1024 * 1024  # an archive may always unpack to this much

LOCAL_HEAD, LOCAL_BYTES = b"PK\x03\x04", 30
END_HEAD, END_BYTES = b"PK\x05\x06", 22
DESCRIPTOR_HEAD = b"PK\x07\x08"
ENCRYPTED_FLAG, DESCRIPTOR_FLAG, STRONG_FLAG, UTF8_FLAG = 0x1, 0x8, 0x40, 0x800
TELLING_FLAGS = ENCRYPTED_FLAG | DESCRIPTOR_FLAG | STRONG_FLAG | UTF8_FLAG
DESCRIPTOR_BYTES = (12, 16, 20, 24)
DEEPEST = 12
LARGE_SIZE = 0xFFFFFFFF


@dataclass
class Archive:
    file: BinaryIO
    entries: list[zipfile.ZipInfo]
    limit: int
    unpacked: int = 0

    def content(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        """The entry in pieces. Raises Unfit past the limit of the whole archive, and where size or checksum lie."""
        checksum = size = 0
        for piece in _pieces(self.file, entry):
            size += len(piece)
            self.unpacked += len(piece)
            if self.unpacked > self.limit:
                raise Unfit(Fault.UNPACKS_TOO_LARGE)
            checksum = zlib.crc32(piece, checksum)
            yield piece
        if size != entry.file_size or checksum != entry.CRC:
            raise Unfit(Fault.DAMAGED)


def archive_of(file: BinaryIO) -> Archive:
    """The archive with its directory checked. Raises Unfit for one that is damaged, protected or out of bounds."""
    size = file.seek(0, 2)
    directory, count = _directory(file, size)
    try:
        with zipfile.ZipFile(file) as archive:
            entries, start = archive.infolist(), archive.start_dir
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError):
        raise Unfit(Fault.DAMAGED) from None
    if start != directory or len(entries) != count:
        raise Unfit(Fault.DAMAGED)
    _check_names(entries)
    _check_places(file, entries, directory)
    return Archive(file, entries, limit=min(UNPACKED_BYTES_MAX, max(size * RATIO_MAX, SMALL_BYTES)))


def _directory(file: BinaryIO, size: int) -> tuple[int, int]:
    """Where the directory begins and how many entries it has, by the last bytes of the file; it reaches up to them."""
    file.seek(max(size - END_BYTES, 0))
    end = file.read()
    if not end.startswith(END_HEAD) or len(end) < END_BYTES or end[20:22] != b"\x00\x00":
        raise Unfit(Fault.DAMAGED)
    count, length, start = (int.from_bytes(end[a:b], "little") for a, b in ((10, 12), (12, 16), (16, 20)))
    if count > ENTRIES_MAX or length > DIRECTORY_BYTES_MAX:
        raise Unfit(Fault.UNPACKS_TOO_LARGE)
    if start + length + END_BYTES != size:
        raise Unfit(Fault.DAMAGED)
    return start, count


def _check_names(entries: list[zipfile.ZipInfo]) -> None:
    if any(entry.flag_bits & (ENCRYPTED_FLAG | STRONG_FLAG) for entry in entries):
        raise Unfit(Fault.ENCRYPTED)
    names = [entry.orig_filename for entry in entries]
    # Names of parts are equal without regard to case (ECMA-376 part 2).
    if len({name.lower() for name in names}) != len(names) or any(not _is_plain(name) for name in names):
        raise Unfit(Fault.DAMAGED)


def _is_plain(name: str) -> bool:
    """A path inside the archive, without a way out of it and not deeper than any workbook is."""
    steps = name.split("/")
    return (
        not {"", ".", ".."} & set(steps[:-1]) and len(steps) <= DEEPEST and not any(sign in name for sign in "\\:\x00")
    )


def _check_places(file: BinaryIO, entries: list[zipfile.ZipInfo], directory: int) -> None:
    """Every entry begins where the one before it ends, the first at the start, the last ends at the directory."""
    position = 0
    for entry in sorted(entries, key=lambda one: one.header_offset):
        if entry.header_offset != position:
            raise Unfit(Fault.DAMAGED)
        position = _end_of(file, entry)
    if position != directory:
        raise Unfit(Fault.DAMAGED)


def _end_of(file: BinaryIO, entry: zipfile.ZipInfo) -> int:
    """Where the entry ends; its own header says the same as the directory."""
    file.seek(entry.header_offset)
    head = file.read(LOCAL_BYTES)
    flags, method, name, extra = (int.from_bytes(head[a:b], "little") for a, b in ((6, 8), (8, 10), (26, 28), (28, 30)))
    is_same = (
        head.startswith(LOCAL_HEAD)
        and (flags ^ entry.flag_bits) & TELLING_FLAGS == 0
        and method == entry.compress_type
        and file.read(name) == entry.orig_filename.encode("utf-8" if flags & UTF8_FLAG else "cp437")
        and _has_facts(head, entry, is_told_behind=bool(flags & DESCRIPTOR_FLAG))
    )
    if not is_same or method not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unfit(Fault.DAMAGED)
    end = entry.header_offset + LOCAL_BYTES + name + extra + entry.compress_size
    return end + _descriptor_bytes(file, end, entry) if flags & DESCRIPTOR_FLAG else end


def _has_facts(head: bytes, entry: zipfile.ZipInfo, *, is_told_behind: bool) -> bool:
    """Whether checksum and sizes are those of the directory; they may be told behind the entry, or in a wider field."""
    told = [int.from_bytes(head[at : at + 4], "little") for at in (14, 18, 22)]
    facts = [entry.CRC, entry.compress_size, entry.file_size]
    elsewhere = ({0}, {0, LARGE_SIZE}, {0, LARGE_SIZE}) if is_told_behind else (set(), {LARGE_SIZE}, {LARGE_SIZE})
    return all(one == fact or one in others for one, fact, others in zip(told, facts, elsewhere, strict=True))


def _descriptor_bytes(file: BinaryIO, position: int, entry: zipfile.ZipInfo) -> int:
    """How long the record behind the entry is: with or without a head, with sizes of 4 or of 8 bytes."""
    file.seek(position)
    record = file.read(max(DESCRIPTOR_BYTES))
    for width in (4, 8):
        body = entry.CRC.to_bytes(4, "little") + b"".join(
            size.to_bytes(8, "little")[:width] for size in (entry.compress_size, entry.file_size)
        )
        for head in (DESCRIPTOR_HEAD, b""):
            if record.startswith(head + body):
                return len(head + body)
    raise Unfit(Fault.DAMAGED)


def _pieces(file: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    file.seek(entry.header_offset + 26)
    name, extra = (int.from_bytes(file.read(2), "little") for _field in range(2))
    packed = _packed(file, entry.header_offset + LOCAL_BYTES + name + extra, entry.compress_size)
    if entry.compress_type == zipfile.ZIP_STORED:
        yield from packed
        return
    inflater = Inflater(BARE)
    for chunk in packed:
        if inflater.is_ended:
            raise Unfit(Fault.DAMAGED)
        yield from inflater.feed(chunk)
    if not inflater.is_ended or inflater.left_over:
        raise Unfit(Fault.DAMAGED)


def _packed(file: BinaryIO, position: int, left: int) -> Iterator[bytes]:
    while left:
        file.seek(position)
        chunk = file.read(min(PIECE_BYTES, left))
        yield chunk
        position += len(chunk)
        left -= len(chunk)

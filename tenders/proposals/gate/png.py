"""PNG: chunks that add up, no more pixels than a viewer bears, and what it tells besides (W3C PNG, 3rd edition). Pure.

The compressed picture is unpacked to nowhere and counted, so that a header that lies about its size is found out.
"""

import zlib
from dataclasses import dataclass, field
from typing import BinaryIO

from tenders.proposals.gate.exif import told_in_exif
from tenders.proposals.gate.heads import PNG_HEAD
from tenders.proposals.gate.inflating import Inflater
from tenders.proposals.gate.telling import check_attached, check_no_archive, told_in
from tenders.proposals.gate.verdict import MEDIA_TYPES, PIXELS_MAX, Fault, Inspection, Metadata, Unfit
from tenders.proposals.gate.wire import Copy, Piece

CHUNKS_MAX = 100_000
READ_BYTES = 1024 * 1024
PICTURE_BYTES_MAX = 320 * 1000 * 1000  # a hundred million pixels of three colours
PROFILE_BYTES_MAX = 4 * 1024 * 1024
DESCRIPTION_BYTES_MAX = 1024 * 1024

CRITICAL = {b"IHDR", b"PLTE", b"IDAT", b"IEND"}
KEPT = CRITICAL | {b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"bKGD", b"pHYs", b"cICP", b"mDCV", b"cLLI"}
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of each pixel, by the colour type
DEPTHS = {1, 2, 4, 8, 16}
# The seven passes of an interlaced picture: first column, first row, and the steps to the next.
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


@dataclass
class Picture:
    unpacked: int = 0
    wanted: int = 0
    inflater: Inflater = field(default_factory=Inflater)
    metadata: set[Metadata] = field(default_factory=set)
    kept: list[Piece] = field(default_factory=lambda: [Copy(0, len(PNG_HEAD))])


def look(file: BinaryIO) -> Inspection:
    return Inspection(MEDIA_TYPES["png"], tuple(sorted(_picture(file).metadata)))


def without_metadata(file: BinaryIO) -> list[Piece]:
    return _picture(file).kept


def _picture(file: BinaryIO) -> Picture:
    check_no_archive(file)
    picture = Picture()
    size = file.seek(0, 2)
    position = len(PNG_HEAD)
    for number in range(CHUNKS_MAX):
        kind, body, end = _chunk_at(file, position, size)
        if (kind == b"IHDR") != (number == 0):
            raise Unfit(Fault.DAMAGED)
        _take(file, picture, kind, body, end)
        position = end
        if kind == b"IEND":
            return _ended(file, picture, position, size)
    raise Unfit(Fault.OVER_LIMITS)


def _chunk_at(file: BinaryIO, position: int, size: int) -> tuple[bytes, int, int]:
    """The kind of a chunk, where its body begins and where the next chunk does; its checksum is right."""
    file.seek(position)
    head = file.read(8)
    length, kind = int.from_bytes(head[:4], "big"), head[4:8]
    end = position + length + 12
    if end > size or len(head) < 8 or not kind.isalpha():
        raise Unfit(Fault.DAMAGED)
    checksum = zlib.crc32(kind)
    left = length
    while left:
        piece = file.read(min(READ_BYTES, left))
        checksum = zlib.crc32(piece, checksum)
        left -= len(piece)
    if file.read(4) != checksum.to_bytes(4, "big"):
        raise Unfit(Fault.DAMAGED)
    return kind, position + 8, end


def _take(file: BinaryIO, picture: Picture, kind: bytes, body: int, end: int) -> None:
    length = end - body - 4
    if kind == b"IHDR":
        picture.wanted = _picture_bytes(_read(file, body, length))
    if kind == b"IDAT":
        _unpack(file, picture, body, length)
    if kind == b"iCCP":
        _check_profile(_read(file, body, min(length, PROFILE_BYTES_MAX)))
    if kind in KEPT:
        picture.kept.append(Copy(body - 8, length + 12))
    elif kind[:1].isupper():
        raise Unfit(Fault.DAMAGED)
    else:
        picture.metadata |= _told(kind, _read(file, body, min(length, DESCRIPTION_BYTES_MAX)))


def _read(file: BinaryIO, start: int, length: int) -> bytes:
    file.seek(start)
    return file.read(length)


def _told(kind: bytes, body: bytes) -> set[Metadata]:
    return told_in_exif(body)[0] if kind == b"eXIf" else told_in(body)


def _picture_bytes(header: bytes) -> int:
    """How many bytes the picture unpacks to, by its header; raises Unfit for a header that no viewer takes."""
    width, height = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
    if len(header) != 13 or not width or not height:
        raise Unfit(Fault.DAMAGED)
    depth, colour, compression, filtering, interlace = header[8:]
    if depth not in DEPTHS or colour not in SAMPLES or compression or filtering or interlace > 1:
        raise Unfit(Fault.DAMAGED)
    if width * height > PIXELS_MAX:
        raise Unfit(Fault.TOO_MANY_PIXELS)
    bits = depth * SAMPLES[colour]
    if not interlace:
        return _rows_bytes(width, height, bits)
    return sum(
        _rows_bytes((width - column + across - 1) // across, (height - row + down - 1) // down, bits)
        for column, row, across, down in PASSES
    )


def _rows_bytes(width: int, height: int, bits: int) -> int:
    """Each row has one byte for its filter; a pass without a column has no rows."""
    return height * (1 + (width * bits + 7) // 8) if width > 0 and height > 0 else 0


def _unpack(file: BinaryIO, picture: Picture, start: int, length: int) -> None:
    file.seek(start)
    while length and not picture.inflater.is_ended:
        packed = file.read(min(READ_BYTES, length))
        length -= len(packed)
        for piece in picture.inflater.feed(packed):
            picture.unpacked += len(piece)
            if picture.unpacked > min(picture.wanted, PICTURE_BYTES_MAX):
                raise Unfit(Fault.UNPACKS_TOO_LARGE)


def _check_profile(body: bytes) -> None:
    """A colour profile is packed on its own, behind its name; it must not be a bomb."""
    _name, _, packed = body.partition(b"\x00")
    inflater = Inflater()
    unpacked = 0
    for piece in inflater.feed(packed[1:]):
        unpacked += len(piece)
        if unpacked > PROFILE_BYTES_MAX:
            raise Unfit(Fault.UNPACKS_TOO_LARGE)
    if not inflater.is_ended:
        raise Unfit(Fault.DAMAGED)


def _ended(file: BinaryIO, picture: Picture, position: int, size: int) -> Picture:
    if picture.unpacked < picture.wanted:
        raise Unfit(Fault.DAMAGED)
    if position < size:
        check_attached(file, position)
        picture.metadata.add(Metadata.ATTACHED)
    return picture

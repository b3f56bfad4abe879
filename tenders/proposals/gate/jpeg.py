"""JPEG: segments that add up, no more pixels than a viewer bears, and what it tells besides the picture. Pure.

The stripped picture keeps what a decoder needs, the colour profile and which way up it is. Nothing is decoded.
"""

import re
from dataclasses import dataclass, field
from typing import BinaryIO

from tenders.proposals.gate.exif import UPRIGHT, exif_of, told_in_exif
from tenders.proposals.gate.telling import check_attached, check_no_archive, told_in
from tenders.proposals.gate.verdict import MEDIA_TYPES, PIXELS_MAX, Fault, Inspection, Metadata, Unfit
from tenders.proposals.gate.wire import Copy, Piece

SEGMENTS_MAX = 5000
CHUNK_BYTES = 1024 * 1024

START, END, SCAN, COMMENT = 0xD8, 0xD9, 0xDA, 0xFE
APP0, APP1, APP2, APP13, APP14, APP15 = 0xE0, 0xE1, 0xE2, 0xED, 0xEE, 0xEF
FRAMES = {0xC0, 0xC1, 0xC2}  # baseline, extended and progressive: what every viewer shows
TABLES = {0xC4, 0xDB, 0xDD}
# A marker inside a scan: not a stuffed byte, not a restart and not a byte of padding.
MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")

JFIF = b"JFIF\x00"
JFIF_BARE_BYTES = 14  # the body without a small picture
EXIF = b"Exif\x00\x00"
PROFILE = b"ICC_PROFILE\x00"
ADOBE = b"Adobe"
PICTURES = b"MPF\x00"  # where further pictures stand behind the first


@dataclass
class Picture:
    metadata: set[Metadata] = field(default_factory=set)
    orientation: int = UPRIGHT
    kept: list[Piece] = field(default_factory=list)
    frames: int = 0
    scans: int = 0


def look(file: BinaryIO) -> Inspection:
    return Inspection(MEDIA_TYPES["jpeg"], tuple(sorted(_picture(file).metadata)))


def without_metadata(file: BinaryIO) -> list[Piece]:
    picture = _picture(file)
    start = [Copy(0, 2)]
    if picture.orientation != UPRIGHT:
        start.append(_segment(APP1, EXIF + exif_of(picture.orientation)))
    return [*start, *picture.kept]


def _picture(file: BinaryIO) -> Picture:
    check_no_archive(file)
    picture = Picture()
    size = file.seek(0, 2)
    position = 2
    for _count in range(SEGMENTS_MAX):
        position, marker = _marker_at(file, position)
        if marker == END:
            return _ended(file, picture, position, size)
        position = _take(file, picture, marker, position)
    raise Unfit(Fault.OVER_LIMITS)


def _marker_at(file: BinaryIO, position: int) -> tuple[int, int]:
    """The offset behind the marker, and the marker; bytes of padding before it are passed over."""
    file.seek(position)
    if file.read(1) != b"\xff":
        raise Unfit(Fault.DAMAGED)
    position += 1
    while (marker := file.read(1)) == b"\xff":
        position += 1
    if marker in (b"", b"\x00"):
        raise Unfit(Fault.DAMAGED)
    return position + 1, marker[0]


def _ended(file: BinaryIO, picture: Picture, position: int, size: int) -> Picture:
    if picture.frames != 1 or not picture.scans:
        raise Unfit(Fault.DAMAGED)
    picture.kept.append(Copy(position - 2, 2))
    if position < size:
        check_attached(file, position)
        picture.metadata.add(Metadata.ATTACHED)
    return picture


def _take(file: BinaryIO, picture: Picture, marker: int, position: int) -> int:
    """Take in the segment whose marker ends at `position`; gives where the next marker begins."""
    file.seek(position)
    length = int.from_bytes(file.read(2), "big")
    body = file.read(max(length - 2, 0))
    if length < 2 or len(body) < length - 2:
        raise Unfit(Fault.DAMAGED)
    end = position + length
    if marker in FRAMES:
        picture.frames += 1
        _check_pixels(body)
    if marker == SCAN:
        picture.scans += 1
        end = _end_of_scan(file, end)
    if marker in FRAMES | TABLES | {SCAN}:
        picture.kept.append(Copy(position - 2, end - position + 2))
    elif APP0 <= marker <= APP15 or marker == COMMENT:
        _take_description(picture, marker, body, position)
    else:
        raise Unfit(Fault.DAMAGED)
    return end


def _check_pixels(body: bytes) -> None:
    height, width = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
    if not height or not width:
        raise Unfit(Fault.DAMAGED)
    if height * width > PIXELS_MAX:
        raise Unfit(Fault.TOO_MANY_PIXELS)


def _end_of_scan(file: BinaryIO, position: int) -> int:
    """Where the next marker stands behind the compressed bytes that begin at `position`."""
    file.seek(position)
    held = b""
    while chunk := file.read(CHUNK_BYTES):
        held += chunk
        if found := MARKER.search(held):
            return position + found.start()
        position += len(held) - 1
        held = held[-1:]
    raise Unfit(Fault.DAMAGED)


def _take_description(picture: Picture, marker: int, body: bytes, position: int) -> None:
    """Keep a segment that a decoder needs; note what any other tells."""
    is_profile = marker == APP2 and body.startswith(PROFILE)
    is_colour = marker == APP14 and body.startswith(ADOBE)
    if is_profile or is_colour or _is_bare_jfif(marker, body):
        picture.kept.append(Copy(position - 2, len(body) + 4))
    elif marker == APP0 and body.startswith(JFIF) and len(body) >= JFIF_BARE_BYTES:
        picture.kept.append(_segment(APP0, body[: JFIF_BARE_BYTES - 2] + bytes(2)))
        picture.metadata.add(Metadata.ATTACHED)
    elif marker == APP1 and body.startswith(EXIF):
        _take_exif(picture, body[len(EXIF) :])
    elif body.startswith(PICTURES):
        picture.metadata.add(Metadata.ATTACHED)
    else:
        picture.metadata |= told_in(body)


def _is_bare_jfif(marker: int, body: bytes) -> bool:
    return marker == APP0 and body.startswith(JFIF) and len(body) == JFIF_BARE_BYTES and not any(body[-2:])


def _take_exif(picture: Picture, tiff: bytes) -> None:
    told, orientation = told_in_exif(tiff)
    picture.orientation = orientation
    if tiff != exif_of(orientation):
        picture.metadata |= told


def _segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body

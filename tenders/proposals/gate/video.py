"""MP4: boxes that add up, and what they tell besides the pictures (ISO/IEC 14496-12). Pure.

What is taken out is overwritten where it stands with a `free` box of the same size, so that every offset to a sample
stays right. Tracks of positions are taken out with their samples; where those cannot be found the video is refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from tenders.proposals.gate.heads import FTYP
from tenders.proposals.gate.pieces import overwritten
from tenders.proposals.gate.samples import Table, sample_spans
from tenders.proposals.gate.telling import check_no_archive, told_in
from tenders.proposals.gate.verdict import MEDIA_TYPES, Fault, Inspection, Metadata, Unfit
from tenders.proposals.gate.wire import Piece, Zeros

BOXES_MAX = 100_000
DESCRIPTION_BYTES_MAX = 1024 * 1024
CHUNK_BYTES = 1024 * 1024

# The boxes inside each container that a player needs; whatever else stands there only tells something.
NEEDED = {
    b"": {FTYP, b"styp", b"moov", b"mdat", b"moof", b"mfra", b"sidx", b"ssix", b"pdin", b"prft"},
    b"moov": {b"mvhd", b"trak", b"mvex", b"iods"},
    b"trak": {b"tkhd", b"edts", b"mdia", b"tref", b"trgr", b"tapt", b"clip", b"matt", b"load"},
    b"mdia": {b"mdhd", b"hdlr", b"minf", b"elng"},
    b"minf": {b"vmhd", b"smhd", b"hmhd", b"nmhd", b"sthd", b"gmhd", b"hdlr", b"dinf", b"stbl"},
    b"dinf": {b"dref"},
    b"stbl": {
        *(b"stsd", b"stts", b"ctts", b"cslg", b"stsc", b"stsz", b"stz2", b"stco", b"co64", b"stss", b"stsh", b"stps"),
        *(b"sdtp", b"sbgp", b"sgpd", b"subs", b"saiz", b"saio", b"padb", b"stdp"),
    },
    b"moof": {b"mfhd", b"traf"},
    b"traf": {b"tfhd", b"tfdt", b"trun", b"sdtp", b"sbgp", b"sgpd", b"subs", b"saiz", b"saio"},
}
PADDING = {b"free", b"skip", b"wide"}
PROTECTED = {b"pssh", b"encv", b"enca", b"enct", b"encs"}
# The whole movie packed, or a movie that is only an address.
UNREADABLE = {b"cmov": Fault.DAMAGED, b"rmra": Fault.LINKED}

SEEN_OR_HEARD = {b"vide", b"soun", b"auxv", b"pict", b"hint", b"tmcd"}
WORDS = {b"text", b"sbtl", b"subt", b"clcp"}
TABLES = {b"stsz", b"stz2", b"stsc", b"stco", b"co64"}
WITHIN_THE_FILE = 1


@dataclass(frozen=True)
class Box:
    kind: bytes
    start: int
    body: int  # the offset of what follows the header
    end: int


@dataclass
class Track:
    box: Box
    handler: bytes = b""
    tables: dict[bytes, Box] = field(default_factory=dict)


@dataclass
class Movie:
    """What a walk through all boxes found."""

    count: int = 0
    kinds: list[bytes] = field(default_factory=list)  # of the boxes at the top
    data: list[Box] = field(default_factory=list)
    tracks: list[Track] = field(default_factory=list)
    telling: list[Box] = field(default_factory=list)
    is_fragmented: bool = False


def look(file: BinaryIO) -> Inspection:
    metadata, _ = _found(file)
    return Inspection(MEDIA_TYPES["mp4"], tuple(sorted(metadata)))


def without_metadata(file: BinaryIO) -> list[Piece]:
    _, changes = _found(file)
    return overwritten(file.seek(0, 2), changes)


def _found(file: BinaryIO) -> tuple[set[Metadata], dict[int, Piece]]:
    """What the video tells, and what is to stand in its place: a piece by the offset at which it begins."""
    check_no_archive(file)
    movie = Movie()
    _walk(file, movie, Box(b"", 0, 0, file.seek(0, 2)), None)
    if movie.kinds.count(b"moov") != 1 or not movie.data:
        raise Unfit(Fault.DAMAGED)
    metadata: set[Metadata] = set()
    changes: dict[int, Piece] = {}
    for box in movie.telling:
        if told := _told(file, box):
            metadata |= told
            changes |= _blank(file, box)
    for track in movie.tracks:
        if _tells_positions(file, movie, track):
            metadata.add(Metadata.LOCATION)
            inside = {start for start in changes if track.box.start <= start < track.box.end}
            changes = {start: piece for start, piece in changes.items() if start not in inside}
            changes |= _blank(file, track.box) | {
                start: Zeros(end - start) for start, end in _spans(file, movie, track)
            }
    return metadata, changes


# Walking


def _walk(file: BinaryIO, movie: Movie, outer: Box, track: Track | None) -> None:
    for box in _boxes(file, outer):
        movie.count += 1
        if movie.count > BOXES_MAX:
            raise Unfit(Fault.OVER_LIMITS)
        _note(movie, outer, box)
        if box.kind not in NEEDED[outer.kind]:
            movie.telling.append(box)
            continue
        within = track
        if box.kind == b"trak":
            within = Track(box)
            movie.tracks.append(within)
        elif track:
            _note_of_track(file, track, outer, box)
        if box.kind in NEEDED:
            _walk(file, movie, box, within)


def _boxes(file: BinaryIO, outer: Box) -> Iterator[Box]:
    position = outer.body
    while position < outer.end:
        box = _box_at(file, position, outer)
        yield box
        position = box.end


def _box_at(file: BinaryIO, position: int, outer: Box) -> Box:
    head = _read(file, position, min(position + 16, outer.end))
    size, kind, header = int.from_bytes(head[:4], "big"), head[4:8], 8
    if size == 1:
        size, header = int.from_bytes(head[8:16], "big"), 16
    elif size == 0 and outer.kind == b"":
        size = outer.end - position
    if len(head) < header or size < header or position + size > outer.end:
        raise Unfit(Fault.DAMAGED)
    return Box(kind, position, position + header, position + size)


def _read(file: BinaryIO, start: int, end: int) -> bytes:
    file.seek(start)
    return file.read(end - start)


def _note(movie: Movie, outer: Box, box: Box) -> None:
    if box.kind in PROTECTED:
        raise Unfit(Fault.ENCRYPTED)
    if box.kind in UNREADABLE:
        raise Unfit(UNREADABLE[box.kind])
    if outer.kind == b"":
        movie.kinds.append(box.kind)
    if box.kind == b"mdat":
        movie.data.append(box)
    if box.kind in (b"moof", b"mvex"):
        movie.is_fragmented = True


def _note_of_track(file: BinaryIO, track: Track, outer: Box, box: Box) -> None:
    if outer.kind == b"mdia" and box.kind == b"hdlr":
        if track.handler:
            raise Unfit(Fault.DAMAGED)
        track.handler = _read(file, box.body + 8, min(box.body + 12, box.end))
    elif box.kind in TABLES:
        track.tables[box.kind] = box
    elif box.kind == b"dref":
        _check_references(file, box)
    elif box.kind == b"stsd":
        _check_entries(file, box)


def _check_references(file: BinaryIO, box: Box) -> None:
    """Every sample stands in this file; a reference that leads elsewhere is refused."""
    for entry in _boxes(file, Box(b"dref", box.start, box.body + 8, box.end)):
        if _read(file, entry.body, entry.end)[3:4] != bytes([WITHIN_THE_FILE]):
            raise Unfit(Fault.LINKED)


def _check_entries(file: BinaryIO, box: Box) -> None:
    for entry in _boxes(file, Box(b"stsd", box.start, box.body + 8, box.end)):
        if entry.kind in PROTECTED:
            raise Unfit(Fault.ENCRYPTED)


# What is told


def _told(file: BinaryIO, box: Box) -> set[Metadata]:
    """What the box tells; nothing where it holds nothing but zeros."""
    if _is_zero(file, box):
        return set()
    told = told_in(_read(file, box.start, min(box.end, box.start + DESCRIPTION_BYTES_MAX)))
    return {Metadata.NOTE} if box.kind in PADDING else told


def _is_zero(file: BinaryIO, box: Box) -> bool:
    file.seek(box.body)
    left = box.end - box.body
    while left:
        chunk = file.read(min(CHUNK_BYTES, left))
        if chunk.count(0) != len(chunk):
            return False
        left -= len(chunk)
    return True


def _blank(file: BinaryIO, box: Box) -> dict[int, Piece]:
    """A `free` box of zeros in its place; the size stays as it was written, the kind alone changes."""
    header = _read(file, box.start, box.body)
    return {box.start: header[:4] + b"free" + header[8:], box.body: Zeros(box.end - box.body)}


def _tells_positions(file: BinaryIO, movie: Movie, track: Track) -> bool:
    """Whether a track is neither seen nor heard: what drones and cameras write there are positions.

    Subtitles are kept unless they name positions, as some drones write them under every picture.
    """
    if track.handler in SEEN_OR_HEARD:
        return False
    if track.handler not in WORDS:
        return True
    text = b"".join(_read(file, start, min(end, start + 4096)) for start, end in _spans(file, movie, track)[:64])
    return Metadata.LOCATION in told_in(text)


def _spans(file: BinaryIO, movie: Movie, track: Track) -> list[tuple[int, int]]:
    """Where the samples of the track stand. Raises Unfit where they cannot be found or stand outside of the data."""
    if movie.is_fragmented:
        raise Unfit(Fault.LOCATION)
    tables = {kind: Table(file, box.body, box.end) for kind, box in track.tables.items()}
    spans = sample_spans(tables)
    if spans is None:
        raise Unfit(Fault.LOCATION)
    if any(not any(box.body <= start and end <= box.end for box in movie.data) for start, end in spans):
        raise Unfit(Fault.DAMAGED)
    return spans

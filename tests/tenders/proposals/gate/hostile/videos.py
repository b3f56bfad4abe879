import struct

from tenders.proposals.gate.verdict import Fault
from tests.tenders.proposals.gate.making import DREF, FTYP, box, full, numbers, tables, track, video

MDAT = box(b"mdat", bytes(8))
ELSEWHERE = full(b"dref", numbers(1), box(b"url ", bytes(4), b"http://192.0.2.1/a.mp4\x00"))


def one_track(handler: bytes, entry: bytes = b"mp4s", data: bytes = DREF, samples: bytes | None = None):
    return lambda start: track(handler, entry, tables([4], start) if samples is None else samples, data=data)


def with_positions(samples: bytes, after: bytes = b"") -> bytes:
    return video(others=b"GPS!", tracks=[one_track(b"meta", b"gpmd", samples=samples)], after=after)


def many_boxes() -> bytes:
    return FTYP + box(b"free") * 100_001


ROWS = {
    "cut off": (video()[:-1], Fault.DAMAGED),
    "bytes behind": (video() + b"1234", Fault.DAMAGED),
    "box longer than its container": (
        FTYP + box(b"moov", struct.pack(">I", 999) + b"trak") + MDAT,
        Fault.DAMAGED,
    ),
    "box shorter than its head": (FTYP + box(b"moov", struct.pack(">I", 4) + b"trak") + MDAT, Fault.DAMAGED),
    "box that only ends with the file, inside another": (
        FTYP + box(b"moov", bytes(4) + b"trak") + MDAT,
        Fault.DAMAGED,
    ),
    "long size that is cut off": (FTYP + box(b"moov") + MDAT + numbers(1) + b"free", Fault.DAMAGED),
    "long size that lies": (FTYP + numbers(1) + b"moov" + struct.pack(">Q", 2**63), Fault.DAMAGED),
    "no pictures": (FTYP + box(b"moov"), Fault.DAMAGED),
    "no movie": (FTYP + MDAT, Fault.DAMAGED),
    "two movies": (FTYP + box(b"moov") * 2 + MDAT, Fault.DAMAGED),
    "movie in a pack": (FTYP + box(b"moov", box(b"cmov", bytes(9))) + MDAT, Fault.DAMAGED),
    "two kinds of one track": (
        FTYP + box(b"moov", box(b"trak", box(b"mdia", full(b"hdlr", bytes(20)), full(b"hdlr", bytes(20))))) + MDAT,
        Fault.DAMAGED,
    ),
    "movie that is an address": (FTYP + box(b"moov", box(b"rmra", bytes(9))) + MDAT, Fault.LINKED),
    "pictures in another file": (video(tracks=[one_track(b"vide", data=ELSEWHERE)], others=b"1234"), Fault.LINKED),
    "protected": (video(inside=full(b"pssh", bytes(20))), Fault.ENCRYPTED),
    "protected pictures": (video(tracks=[one_track(b"vide", b"encv")], others=b"1234"), Fault.ENCRYPTED),
    "boxes without end": (many_boxes, Fault.OVER_LIMITS),
    "positions without tables": (with_positions(b""), Fault.LOCATION),
    "positions with a table that is cut off": (
        with_positions(full(b"stsz", numbers(0, 5, 1)) + tables([4], 0)[:0]),
        Fault.LOCATION,
    ),
    "positions of more samples than tables tell": (
        with_positions(
            full(b"stsz", numbers(4, 9)) + full(b"stsc", numbers(1, 1, 1, 1)) + full(b"stco", numbers(1, 400))
        ),
        Fault.LOCATION,
    ),
    "positions of samples without end": (
        with_positions(
            full(b"stsz", numbers(4, 2**31)) + full(b"stsc", numbers(1, 1, 1, 1)) + full(b"stco", numbers(1, 400))
        ),
        Fault.LOCATION,
    ),
    "positions in fragments": (
        with_positions(tables([4], 0), after=box(b"moof", full(b"mfhd", bytes(4)))),
        Fault.LOCATION,
    ),
    "positions outside of the data": (with_positions(tables([4], 0)), Fault.DAMAGED),
    "other brand": (box(b"ftyp", b"heic\x00\x00\x00\x00mif1") + box(b"moov") + MDAT, Fault.OTHER_CONTENT),
    "other content": (b"\x1aE\xdf\xa3" + bytes(40), Fault.OTHER_CONTENT),
    "nothing": (b"", Fault.EMPTY),
}

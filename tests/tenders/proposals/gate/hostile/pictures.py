import zlib

from tenders.proposals.gate.verdict import Fault
from tests.tenders.proposals.gate.making import PIXELS, PNG_HEAD, chunk, frame, header, jpeg, png, segment


def bomb() -> bytes:
    """Few pixels by the header, and 120 MB behind it."""
    return png(pixels=chunk(b"IDAT", zlib.compress(bytes(120_000_000))))


def large_within_the_limit_of_pixels() -> bytes:
    """A hundred million pixels of 16 bits and four colours unpack to more than a viewer bears."""
    return png(top=header(10_000, 10_000, 16, 6), pixels=chunk(b"IDAT", zlib.compress(bytes(330_000_000))))


def bomb_of_a_profile() -> bytes:
    return png(chunk(b"iCCP", b"p\x00\x00" + zlib.compress(bytes(20_000_000))))


JPEG = {
    "pixels without end": (jpeg(picture=frame(65_000, 65_000)), Fault.TOO_MANY_PIXELS),
    "no pixels": (jpeg(picture=frame(0, 8)), Fault.DAMAGED),
    "two frames": (jpeg(picture=frame() * 2), Fault.DAMAGED),
    "no frame": (jpeg(picture=b""), Fault.DAMAGED),
    "no scan": (jpeg(scan=b""), Fault.DAMAGED),
    "frame that no viewer shows": (jpeg(picture=frame(marker=0xC9)), Fault.DAMAGED),
    "cut off in the scan": (jpeg()[:-4], Fault.DAMAGED),
    "cut off in a segment": (jpeg()[:30], Fault.DAMAGED),
    "segment without a length": (b"\xff\xd8\xff\xe0\x00\x01", Fault.DAMAGED),
    "bytes between segments": (jpeg(b"x"), Fault.DAMAGED),
    "marker that is none": (jpeg(b"\xff\x00"), Fault.DAMAGED),
    "segments without end": (jpeg(segment(0xFE, b"") * 5001), Fault.OVER_LIMITS),
    "other content": (b"GIF89a" + bytes(20), Fault.OTHER_CONTENT),
    "nothing": (b"", Fault.EMPTY),
}
PNG = {
    "bomb": (bomb, Fault.UNPACKS_TOO_LARGE),
    "bomb within the limit of pixels": (large_within_the_limit_of_pixels, Fault.UNPACKS_TOO_LARGE),
    "bomb of a profile": (bomb_of_a_profile, Fault.UNPACKS_TOO_LARGE),
    "profile that is cut off": (png(chunk(b"iCCP", b"p\x00\x00" + zlib.compress(b"x")[:-4])), Fault.DAMAGED),
    "pixels without end": (png(top=header(2**31, 2**31)), Fault.TOO_MANY_PIXELS),
    "no pixels": (png(top=header(0, 4)), Fault.DAMAGED),
    "depth that no viewer knows": (png(top=header(depth=3)), Fault.DAMAGED),
    "header that is cut off": (png(top=chunk(b"IHDR", bytes(8))), Fault.DAMAGED),
    "no header": (png(top=b""), Fault.DAMAGED),
    "two headers": (png(header()), Fault.DAMAGED),
    "fewer rows than the header says": (png(top=header(4, 5)), Fault.DAMAGED),
    "pixels that do not unpack": (png(pixels=chunk(b"IDAT", b"xx")), Fault.DAMAGED),
    "checksum that lies": (png()[:-1] + b"x", Fault.DAMAGED),
    "chunk that nobody knows": (png(chunk(b"ABCD", b"x")), Fault.DAMAGED),
    "chunk without a name": (png(chunk(b"\x00\x00\x00\x00")), Fault.DAMAGED),
    "cut off": (png()[:-12], Fault.DAMAGED),
    "chunks without end": (PNG_HEAD + header() + chunk(b"IDAT") * 100_001 + PIXELS[:0], Fault.OVER_LIMITS),
    "other content": (b"\x89PNG" + bytes(20), Fault.OTHER_CONTENT),
    "nothing": (b"", Fault.EMPTY),
}

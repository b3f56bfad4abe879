"""Files made byte by byte: honest ones, and the parts from which the hostile ones are put together."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

import openpyxl

# PDF


def pdf(*objects: bytes, trailer: bytes = b"", head: bytes = b"%PDF-1.7\n", end: bytes = b"%%EOF\n") -> bytes:
    """A page and these objects, numbered from 4."""
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        *objects,
    ]
    numbered = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, body) for number, body in enumerate(bodies, 1))
    return head + numbered + b"trailer\n<</Root 1 0 R" + trailer + b">>\n" + end


def stream(data: bytes, facts: bytes = b"") -> bytes:
    return b"<<" + facts + b"/Length %d>>\nstream\n" % len(data) + data + b"\nendstream"


def flate(data: bytes, facts: bytes = b"") -> bytes:
    return stream(zlib.compress(data), facts + b"/Filter/FlateDecode")


def objects(data: bytes, facts: bytes = b"") -> bytes:
    """A stream of objects, packed as programs do."""
    return flate(b"10 0 " + data, b"/Type/ObjStm/N 1/First 5" + facts)


# ZIP and XLSX

CONTENT_TYPES = (
    b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Default Extension="xml" ContentType="application/xml"/>%s</Types>'
)
RELATIONS = (
    b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b"%s</Relationships>"
)
OFFICE = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def types(*rows: bytes) -> bytes:
    return CONTENT_TYPES % b"".join(rows)


def relation(kind: bytes, target: bytes, *, is_external: bool = True) -> bytes:
    mode = b' TargetMode="External"' if is_external else b""
    return RELATIONS % (b'<Relationship Id="r1" Type="%s%s" Target="%s"%s/>' % (OFFICE, kind, target, mode))


def archive(parts: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return held.getvalue()


def packed(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(content) + packer.flush()


def raw_archive(entries: list[tuple[str, bytes, int, bytes]], gap: bytes = b"") -> bytes:
    """A workbook and these entries: a name, packed bytes, the size that is told and what the checksum is of."""
    parts = {"[Content_Types].xml": types(), "xl/workbook.xml": b"<workbook/>"}
    rows = [(name, packed(content), len(content), content) for name, content in parts.items()] + entries
    local, directory = b"", b""
    for name, data, size, content in rows:
        facts = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, zlib.crc32(content), len(data), size, len(name), 0)
        directory += b"PK\x01\x02\x14\x00" + facts + struct.pack("<HHHII", 0, 0, 0, 0, len(local)) + name.encode()
        local += b"PK\x03\x04" + facts + name.encode() + data
    start = len(local + gap)
    end = struct.pack("<HHHHIIH", 0, 0, len(rows), len(rows), len(directory), start, 0)
    return local + gap + directory + b"PK\x05\x06" + end


class Pipe(io.BytesIO):
    """Takes what a program writes that cannot seek."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_place):
        raise io.UnsupportedOperation

    tell = seek


def piped(*, is_wide: bool = False) -> bytes:
    """A workbook whose sizes stand behind its entries, in 8 bytes each where it is wide."""
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in {"[Content_Types].xml": types(), "xl/workbook.xml": b"<workbook/>"}.items():
            with made.open(name, "w", force_zip64=is_wide) as part:
                part.write(content)
    return pipe.getvalue()


def workbook(extra: Mapping[str, bytes] | None = None, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The least that is a workbook; `extra` adds or replaces parts."""
    parts = {
        "[Content_Types].xml": types(),
        "xl/workbook.xml": b"<workbook/>",
        "xl/worksheets/sheet1.xml": b"<worksheet><sheetData/></worksheet>",
    }
    return archive(parts | dict(extra or {}), method)


def real_workbook() -> bytes:
    """What openpyxl makes of a table with a link, a comment and a second sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Політ", "Дальність, км"])
    sheet.append([1, 12.5])
    sheet["A1"].hyperlink = "https://example.org/flights"
    sheet["B1"].comment = openpyxl.comments.Comment("measured", "example")
    book.create_sheet("2").append(["=1+1"])
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


# MP4


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + kind + body


def full(kind: bytes, *parts: bytes) -> bytes:
    return box(kind, bytes(4), *parts)


def numbers(*values: int) -> bytes:
    return struct.pack(f">{len(values)}I", *values)


FTYP = box(b"ftyp", b"isom\x00\x00\x02\x00isommp41")
DREF = full(b"dref", numbers(1), box(b"url ", numbers(1)))


def tables(sizes: list[int], offset: int) -> bytes:
    """All samples in one chunk at that offset."""
    return b"".join(
        (
            full(b"stsz", numbers(0, len(sizes), *sizes)),
            full(b"stsc", numbers(1, 1, len(sizes), 1)),
            full(b"stco", numbers(1, offset)),
        )
    )


def track(handler: bytes, entry: bytes, samples: bytes, *, data: bytes = DREF, extra: bytes = b"") -> bytes:
    table = box(b"stbl", full(b"stsd", numbers(1), box(entry, bytes(8))), samples)
    named = full(b"hdlr", bytes(4), handler, bytes(13))
    media = box(b"mdia", full(b"mdhd", bytes(20)), named, box(b"minf", box(b"dinf", data), table))
    return box(b"trak", full(b"tkhd", bytes(80)), media, extra)


def video(
    *, pictures: bytes = b"V" * 30, others: bytes = b"", tracks=(), inside: bytes = b"", after: bytes = b""
) -> bytes:
    """A track of pictures, and those of `tracks`: functions of where `others` begins, behind the pictures."""

    def movie(start: int) -> bytes:
        made = [track(b"vide", b"avc1", tables([len(pictures)], start))]
        made += [one(start + len(pictures)) for one in tracks]
        return box(b"moov", full(b"mvhd", bytes(96)), *made, inside)

    start = len(FTYP) + len(movie(0)) + 8
    return FTYP + movie(start) + box(b"mdat", pictures, others) + after


# A video that tells where it was taken.
LOCATED = video(inside=box(b"udta", box(b"\xa9xyz", b"+50.45+030.52/")))


# JPEG


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def frame(width: int = 8, height: int = 8, marker: int = 0xC0) -> bytes:
    return segment(marker, b"\x08" + struct.pack(">HH", height, width) + b"\x01\x01\x11\x00")


JFIF = segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
QUANTISERS = segment(0xDB, b"\x00" + b"\x01" * 64)
CODES = segment(0xC4, b"\x00\x01" + bytes(15) + b"\x00") + segment(0xC4, b"\x10\x01" + bytes(15) + b"\x00")
SCAN = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x3f\xff\x00\xff\xd0\x3f"


def jpeg(*descriptions: bytes, picture: bytes | None = None, scan: bytes = SCAN, after: bytes = b"") -> bytes:
    """A grey square of 8 by 8, with these segments in front."""
    shown = frame() if picture is None else picture
    return b"\xff\xd8" + JFIF + b"".join(descriptions) + QUANTISERS + shown + CODES + scan + b"\xff\xd9" + after


def exif(*fields: tuple[int, int], order: str = "<") -> bytes:
    """The body of an APP1 segment with these fields: a tag and a short number."""
    mark = b"II*\x00" if order == "<" else b"MM\x00*"
    entries = b"".join(struct.pack(f"{order}HHIHH", tag, 3, 1, value, 0) for tag, value in fields)
    return b"Exif\x00\x00" + mark + struct.pack(f"{order}IH", 8, len(fields)) + entries + bytes(4)


# PNG

PNG_HEAD = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def header(width: int = 4, height: int = 4, depth: int = 8, colour: int = 2, rest: bytes = bytes(3)) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBB", width, height, depth, colour) + rest)


PIXELS = bytes(4 * (1 + 4 * 3))


def png(*descriptions: bytes, top: bytes | None = None, pixels: bytes | None = None, after: bytes = b"") -> bytes:
    """A black square of 4 by 4."""
    data = chunk(b"IDAT", zlib.compress(PIXELS)) if pixels is None else pixels
    return PNG_HEAD + (header() if top is None else top) + b"".join(descriptions) + data + chunk(b"IEND") + after

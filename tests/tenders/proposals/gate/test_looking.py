"""Honest files are taken, and what photos and videos tell besides is named and taken out."""

import base64
import hashlib
import io
import struct
import zipfile
import zlib

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf.annotations import Link

from tenders.demo.files import pdf as demo_pdf
from tenders.proposals.gate import archive, looking, pdf, png, samples, table, workbook
from tenders.proposals.gate import video as video_module
from tenders.proposals.gate.exif import exif_of, told_in_exif
from tenders.proposals.gate.inspection import inspect, stripped
from tenders.proposals.gate.looking import CLEANERS, look, stripped_pieces
from tenders.proposals.gate.pieces import PiecedFile
from tenders.proposals.gate.verdict import MEDIA_TYPES, UTF16_CSV, Fault, Inspection, Metadata, Unfit
from tenders.proposals.gate.wire import Copy
from tests.tenders.proposals.gate import making
from tests.tenders.proposals.gate.making import (
    FTYP,
    JFIF,
    PNG_HEAD,
    box,
    chunk,
    exif,
    flate,
    full,
    header,
    jpeg,
    numbers,
    objects,
    piped,
    segment,
    stream,
    tables,
    track,
    video,
)

# The gate knows no database.
pytestmark = pytest.mark.sqlite_only

LOCATION, AUTHOR, DEVICE, NOTE, ATTACHED = Metadata


def _taken(content: bytes, extension: str) -> Inspection:
    return look(io.BytesIO(content), extension)


def _fault(content: bytes, extension: str) -> Fault:
    with pytest.raises(Unfit) as raised:
        _taken(content, extension)
    return raised.value.fault


def _stripped(content: bytes, extension: str) -> bytes:
    """Without a child; the child's way is tested once for each type below."""
    file = io.BytesIO(content)
    return io.BufferedReader(PiecedFile(file, stripped_pieces(file, extension))).read()


def real_pdf(**facts) -> bytes:
    """Three pages of pypdf, with a title, an author and a link, written with streams of objects where asked."""
    writer = pypdf.PdfWriter(**facts)
    for _page in range(3):
        writer.add_blank_page(595, 842)
    writer.add_metadata({"/Title": "Технічний опис", "/Author": "Example Rotors"})
    writer.add_annotation(0, Link(rect=(0, 0, 9, 9), url="https://example.org"))
    held = io.BytesIO()
    writer.write(held)
    return held.getvalue()


def without_the_head_of_descriptors(content: bytes) -> bytes:
    """The same with the bare descriptors that the format allows as well."""
    kept = content.replace(b"PK\x07\x08", b"")
    start = kept.index(b"PK\x01\x02")
    made = bytearray(kept)
    second = made.index(b"PK\x01\x02", start + 1)
    made[second + 42 : second + 46] = struct.pack("<I", kept.index(b"PK\x03\x04", 1))
    end = made.index(b"PK\x05\x06")
    made[end + 16 : end + 20] = struct.pack("<I", start)
    return bytes(made)


LETTERS = base64.a85encode(zlib.compress(b"BT ET")) + b"~>"


@pytest.mark.parametrize(
    ("content", "extension", "media_type"),
    [
        (real_pdf(), "pdf", "application/pdf"),
        (demo_pdf(["Технічний опис (example)"]), "pdf", "application/pdf"),
        (making.pdf(), "pdf", "application/pdf"),
        (making.pdf(objects(b"<</A/B>>")), "pdf", "application/pdf"),
        (making.pdf(objects(b"<</A/B>>", b"/DecodeParms[null]")), "pdf", "application/pdf"),
        (making.pdf(objects(b"<</A/B>>", b"/DecodeParms<</Predictor 1>>")), "pdf", "application/pdf"),
        (making.pdf(stream(b"10 0 <</A/B>>", b"/Type/ObjStm/N 1/First 5")), "pdf", "application/pdf"),
        (making.pdf(flate(b"BT (see /Launcher) Tj ET")), "pdf", "application/pdf"),
        (making.pdf(stream(b"garbled", b"/Filter/FlateDecode")), "pdf", "application/pdf"),
        (making.pdf(stream(b"garbled", b"/Filter 9 0 R")), "pdf", "application/pdf"),
        (making.pdf(stream(LETTERS, b"/Filter[/ASCII85Decode/FlateDecode]")), "pdf", "application/pdf"),
        (
            making.pdf(stream(b"\xff\xd8", b"/Subtype/Image/Width 20000/Height 20000/Filter/DCTDecode")),
            "pdf",
            MEDIA_TYPES["pdf"],
        ),
        (
            making.pdf(stream(b"\xff\xd8", b"/Subtype/Image/Width 9 0 R/Height 9/Filter[/FlateDecode/DCTDecode]")),
            "pdf",
            MEDIA_TYPES["pdf"],
        ),
        (making.pdf(end=b"PK\x05\x06\x01\x00" + bytes(40) + b"%%EOF"), "pdf", "application/pdf"),
        (
            making.pdf(stream(zlib.compress(b"BT").hex().encode() + b" >", b"/Filter[/AHx/Fl]")),
            "pdf",
            "application/pdf",
        ),
        (making.pdf(flate(hashlib.shake_256(b"noise").digest(200_000))), "pdf", "application/pdf"),
        (making.pdf(stream(b"\x78\x01\x01\xff\xff\x00\x00abc", b"/Filter/FlateDecode")), "pdf", "application/pdf"),
        (making.pdf(stream(b"x", b"/A(" + b"x" * 60_000 + b")")), "pdf", "application/pdf"),
        (making.pdf(stream(b"x", b"/Filter/LZWDecode")), "pdf", "application/pdf"),
        (making.pdf(b"<</A(a \\) (nested) %)/B<0aF>>>", end=b"%%EOF\r\n\r\n"), "pdf", "application/pdf"),
        (making.pdf(b"<</S/URI/URI(https://example.org)/Not#65d true>>"), "pdf", "application/pdf"),
        (making.pdf(end=b"%%EOF"), "pdf", "application/pdf"),
        (b"a,b\n1,2\n", "csv", "text/csv; charset=utf-8"),
        ("код;дальність\n1;12,5\n".encode("utf-8-sig"), "csv", "text/csv; charset=utf-8"),
        ("код;дальність\n1;12,5\n".encode("utf-16"), "csv", UTF16_CSV),
        ("дальність;1\n".encode() * 100_000, "csv", "text/csv; charset=utf-8"),
        (making.real_workbook(), "xlsx", MEDIA_TYPES["xlsx"]),
        (making.workbook(), "xlsx", MEDIA_TYPES["xlsx"]),
        (making.workbook(method=zipfile.ZIP_STORED), "xlsx", MEDIA_TYPES["xlsx"]),
        (making.workbook({"xl/media/зображення.png": making.png()}), "xlsx", MEDIA_TYPES["xlsx"]),
        (making.workbook({"xl/media/a.dat": b"x" * 3_000_000}, zipfile.ZIP_STORED), "xlsx", MEDIA_TYPES["xlsx"]),
        (piped(), "xlsx", MEDIA_TYPES["xlsx"]),
        (piped(is_wide=True), "xlsx", MEDIA_TYPES["xlsx"]),
        (without_the_head_of_descriptors(piped()), "xlsx", MEDIA_TYPES["xlsx"]),
        (making.raw_archive([]), "xlsx", MEDIA_TYPES["xlsx"]),
        (making.workbook({"xl/worksheets/sheet1.xml": "<w>ї</w>".encode("utf-16")}), "xlsx", MEDIA_TYPES["xlsx"]),
        (
            making.workbook(
                {"xl/worksheets/_rels/sheet1.xml.rels": making.relation(b"hyperlink", b"mailto:a@example.org")}
            ),
            "xlsx",
            MEDIA_TYPES["xlsx"],
        ),
        (video(), "mp4", "video/mp4"),
        (video(after=struct.pack(">I", 0) + b"mdat" + b"to the end"), "mp4", "video/mp4"),
        (video(after=struct.pack(">I4sQ", 1, b"mdat", 20) + b"long"), "mp4", "video/mp4"),
        (video(after=box(b"free", bytes(50))), "mp4", "video/mp4"),
        (video(inside=box(b"udta")), "mp4", "video/mp4"),
        (video(tracks=[lambda start: track(b"soun", b"mp4a", tables([4], start))], others=b"loud"), "mp4", "video/mp4"),
        (video(tracks=[lambda start: track(b"sbtl", b"tx3g", tables([4], start))], others=b"over"), "mp4", "video/mp4"),
        (jpeg(), "jpg", "image/jpeg"),
        (jpeg(), "jpeg", "image/jpeg"),
        (jpeg(picture=making.frame(marker=0xC2)), "jpg", "image/jpeg"),
        (jpeg(segment(0xE2, b"ICC_PROFILE\x00\x01\x01profile") + segment(0xEE, b"Adobe\x00")), "jpg", "image/jpeg"),
        (jpeg(b"\xff\xff" + segment(0xDD, b"\x00\x00")), "jpg", "image/jpeg"),
        (jpeg(segment(0xE1, b"Exif\x00\x00" + exif_of(6))), "jpg", "image/jpeg"),
        (making.png(), "png", "image/png"),
        (making.png(chunk(b"gAMA", bytes(4)) + chunk(b"iCCP", b"p\x00\x00" + zlib.compress(b"x"))), "png", "image/png"),
        (
            making.png(top=header(rest=b"\x00\x00\x01"), pixels=chunk(b"IDAT", zlib.compress(bytes(55)))),
            "png",
            "image/png",
        ),
    ],
)
def test_honest_file_is_taken_and_tells_nothing(content, extension, media_type):
    assert _taken(content, extension) == Inspection(media_type)


# What is told besides

TELLING = {
    "mp4": [
        (box(b"udta", box(b"\xa9xyz", b"+50.45+030.52/")), [LOCATION]),
        (box(b"udta", box(b"\xa9ART", b"Example Author"), box(b"\xa9mak", b"Example")), [AUTHOR, DEVICE]),
        (full(b"meta", full(b"keys", b"com.apple.quicktime.location.ISO6709")), [LOCATION]),
        (box(b"uuid", b"\xbe\x7a\xcf\xcb" + bytes(12), b"<x:xmpmeta>exif:GPSLatitude"), [LOCATION]),
        (box(b"free", b"left over"), [NOTE]),
        (box(b"beam", b"something"), [NOTE]),
    ],
    "jpg": [
        (segment(0xE1, exif((0x8825, 1), (0x0112, 6))), [LOCATION, NOTE]),
        (segment(0xE1, exif((0x013B, 1), (0x010F, 1), order=">")), [AUTHOR, DEVICE, NOTE]),
        (segment(0xE1, b"Exif\x00\x00garbled"), [NOTE]),
        (segment(0xE1, b"Exif\x00\x00II*\x00\x08\x00\x00\x00\xff\xff\x12\x01"), [NOTE]),
        (segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00<dc:creator>a</dc:creator>"), [AUTHOR]),
        (segment(0xED, b"Photoshop 3.0\x00by-line"), [AUTHOR]),
        (segment(0xFE, b"made at home"), [NOTE]),
        (segment(0xE2, b"MPF\x00second"), [ATTACHED]),
        (segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x01\x01rgb"), [ATTACHED]),
        (segment(0xE0, b"JFIF\x00short"), [NOTE]),
    ],
    "png": [
        (chunk(b"tEXt", b"Author\x00Example"), [AUTHOR]),
        (chunk(b"eXIf", exif((0x8825, 1))[6:]), [LOCATION, NOTE]),
        (chunk(b"iTXt", b"XML:com.adobe.xmp\x00exif:GPSLatitude"), [LOCATION]),
        (chunk(b"tIME", bytes(7)), [NOTE]),
    ],
}
MAKERS = {"mp4": lambda part: video(inside=part), "jpg": jpeg, "png": making.png}
PLAIN = {"mp4": None, "jpg": jpeg(), "png": making.png()}


def _sorted(metadata) -> tuple[str, ...]:
    return tuple(sorted(metadata))


@pytest.mark.parametrize(
    ("extension", "part", "told"), [(extension, *row) for extension, rows in TELLING.items() for row in rows]
)
def test_what_a_file_tells_is_named_and_taken_out(extension, part, told):
    content = MAKERS[extension](part)

    assert _taken(content, extension).metadata == _sorted(told)
    left = _stripped(content, extension)
    assert _taken(left, extension).metadata == ()
    assert part[8:] not in left
    if extension == "mp4":
        assert len(left) == len(content)


@pytest.mark.parametrize("extension", TELLING)
def test_stripping_leaves_the_picture_as_it_was(extension):
    plain = MAKERS[extension](b"")

    for part, _told in TELLING[extension]:
        left = _stripped(MAKERS[extension](part), extension)
        if extension == "mp4":
            assert left.endswith(box(b"mdat", b"V" * 30))
        elif _told != [ATTACHED] and b"\x12\x01" not in part and b"JFIF" not in part:
            assert left == plain


def test_orientation_stays_when_the_rest_of_exif_goes():
    content = jpeg(segment(0xE1, exif((0x8825, 1), (0x0112, 8))))

    left = _stripped(content, "jpg")

    assert left == b"\xff\xd8" + segment(0xE1, b"Exif\x00\x00" + exif_of(8)) + jpeg()[2:]
    assert told_in_exif(exif_of(8))[1] == 8
    assert told_in_exif(exif((0x0112, 99))[6:])[1] == 1


def test_small_picture_in_the_first_segment_goes():
    small = segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x01\x01rgb")

    assert _stripped(jpeg().replace(JFIF, small), "jpg") == jpeg()


@pytest.mark.parametrize(("extension", "made"), [("jpg", jpeg), ("png", making.png)])
def test_what_stands_behind_a_picture_goes(extension, made):
    content = made(after=b"second picture")

    assert _taken(content, extension).metadata == (ATTACHED,)
    assert _stripped(content, extension) == made()


def test_profile_and_colours_stay():
    content = jpeg(segment(0xE2, b"ICC_PROFILE\x00\x01\x01profile"), segment(0xFE, b"note"))

    assert b"ICC_PROFILE" in _stripped(content, "jpg")
    assert b"note" not in _stripped(content, "jpg")


# Tracks of positions


def positions(handler=b"meta", entry=b"gpmd", samples=b"GPS+50.45", **facts) -> bytes:
    one = lambda start: track(handler, entry, tables([4, 5], start), **facts)  # noqa: E731
    return video(tracks=[one], others=samples)


@pytest.mark.parametrize(
    "content",
    [
        positions(),
        positions(b"camm", b"camm"),
        positions(extra=box(b"udta", b"GPS of it")),
        positions(b"sbtl", b"tx3g", b"GPS 50.45"),
        positions(b"text", b"text", b"Latitude "),
    ],
)
def test_track_of_positions_goes_with_its_samples(content):
    assert _taken(content, "mp4").metadata == (LOCATION,)
    left = _stripped(content, "mp4")

    assert (len(left), _taken(left, "mp4").metadata) == (len(content), ())
    assert left.endswith(b"V" * 30 + bytes(9))
    assert left.count(b"trak") == 1


def test_positions_in_many_chunks_with_wide_offsets_go():
    """Three chunks of 2, 2 and 1 samples of one size, told by 64 bits."""

    def one(start):
        sizes = full(b"stsz", numbers(3, 5))
        runs = full(b"stsc", numbers(2, 1, 2, 1, 3, 1, 1))
        offsets = full(b"co64", numbers(3), struct.pack(">QQQ", start, start + 10, start + 6))
        return track(b"meta", b"gpmd", sizes + runs + offsets)

    left = _stripped(video(tracks=[one], others=b"abcdefghijklmnop-"), "mp4")

    assert left.endswith(b"V" * 30 + bytes(9) + b"j" + bytes(6) + b"-")


def test_positions_with_an_offset_that_stands_nowhere_are_not_stripped():
    with pytest.raises(Unfit) as raised:
        _stripped(video(tracks=[lambda start: track(b"meta", b"gpmd", tables([4], 8))], others=b"GPS!"), "mp4")

    assert raised.value.fault == Fault.DAMAGED


def test_video_of_too_many_boxes_is_refused(monkeypatch):
    monkeypatch.setattr(video_module, "BOXES_MAX", 3)

    assert _fault(video(), "mp4") == Fault.OVER_LIMITS


def test_what_is_left_after_stripping_is_refused(monkeypatch):
    content = jpeg(segment(0xFE, b"note"))
    monkeypatch.setitem(looking.CLEANERS, "jpg", lambda _file: [Copy(0, len(content))])

    with pytest.raises(Unfit) as raised:
        _stripped(content, "jpg")

    assert raised.value.fault == Fault.LOCATION


def test_table_is_read_no_further_than_it_reaches():
    table = samples.Table(io.BytesIO(bytes(8)), 0, 8)

    assert (table.numbers(4, 1), table.numbers(4, 2), table.numbers(0, samples.SAMPLES_MAX + 1)) == ([0], None, None)


# Limits, made small


def test_workbook_of_parts_that_are_large_together_is_refused(monkeypatch):
    monkeypatch.setattr(archive, "SMALL_BYTES", 100)
    monkeypatch.setattr(archive, "RATIO_MAX", 1)

    assert _fault(making.workbook({"xl/media/a.bin": bytes(5000)}), "xlsx") == Fault.UNPACKS_TOO_LARGE


def test_part_that_is_read_whole_may_not_be_large(monkeypatch):
    monkeypatch.setattr(workbook, "TREE_BYTES_MAX", 10)

    assert _fault(making.workbook(), "xlsx") == Fault.UNPACKS_TOO_LARGE


def test_workbook_of_too_many_entries_is_refused(monkeypatch):
    monkeypatch.setattr(archive, "ENTRIES_MAX", 2)

    assert _fault(making.workbook(), "xlsx") == Fault.UNPACKS_TOO_LARGE


def test_pdf_of_too_many_streams_is_refused(monkeypatch):
    monkeypatch.setattr(pdf, "STREAMS_MAX", 1)

    assert _fault(making.pdf(flate(b"a"), flate(b"b")), "pdf") == Fault.OVER_LIMITS


def test_pdf_is_searched_across_chunks(monkeypatch):
    monkeypatch.setattr(pdf, "CHUNK_BYTES", 64)

    for shift in range(0, 64, 7):
        padding = b"x" * shift
        assert _fault(making.pdf(b"(" + padding + b")<</S/JavaScript>>"), "pdf") == Fault.ACTIVE
        assert _fault(making.pdf(b"(" + padding + b")", objects(b"<</S/Launch>>")), "pdf") == Fault.ACTIVE
        assert _taken(making.pdf(b"(" + padding + b")", objects(b"<</S/A>>")), "pdf").metadata == ()


def test_pdf_whose_unpacked_streams_are_large_together_is_refused(monkeypatch):
    monkeypatch.setattr(pdf, "SMALL_BYTES", 10_000)
    monkeypatch.setattr(pdf, "RATIO_MAX", 1)

    assert _fault(making.pdf(*[flate(bytes(4000))] * 3), "pdf") == Fault.UNPACKS_TOO_LARGE
    assert _taken(making.pdf(*[flate(bytes(4000))] * 2), "pdf").metadata == ()


def test_png_whose_picture_is_large_is_refused(monkeypatch):
    monkeypatch.setattr(png, "PICTURE_BYTES_MAX", 10)

    assert _fault(making.png(), "png") == Fault.UNPACKS_TOO_LARGE


def test_png_whose_profile_is_large_is_refused(monkeypatch):
    monkeypatch.setattr(png, "PROFILE_BYTES_MAX", 100)

    assert (
        _fault(making.png(chunk(b"iCCP", b"p\x00\x00" + zlib.compress(bytes(500)))), "png") == Fault.UNPACKS_TOO_LARGE
    )


def test_csv_is_looked_at_to_its_end(monkeypatch):
    monkeypatch.setattr(table, "CHUNK_BYTES", 8)

    assert _fault(b"a,b\n1,2\n3,4\n5," + b"x" * 5000 + b"\x006\n", "csv") == Fault.OTHER_CONTENT


# Any bytes

HEADS = {
    "pdf": making.pdf(),
    "csv": b"",
    "xlsx": making.workbook(method=zipfile.ZIP_STORED),
    "mp4": video(),
    "jpg": jpeg(),
    "png": making.png(),
}


@settings(max_examples=400, deadline=None)
@given(
    extension=st.sampled_from(sorted(HEADS)),
    noise=st.binary(max_size=200),
    place=st.floats(min_value=0, max_value=1),
    cut=st.integers(min_value=0, max_value=40),
)
def test_no_bytes_end_in_anything_but_a_verdict(extension, noise, place, cut):
    """An honest file with noise at some place, in place of some of its bytes."""
    honest = HEADS[extension]
    at = int(len(honest) * place)

    for content in (noise, honest[:at] + noise + honest[at + cut :], FTYP + noise, PNG_HEAD + header() + noise):
        try:
            found = _taken(content, extension)
        except Unfit as unfit:
            assert unfit.fault in Fault
        else:
            if found.metadata and extension in CLEANERS:
                try:
                    assert _taken(_stripped(content, extension), extension).metadata == ()
                except Unfit as unfit:
                    assert unfit.fault in Fault


@settings(max_examples=200, deadline=None)
@given(text=st.binary(max_size=120))
def test_no_dictionary_of_a_stream_ends_in_anything_but_a_verdict(text):
    content = making.pdf(b"<<" + text + b"/Length 1>>\nstream\nx\nendstream")

    try:
        _taken(content, "pdf")
    except Unfit as unfit:
        assert unfit.fault in Fault


# Through the child


@pytest.mark.parametrize(
    ("extension", "content", "told"),
    [
        ("mp4", positions(), [LOCATION]),
        ("jpeg", jpeg(segment(0xE1, exif((0x8825, 1))), after=b"more"), [ATTACHED, LOCATION, NOTE]),
        ("png", making.png(chunk(b"tEXt", b"Author\x00a")), [AUTHOR]),
    ],
)
def test_stripping_by_the_child_gives_the_same(extension, content, told):
    file = io.BytesIO(content)

    assert inspect(file, extension).metadata == _sorted(told)
    assert b"".join(stripped(file, extension)) == _stripped(content, extension)
    assert file.tell() == 0


def test_what_has_no_metadata_to_strip_is_refused():
    with pytest.raises(Unfit):
        stripped_pieces(io.BytesIO(making.pdf()), "pdf")

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenders.proposals import file_types
from tenders.proposals.file_types import (
    MEDIA_TYPES,
    NAME_LENGTH,
    UTF16_CSV,
    Fault,
    Unfit,
    extension_of,
    media_type_of,
    safe_name,
)
from tests.factories.proposals import csv_bytes, mp4_bytes, pdf_bytes, xlsx_bytes


def _fault(content: bytes, extension: str) -> Fault:
    with pytest.raises(Unfit) as raised:
        media_type_of(io.BytesIO(content), extension)
    return raised.value.fault


def _zip(parts: dict[str, bytes], method=zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return held.getvalue()


def _box(brands: bytes, size: int | None = None) -> bytes:
    body = b"ftyp" + brands
    return (size or len(body) + 4).to_bytes(4, "big") + body


@pytest.mark.parametrize(
    ("content", "extension", "expected"),
    [
        (pdf_bytes(), "pdf", MEDIA_TYPES["pdf"]),
        (csv_bytes(), "csv", MEDIA_TYPES["csv"]),
        ("код;дальність\n1;12,5\n".encode("utf-8-sig"), "csv", MEDIA_TYPES["csv"]),
        ("код;дальність\n1;12,5\n".encode("utf-16"), "csv", UTF16_CSV),
        ("a,b\n".encode("utf-16-be").join([b"\xfe\xff", b""]), "csv", UTF16_CSV),
        (b"a < b, less than\n", "csv", MEDIA_TYPES["csv"]),
        (xlsx_bytes(), "xlsx", MEDIA_TYPES["xlsx"]),
        (mp4_bytes(), "mp4", MEDIA_TYPES["mp4"]),
        (_box(b"qt  \x00\x00\x00\x00mp42"), "mp4", MEDIA_TYPES["mp4"]),
    ],
)
def test_content_that_agrees_with_its_extension_is_taken(content, extension, expected):
    file = io.BytesIO(content)

    assert media_type_of(file, extension) == expected
    assert file.tell() == 0


@pytest.mark.parametrize("extension", MEDIA_TYPES)
def test_empty_file_is_refused(extension):
    assert _fault(b"", extension) == Fault.EMPTY


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b" " + pdf_bytes(), Fault.OTHER_CONTENT),
        (b"PK\x03\x04", Fault.OTHER_CONTENT),
        (pdf_bytes()[:-7], Fault.DAMAGED),
        (pdf_bytes("/Encrypt 5 0 R"), Fault.ENCRYPTED),
        (pdf_bytes("/Encrypt<<>> /JavaScript 1"), Fault.ENCRYPTED),
        (pdf_bytes("/JavaScript (app.alert)"), Fault.ACTIVE),
        (pdf_bytes("/EmbeddedFiles 4 0 R"), Fault.ACTIVE),
        (pdf_bytes("/EmbeddedFile"), Fault.ACTIVE),
        (pdf_bytes("/Launch "), Fault.ACTIVE),
    ],
)
def test_pdf_that_cannot_be_taken(content, expected):
    assert _fault(content, "pdf") == expected


def test_pdf_may_hold_names_that_only_begin_alike():
    assert media_type_of(io.BytesIO(pdf_bytes("/Launcher /EncryptionNote")), "pdf") == MEDIA_TYPES["pdf"]


def test_telling_name_is_found_across_two_chunks(monkeypatch):
    monkeypatch.setattr(file_types, "CHUNK_BYTES", 16)

    assert _fault(pdf_bytes("0123456789/JavaScript "), "pdf") == Fault.ACTIVE


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (pdf_bytes(), Fault.OTHER_CONTENT),
        (xlsx_bytes(), Fault.OTHER_CONTENT),
        (b"MZ\x90\x00", Fault.OTHER_CONTENT),
        (b"a,b\x00c\n", Fault.OTHER_CONTENT),
        ("a,b\n".encode("utf-16-le"), Fault.OTHER_CONTENT),
        (b"\n <!doctype html><script>", Fault.OTHER_CONTENT),
        (b"<HTML>", Fault.OTHER_CONTENT),
        (b"<?xml version='1.0'?>", Fault.OTHER_CONTENT),
        ("\ufeff<html>".encode("utf-16"), Fault.OTHER_CONTENT),
        ("дальність\n".encode("cp1251"), Fault.NOT_UNICODE),
        ("дальність".encode()[:-1], Fault.NOT_UNICODE),
        (b"\xff\xfea\x00b", Fault.NOT_UNICODE),
    ],
)
def test_csv_that_cannot_be_taken(content, expected):
    assert _fault(content, "csv") == expected


def test_csv_is_looked_at_to_its_end(monkeypatch):
    monkeypatch.setattr(file_types, "CHUNK_BYTES", 8)

    assert _fault(b"a,b\n1,2\n3,4\n5,\x006\n", "csv") == Fault.OTHER_CONTENT
    assert media_type_of(io.BytesIO("дальність;1\n".encode() * 5), "csv") == MEDIA_TYPES["csv"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Fault.ENCRYPTED),
        (b"\x00" + xlsx_bytes(), Fault.OTHER_CONTENT),
        (_zip({"word/document.xml": b"<w/>", "[Content_Types].xml": b"<Types/>"}), Fault.OTHER_CONTENT),
        (_zip({"xl/workbook.xml": b"<w/>"}), Fault.OTHER_CONTENT),
        (xlsx_bytes()[:-10], Fault.DAMAGED),
        (b"PK\x03\x04 and nothing more", Fault.DAMAGED),
        (xlsx_bytes({"xl/vbaProject.bin": b"macro"}), Fault.ACTIVE),
        (xlsx_bytes({"XL/VBAPROJECT.BIN": b"macro"}), Fault.ACTIVE),
        (xlsx_bytes({"xl/macrosheets/sheet1.xml": b"<m/>"}), Fault.ACTIVE),
        (xlsx_bytes({"xl/embeddings/oleObject1.bin": b"ole"}), Fault.ACTIVE),
        (xlsx_bytes({"[Content_Types].xml": b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"}), Fault.ACTIVE),
        (xlsx_bytes({"xl/media/image1.bin": b"\x00" * 3_000_000}), Fault.UNPACKS_TOO_LARGE),
    ],
)
def test_xlsx_that_cannot_be_taken(content, expected):
    assert _fault(content, "xlsx") == expected


def test_xlsx_with_an_encrypted_part_is_refused():
    content = bytearray(xlsx_bytes())
    central = content.index(b"PK\x01\x02")
    content[central + 8] |= 1

    assert _fault(bytes(content), "xlsx") == Fault.ENCRYPTED


def test_xlsx_with_a_part_that_differs_from_its_checksum_is_refused():
    content = _zip({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}, zipfile.ZIP_STORED)

    assert _fault(content.replace(b"<workbook/>", b"<workb00k/>"), "xlsx") == Fault.DAMAGED


def test_xlsx_with_two_parts_of_one_name_is_refused():
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        for name in ("[Content_Types].xml", "xl/workbook.xml", "xl/workbook.xml"):
            archive.writestr(name, b"<x/>")

    assert _fault(held.getvalue(), "xlsx") == Fault.DAMAGED


def test_xlsx_with_too_many_parts_is_refused(monkeypatch):
    monkeypatch.setattr(file_types, "XLSX_ENTRIES_MAX", 2)

    assert _fault(xlsx_bytes(), "xlsx") == Fault.UNPACKS_TOO_LARGE


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (pdf_bytes(), Fault.OTHER_CONTENT),
        (_box(b"qt  \x00\x00\x00\x00qt  "), Fault.OTHER_CONTENT),
        (_box(b"heic\x00\x00\x00\x00mif1"), Fault.OTHER_CONTENT),
        (_box(b"isom", size=12), Fault.OTHER_CONTENT),
        (_box(b"isom", size=4096), Fault.OTHER_CONTENT),
        (_box(b"isom\x00\x00\x02\x00", size=64), Fault.DAMAGED),
    ],
)
def test_mp4_that_cannot_be_taken(content, expected):
    assert _fault(content, "mp4") == expected


@given(content=st.binary(min_size=1, max_size=400), extension=st.sampled_from(sorted(MEDIA_TYPES)))
def test_no_content_ends_in_anything_but_a_type_or_a_fault(content, extension):
    heads = {"pdf": b"%PDF-", "csv": b"", "xlsx": b"PK\x03\x04", "mp4": b"\x00\x00\x00\x18ftyp"}

    for candidate in (content, heads[extension] + content):
        try:
            assert media_type_of(io.BytesIO(candidate), extension).startswith(("application/", "text/", "video/"))
        except Unfit as unfit:
            assert unfit.fault in Fault


@pytest.mark.parametrize(
    ("name", "expected"),
    [("plan.PDF", "pdf"), ("a.b.csv", "csv"), ("plan", ""), (".pdf", ""), ("plan.", ""), ("звіт.xlsx", "xlsx")],
)
def test_extension_of(name, expected):
    assert extension_of(name) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("cha-10 flights.csv", "cha-10 flights.csv"),
        ("Технічний опис №1 (ґедзь).pdf", "Технічний опис №1 (ґедзь).pdf"),
        ("C:\\Users\\me\\plan.pdf", "plan.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("и\u0306.pdf", "й.pdf"),
        ("plan\u202efdp.exe", "planfdp.exe"),
        ("pl\x00an\r\n.pdf", "plan.pdf"),
        ("a\u200bb\u2066c.pdf", "abc.pdf"),
        ('a"b<c>d|e?.pdf', "a_b_c_d_e_.pdf"),
        ("  spaced   out .pdf", "spaced out .pdf"),
        ("CON.pdf", "file-CON.pdf"),
        ("lpt1.csv", "file-lpt1.csv"),
        ("", "file"),
        ("\u202e", "file"),
        ("...", "file"),
        (".pdf", "pdf"),
        ("plan", "plan"),
    ],
)
def test_safe_name(raw, expected):
    assert safe_name(raw) == expected


def test_safe_name_keeps_the_extension_of_a_long_name():
    name = safe_name("ї" * 5000 + ".pdf")

    assert (len(name), name[-5:]) == (NAME_LENGTH, "ї.pdf")


@given(st.text(max_size=300))
def test_safe_name_is_stable_and_plain(raw):
    name = safe_name(raw)

    assert safe_name(name) == name
    assert 0 < len(name) <= NAME_LENGTH
    assert not set(name) & set('/\\\r\n\0"')

"""What a file is, by its content and its extension together; and what it is called. Pure; nothing is unpacked to disk.

A type is believed only where the leading bytes and the extension agree. Compressed content is counted as it comes out,
so that neither a bomb nor a lying header costs more than the limits below.
"""

import codecs
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import BinaryIO

from tenders.proposals.gate.verdict import MEDIA_TYPES as ALL_MEDIA_TYPES
from tenders.proposals.gate.verdict import UTF16_CSV, Fault, Unfit

CHUNK_BYTES = 1024 * 1024
NAME_LENGTH = 200

XLSX_ENTRIES_MAX = 5000
XLSX_UNPACKED_BYTES_MAX = 200 * 1000 * 1000
XLSX_RATIO_MAX = 200

MEDIA_TYPES = {extension: ALL_MEDIA_TYPES[extension] for extension in ("pdf", "csv", "xlsx", "mp4")}


def extension_of(name: str) -> str:
    """Lower case, without the dot; empty where the name has none."""
    stem, dot, extension = name.rpartition(".")
    return extension.lower() if dot and stem else ""


def media_type_of(file: BinaryIO, extension: str) -> str:
    """The media type of a file that may be taken; raises Unfit with the fault of any other.

    Needs an extension that is a key of MEDIA_TYPES and a file that can seek. Leaves the file at its start.
    """
    try:
        if not _leading(file, 1):
            raise Unfit(Fault.EMPTY)
        return LOOKS[extension](file)
    finally:
        file.seek(0)


def _leading(file: BinaryIO, size: int) -> bytes:
    file.seek(0)
    return file.read(size)


# PDF

PDF_HEAD = b"%PDF-"
PDF_END = b"%%EOF"
PDF_END_WITHIN_BYTES = 2048
PDF_NAMES = re.compile(rb"/(Encrypt|EmbeddedFiles?|JavaScript|Launch)(?![A-Za-z0-9])")
PDF_NAME_LONGEST = 20


def _look_at_pdf(file: BinaryIO) -> str:
    if _leading(file, len(PDF_HEAD)) != PDF_HEAD:
        raise Unfit(Fault.OTHER_CONTENT)
    size = file.seek(0, 2)
    file.seek(max(size - PDF_END_WITHIN_BYTES, 0))
    if PDF_END not in file.read():
        raise Unfit(Fault.DAMAGED)
    names = _names_in_pdf(file)
    if b"Encrypt" in names:
        raise Unfit(Fault.ENCRYPTED)
    if names:
        raise Unfit(Fault.ACTIVE)
    return MEDIA_TYPES["pdf"]


def _names_in_pdf(file: BinaryIO) -> set[bytes]:
    """The telling names in the file. Those inside compressed streams are not seen, so every file is served inert."""
    file.seek(0)
    found: set[bytes] = set()
    tail = b""
    while chunk := file.read(CHUNK_BYTES):
        found.update(match.group(1) for match in PDF_NAMES.finditer(tail + chunk))
        tail = chunk[-PDF_NAME_LONGEST:]
    return found


# CSV

BYTE_ORDER_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16", codecs.BOM_UTF8: "utf-8-sig"}
MARKUP = re.compile(r"[\s\ufeff]*<(?:[!?/]|[a-z])", re.IGNORECASE)
FOREIGN_HEADS = (PDF_HEAD, b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"MZ", b"\x7fELF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
FORBIDDEN_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f]")


def _look_at_csv(file: BinaryIO) -> str:
    head = _leading(file, 8)
    if head.startswith(FOREIGN_HEADS):
        raise Unfit(Fault.OTHER_CONTENT)
    encoding = next((name for mark, name in BYTE_ORDER_MARKS.items() if head.startswith(mark)), "utf-8")
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    is_first = True
    while chunk := file.read(CHUNK_BYTES):
        _check_text(_decoded(decoder, chunk), is_first)
        is_first = False
    _decoded(decoder, b"", final=True)
    return UTF16_CSV if encoding == "utf-16" else MEDIA_TYPES["csv"]


def _decoded(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> str:
    try:
        return decoder.decode(chunk, final)
    except UnicodeDecodeError:
        raise Unfit(Fault.NOT_UNICODE) from None


def _check_text(text: str, is_first: bool) -> None:
    if FORBIDDEN_CONTROLS.search(text) or (is_first and MARKUP.match(text)):
        raise Unfit(Fault.OTHER_CONTENT)


# XLSX

ZIP_HEAD = b"PK\x03\x04"
OLD_OFFICE_HEAD = b"\xd0\xcf\x11\xe0"
CONTENT_TYPES = "[Content_Types].xml"
WORKBOOK = "xl/workbook.xml"
ENCRYPTED_FLAG = 0x1
MACRO_NAMES = ("vbaproject.bin", "vbadata.xml")
MACRO_FOLDERS = ("xl/macrosheets/", "xl/activex/", "xl/embeddings/")
MACRO_TYPE = b"macroEnabled"


def _look_at_xlsx(file: BinaryIO) -> str:
    head = _leading(file, len(ZIP_HEAD))
    if head == OLD_OFFICE_HEAD:
        # A protected workbook is wrapped in the old container, so both get the same advice.
        raise Unfit(Fault.ENCRYPTED)
    if head != ZIP_HEAD:
        raise Unfit(Fault.OTHER_CONTENT)
    size = file.seek(0, 2)
    try:
        with zipfile.ZipFile(file) as archive:
            _check_entries(archive.infolist())
            _check_content_types(archive)
            _count_unpacked(archive, limit=min(XLSX_UNPACKED_BYTES_MAX, max(size * XLSX_RATIO_MAX, CHUNK_BYTES)))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, UnicodeDecodeError):
        raise Unfit(Fault.DAMAGED) from None
    return MEDIA_TYPES["xlsx"]


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > XLSX_ENTRIES_MAX:
        raise Unfit(Fault.UNPACKS_TOO_LARGE)
    if any(entry.flag_bits & ENCRYPTED_FLAG for entry in entries):
        raise Unfit(Fault.ENCRYPTED)
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise Unfit(Fault.DAMAGED)
    if CONTENT_TYPES not in names or WORKBOOK not in names:
        raise Unfit(Fault.OTHER_CONTENT)
    lowered = [name.lower() for name in names]
    if any(name.endswith(MACRO_NAMES) or name.startswith(MACRO_FOLDERS) for name in lowered):
        raise Unfit(Fault.ACTIVE)


def _check_content_types(archive: zipfile.ZipFile) -> None:
    with archive.open(CONTENT_TYPES) as part:
        if MACRO_TYPE in part.read(CHUNK_BYTES):
            raise Unfit(Fault.ACTIVE)


def _count_unpacked(archive: zipfile.ZipFile, *, limit: int) -> None:
    """Read every part to its end, keeping nothing; a part that differs from its checksum raises BadZipFile."""
    unpacked = 0
    for entry in archive.infolist():
        with archive.open(entry) as part:
            while chunk := part.read(CHUNK_BYTES):
                unpacked += len(chunk)
                if unpacked > limit:
                    raise Unfit(Fault.UNPACKS_TOO_LARGE)


# MP4

FTYP = b"ftyp"
MP4_BRANDS = frozenset(
    {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"dash", b"M4V ", b"MSNV"}
)
FTYP_BYTES_MAX = 1024


def _look_at_mp4(file: BinaryIO) -> str:
    """The first box is `ftyp` and names a brand that plays as MP4 (ISO/IEC 14496-12, 4.3)."""
    head = _leading(file, 8)
    size = int.from_bytes(head[:4], "big")
    if head[4:] != FTYP or not 16 <= size <= FTYP_BYTES_MAX:
        raise Unfit(Fault.OTHER_CONTENT)
    box = file.read(size - 8)
    if len(box) < size - 8:
        raise Unfit(Fault.DAMAGED)
    brands = {box[:4], *(box[start : start + 4] for start in range(8, len(box), 4))}
    if brands.isdisjoint(MP4_BRANDS):
        raise Unfit(Fault.OTHER_CONTENT)
    return MEDIA_TYPES["mp4"]


LOOKS: Mapping[str, Callable[[BinaryIO], str]] = {
    "pdf": _look_at_pdf,
    "csv": _look_at_csv,
    "xlsx": _look_at_xlsx,
    "mp4": _look_at_mp4,
}


# Names

RESERVED_STEMS = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{digit}" for digit in range(1, 10)), *(f"lpt{digit}" for digit in range(1, 10))}
)
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def safe_name(raw: str) -> str:
    """The name as a label: no folders, nothing unseen or direction-changing, NFC, at most NAME_LENGTH characters.

    The extension stays. A name of which nothing is left becomes "file". Names in any script come through unchanged.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", raw))[-1]
    seen = "".join(character for character in last if unicodedata.category(character) not in UNSEEN)
    name = re.sub(r'[<>:"|?*]', "_", " ".join(seen.split())).strip(" .")
    stem, dot, extension = name.rpartition(".")
    if not dot:
        stem, extension = name, ""
    if not stem or stem.lower() in RESERVED_STEMS:
        stem = f"file-{stem}" if stem else "file"
    ending = f"{dot}{extension}"[:20]
    return stem[: NAME_LENGTH - len(ending)] + ending

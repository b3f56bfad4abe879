"""What the first bytes tell, so that a wrong file is refused before it has travelled. Pure.

A head that ends early is judged by what is there: it is a fault only where no longer file could be right.
"""

import codecs
import re
from collections.abc import Callable, Mapping

from tenders.proposals.gate.verdict import Fault

HEAD_BYTES = 4096

PDF_HEAD = b"%PDF-"
ZIP_HEAD = b"PK\x03\x04"
OLD_OFFICE_HEAD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
JPEG_HEAD = b"\xff\xd8\xff"
PNG_HEAD = b"\x89PNG\r\n\x1a\n"
# Heads of what is never a table of text.
FOREIGN_HEADS = (
    PDF_HEAD,
    ZIP_HEAD,
    OLD_OFFICE_HEAD[:4],
    JPEG_HEAD,
    PNG_HEAD[:4],
    b"MZ",
    b"\x7fELF",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"BZh",
    b"{\\rtf",
)

BYTE_ORDER_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16", codecs.BOM_UTF8: "utf-8-sig"}
MARKUP = re.compile(r"[\s\ufeff]*<(?:[!?/]|[a-z])", re.IGNORECASE)
FORBIDDEN_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
# What makes a browser take bytes for a page, wherever it stands in what it looks at.
PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body|script|iframe|svg)[\s>/]", re.IGNORECASE)

FTYP = b"ftyp"
MP4_BRANDS = frozenset(
    {b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"dash", b"M4V ", b"MSNV"}
)
FTYP_BYTES_MAX = 1024


def leading_fault(head: bytes, extension: str) -> Fault | None:
    """The fault that the first bytes show (HEAD_BYTES, or the whole of a smaller file); None where they show none."""
    if not head:
        return Fault.EMPTY
    look = LOOKS.get(extension)
    return look(head[:HEAD_BYTES]) if look else Fault.OTHER_CONTENT


def begins(head: bytes, signature: bytes) -> bool:
    """Whether `head` begins with the signature, or is so short that it may still."""
    return head[: len(signature)] == signature[: len(head)]


def encoding_of(head: bytes) -> str:
    """The encoding of a text by its byte order mark; UTF-8 where it has none."""
    return next((name for mark, name in BYTE_ORDER_MARKS.items() if head.startswith(mark)), "utf-8")


def text_fault(text: str, *, is_first: bool) -> Fault | None:
    """The fault of one piece of a text; `is_first` where it stands at the start."""
    if FORBIDDEN_CONTROLS.search(text) or (is_first and MARKUP.match(text)):
        return Fault.OTHER_CONTENT
    return None


def brands_of(box: bytes) -> set[bytes]:
    """The brands in the body of an `ftyp` box: the major one, then, after a version, those it agrees with."""
    return {box[:4], *(box[start : start + 4] for start in range(8, len(box), 4))}


def _pdf(head: bytes) -> Fault | None:
    if not begins(head, PDF_HEAD):
        return Fault.OTHER_CONTENT
    return Fault.SECOND_KIND if PAGE.search(head) else None


def _csv(head: bytes) -> Fault | None:
    if head.startswith(FOREIGN_HEADS):
        return Fault.OTHER_CONTENT
    try:
        text = codecs.getincrementaldecoder(encoding_of(head))().decode(head)
    except UnicodeDecodeError:
        return Fault.NOT_UNICODE
    return text_fault(text, is_first=True)


def _xlsx(head: bytes) -> Fault | None:
    # A protected workbook is wrapped in the old container, so both get the same advice.
    if begins(head, OLD_OFFICE_HEAD):
        return Fault.ENCRYPTED
    return None if begins(head, ZIP_HEAD) else Fault.OTHER_CONTENT


def _mp4(head: bytes) -> Fault | None:
    """The first box is `ftyp` and names a brand that plays as MP4 (ISO/IEC 14496-12, 4.3)."""
    if not begins(head[4:], FTYP):
        return Fault.OTHER_CONTENT
    if len(head) < 4:
        return None
    size = int.from_bytes(head[:4], "big")
    if not 16 <= size <= FTYP_BYTES_MAX:
        return Fault.OTHER_CONTENT
    if len(head) < size:
        return None
    if brands_of(head[8:size]).isdisjoint(MP4_BRANDS):
        return Fault.OTHER_CONTENT
    return Fault.SECOND_KIND if PAGE.search(head) else None


def _jpeg(head: bytes) -> Fault | None:
    return None if begins(head, JPEG_HEAD) else Fault.OTHER_CONTENT


def _png(head: bytes) -> Fault | None:
    return None if begins(head, PNG_HEAD) else Fault.OTHER_CONTENT


LOOKS: Mapping[str, Callable[[bytes], Fault | None]] = {
    "pdf": _pdf,
    "csv": _csv,
    "xlsx": _xlsx,
    "mp4": _mp4,
    "jpg": _jpeg,
    "jpeg": _jpeg,
    "png": _png,
}

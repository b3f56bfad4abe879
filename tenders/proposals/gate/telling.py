"""What descriptive bytes tell besides the picture, and a second kind of file behind the first. Pure."""

import re
from typing import BinaryIO

from tenders.proposals.gate.heads import PAGE, ZIP_HEAD
from tenders.proposals.gate.verdict import Fault, Metadata, Unfit

# Names of fields in EXIF as text, XMP, QuickTime, 3GPP, IPTC and the formats of drone makers.
FIELDS = {
    Metadata.LOCATION: re.compile(
        rb"gps|latitude|longitude|location|iso6709|\xa9xyz|loci|city>|:country|absolutealtitude", re.I
    ),
    Metadata.AUTHOR: re.compile(
        rb"author|artist|creator>|by-?line|copyright|rights>|\xa9(?:art|aut|cpy|prd|dir)|auth|cprt", re.I
    ),
    Metadata.DEVICE: re.compile(
        rb"make|model|serial|software|creatortool|encoder|\xa9(?:mak|mod|swr|too)|manu|modl|firm", re.I
    ),
}

ARCHIVE_END = b"PK\x05\x06"
ARCHIVE_END_BYTES = 22
ARCHIVE_TAIL_BYTES = ARCHIVE_END_BYTES + 0xFFFF
ATTACHED_HEADS = (ZIP_HEAD, b"%PDF-", b"MZ", b"\x7fELF", b"Rar!", b"7z\xbc\xaf", b"\xd0\xcf\x11\xe0", b"\x1f\x8b")
PAGE_WITHIN_BYTES = 4096


def told_in(data: bytes) -> set[Metadata]:
    """What these bytes tell, by the names of fields in them; a note where no name is known."""
    return {kind for kind, names in FIELDS.items() if names.search(data)} or {Metadata.NOTE}


def check_no_archive(file: BinaryIO) -> None:
    """Refuse a file that also opens as a ZIP archive: that is read from its end, whatever stands before."""
    size = file.seek(0, 2)
    file.seek(max(size - ARCHIVE_TAIL_BYTES, 0))
    tail = file.read()
    start = tail.find(ARCHIVE_END)
    while start >= 0:
        end = tail[start : start + ARCHIVE_END_BYTES]
        # Either it fits to the last byte, or it names the first disk twice: more than chance makes of compressed bytes.
        is_exact = int.from_bytes(end[20:22], "little") == len(tail) - start - ARCHIVE_END_BYTES
        if len(end) == ARCHIVE_END_BYTES and (is_exact or end[4:8] == bytes(4)):
            raise Unfit(Fault.SECOND_KIND)
        start = tail.find(ARCHIVE_END, start + 1)


def check_attached(file: BinaryIO, start: int) -> None:
    """Refuse what follows a picture from `start` where it is a program, an archive, a document or a page."""
    file.seek(start)
    head = file.read(PAGE_WITHIN_BYTES).lstrip(b"\x00\t\n\f\r ")
    if head.startswith(ATTACHED_HEADS) or PAGE.search(head):
        raise Unfit(Fault.SECOND_KIND)

"""PDF: pages and nothing that runs, fetches, hides or unpacks without end (ISO 32000-2). Pure.

Readers find objects in more ways than the standard knows: by the table of offsets, by looking for them, inside streams
that were never declared. So the file is not read as a reader would. Every byte is searched for the names that start an
action, in every spelling; every stream that may hold objects is unpacked, counted and searched as well, wherever it
stands; and a stream of objects that is packed in a way this module does not unpack is refused.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from tenders.proposals.gate.inflating import Inflater
from tenders.proposals.gate.pdf_dictionary import Unreadable, dictionary_before, names_of, number_of, unescaped
from tenders.proposals.gate.telling import check_attached, check_no_archive
from tenders.proposals.gate.verdict import MEDIA_TYPES, Fault, Inspection, Unfit

CHUNK_BYTES = 1024 * 1024
HELD_BYTES = 68 * 1024  # of the chunk before: more than a dictionary and a name take
END = b"%%EOF"
END_WITHIN_BYTES = 2048

UNPACKED_BYTES_MAX = 600 * 1000 * 1000
RATIO_MAX = 150
SMALL_BYTES = 32 * 1024 * 1024  # what any file may unpack to, however small it is
STREAMS_MAX = 300_000
LETTERS_BYTES_MAX = 4 * 1024 * 1024  # of packed bytes written as letters, in the whole file
PIXELS_MAX = 1_000_000_000  # of one picture: a large plan, scanned finely

FAULTS_BY_NAME = {
    b"Encrypt": Fault.ENCRYPTED,
    **dict.fromkeys(
        (
            *(b"JavaScript", b"Launch", b"EmbeddedFile", b"EmbeddedFiles", b"FileAttachment", b"Collection"),
            *(b"RichMedia", b"RichMediaExecute", b"Rendition", b"Movie", b"OnInstantiate"),
            *(b"SubmitForm", b"ImportData", b"GoToE"),
        ),
        Fault.ACTIVE,
    ),
    b"GoToR": Fault.LINKED,
}
NAMES = re.compile(rb"/(" + rb"|".join(FAULTS_BY_NAME) + rb")(?=[\x00\t\n\f\r ()<>\[\]{}/%])")
# A name that spells a letter by its number, as no program does without a reason.
SPELLED = re.compile(rb"/([^\x00\t\n\f\r ()<>\[\]{}/%#]{0,40}#[^\x00\t\n\f\r ()<>\[\]{}/%]{2,80})")
# Forms that carry a program of their own.
FORM = re.compile(rb"/XFA[\x00\t\n\f\r ]*(?:\[|\d+[\x00\t\n\f\r ]+\d+[\x00\t\n\f\r ]+R)")
STREAM = re.compile(rb">>(?:[\x00\t\n\f\r ]|%[^\r\n]{0,200}[\r\n]){0,20}stream(?=[\x00\t\n\f\r ])")

SHORT = {b"Fl": b"FlateDecode", b"LZW": b"LZWDecode", b"RL": b"RunLengthDecode"} | {
    b"A85": b"ASCII85Decode",
    b"AHx": b"ASCIIHexDecode",
}
PACKERS = {b"FlateDecode", b"LZWDecode", b"RunLengthDecode"}
LETTERS = {b"ASCII85Decode": b"~>", b"ASCIIHexDecode": b">"}


@dataclass
class Search:
    """What was counted over the whole file."""

    file: BinaryIO
    limit: int
    unpacked: int = 0
    streams: int = 0
    letters: int = 0


def look(file: BinaryIO) -> Inspection:
    check_no_archive(file)
    size = file.seek(0, 2)
    _check_end(file, size)
    _search_all(Search(file, limit=min(UNPACKED_BYTES_MAX, max(size * RATIO_MAX, SMALL_BYTES))))
    return Inspection(MEDIA_TYPES["pdf"])


def _check_end(file: BinaryIO, size: int) -> None:
    start = max(size - END_WITHIN_BYTES, 0)
    file.seek(start)
    found = file.read().rfind(END)
    if found < 0:
        raise Unfit(Fault.DAMAGED)
    check_attached(file, start + found + len(END))


def _search_all(search: Search) -> None:
    """Search every byte as it stands, and every stream as it unpacks."""
    position = done = 0
    held = b""
    while chunk := _at(search.file, position):
        text = held + chunk
        start = position - len(held)
        position += len(chunk)
        _check_names(text)
        for match in STREAM.finditer(text):
            if start + match.end() > done:
                done = start + match.end()
                _check_stream(search, text, match, done)
        held = text[-HELD_BYTES:]
    # A name may be the very last word.
    _check_names(held + b" ")


def _at(file: BinaryIO, position: int) -> bytes:
    file.seek(position)
    return file.read(CHUNK_BYTES)


def _check_names(text: bytes) -> None:
    faults = {FAULTS_BY_NAME[match.group(1)] for match in NAMES.finditer(text)}
    faults |= {FAULTS_BY_NAME.get(unescaped(match.group(1)), Fault.EMPTY) for match in SPELLED.finditer(text)}
    if FORM.search(text):
        faults.add(Fault.ACTIVE)
    for fault in (Fault.ENCRYPTED, Fault.ACTIVE, Fault.LINKED):
        if fault in faults:
            raise Unfit(fault)


# Streams


def _check_stream(search: Search, text: bytes, match: re.Match, start: int) -> None:
    search.streams += 1
    if search.streams > STREAMS_MAX:
        raise Unfit(Fault.OVER_LIMITS)
    try:
        facts = dictionary_before(text, match.start() + 2)
    except Unreadable:
        raise Unfit(Fault.DAMAGED) from None
    filters = names_of(facts.get(b"Filter"))
    filters = None if filters is None else [SHORT.get(name, name) for name in filters]
    if filters and sum(name in PACKERS for name in filters) > 1:
        raise Unfit(Fault.UNPACKS_TOO_LARGE)
    if b"First" in facts or facts.get(b"Type") == b"/ObjStm":
        _check_objects(search, facts, filters, start)
    elif facts.get(b"Subtype") == b"/Image":
        _check_picture(facts)
    elif filters is None or filters[:1] == [b"FlateDecode"]:
        _search_packed(search, _packed(search.file, start))
    elif filters and filters[0] in LETTERS and b"FlateDecode" in filters:
        _search_packed(search, [_from_letters(search, filters[0], start)])


def _check_objects(search: Search, facts: dict, filters: list[bytes] | None, start: int) -> None:
    """Objects may be packed in the one way that every program uses; they are searched to their end."""
    is_plain = filters == []
    if is_plain or filters != [b"FlateDecode"] or not _is_as_packed(facts.get(b"DecodeParms", facts.get(b"DP"))):
        if is_plain:
            return
        raise Unfit(Fault.DAMAGED)
    if not _search_packed(search, _packed(search.file, start)):
        raise Unfit(Fault.DAMAGED)


def _is_as_packed(parameters: object) -> bool:
    """Whether the bytes mean what they are once unpacked, without a predictor."""
    alone = parameters[0] if isinstance(parameters, list) and len(parameters) == 1 else parameters
    if alone is None or alone == b"null":
        return True
    return isinstance(alone, dict) and alone.get(b"Predictor", b"1") == b"1"


def _check_picture(facts: dict) -> None:
    """A picture is not unpacked: what it costs a viewer is told by its size in pixels."""
    width, height = number_of(facts.get(b"Width")), number_of(facts.get(b"Height"))
    if (width or 1) * (height or 1) > PIXELS_MAX:
        raise Unfit(Fault.TOO_MANY_PIXELS)


def _packed(file: BinaryIO, start: int) -> Iterator[bytes]:
    """The file from the first byte of the stream on; where the stream ends, the packed bytes tell."""
    size = 4096
    while True:
        file.seek(start)
        chunk = file.read(size)
        if not chunk:
            return
        start += len(chunk)
        yield chunk if size > 4096 else chunk.lstrip(b"\x00\t\n\f\r ")
        size = 64 * 1024


def _search_packed(search: Search, packed: "Iterator[bytes] | list[bytes]") -> bool:
    """Unpack, count and search; whether the packed bytes ended as they should."""
    inflater = Inflater()
    held = b""
    try:
        for chunk in packed:
            for piece in inflater.feed(chunk):
                search.unpacked += len(piece)
                if search.unpacked > search.limit:
                    raise Unfit(Fault.UNPACKS_TOO_LARGE)
                text = held + piece
                _check_names(text)
                held = text[-128:]
            if inflater.is_ended:
                break
    except Unfit as unfit:
        if unfit.fault != Fault.DAMAGED:
            raise
    _check_names(held + b" ")
    return inflater.is_ended


def _from_letters(search: Search, way: bytes, start: int) -> bytes:
    search.file.seek(start)
    letters, ending, _ = search.file.read(LETTERS_BYTES_MAX).partition(LETTERS[way])
    search.letters += len(letters)
    if not ending or search.letters > LETTERS_BYTES_MAX:
        raise Unfit(Fault.OVER_LIMITS)
    try:
        if way == b"ASCIIHexDecode":
            return binascii.unhexlify(re.sub(rb"[\x00\t\n\f\r ]", b"", letters))
        return base64.a85decode(letters.removeprefix(b"<~"), ignorechars=b"\x00\t\n\f\r ")
    except ValueError:
        raise Unfit(Fault.DAMAGED) from None

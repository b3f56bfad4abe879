"""CSV: text in Unicode to its end, and nothing that a browser or a shell would take for something else. Pure."""

import codecs
from typing import BinaryIO

from tenders.proposals.gate.heads import HEAD_BYTES, encoding_of, leading_fault, text_fault
from tenders.proposals.gate.verdict import MEDIA_TYPES, UTF16_CSV, Fault, Inspection, Unfit

CHUNK_BYTES = 1024 * 1024


def look(file: BinaryIO) -> Inspection:
    file.seek(0)
    head = file.read(HEAD_BYTES)
    _refuse(leading_fault(head, "csv"))
    encoding = encoding_of(head)
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    is_first = True
    while chunk := file.read(CHUNK_BYTES):
        _refuse(text_fault(_decoded(decoder, chunk), is_first=is_first))
        is_first = False
    _decoded(decoder, b"", final=True)
    return Inspection(UTF16_CSV if encoding == "utf-16" else MEDIA_TYPES["csv"])


def _refuse(fault: Fault | None) -> None:
    if fault:
        raise Unfit(fault)


def _decoded(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> str:
    try:
        return decoder.decode(chunk, final)
    except UnicodeDecodeError:
        raise Unfit(Fault.NOT_UNICODE) from None

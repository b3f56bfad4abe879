"""XLSX: a workbook of plain content, that runs nothing, fetches nothing and hides nothing (ECMA-376). Pure.

What a part is, its content type says and not its name; so both are looked at.
"""

import re
from collections.abc import Callable, Mapping
from typing import BinaryIO
from zipfile import ZipInfo

from tenders.proposals.gate.archive import Archive, archive_of
from tenders.proposals.gate.heads import FOREIGN_HEADS, JPEG_HEAD, PNG_HEAD
from tenders.proposals.gate.verdict import MEDIA_TYPES, Fault, Inspection, Unfit
from tenders.proposals.gate.xml_parts import check_drawing, check_xml, tree_of

TREE_BYTES_MAX = 2 * 1024 * 1024  # of a part that is read in one piece

CONTENT_TYPES = "[Content_Types].xml"
WORKBOOK = "xl/workbook.xml"
RELATIONS = ".rels"
DRAWING = ".vml"

ACTIVE_NAMES = ("vbaproject.bin", "vbadata.xml", ".exe", ".dll", ".js", ".vbs", ".ps1", ".bat", ".lnk", ".swf")
ACTIVE_FOLDERS = ("xl/macrosheets/", "xl/dialogsheets/", "xl/activex/", "xl/embeddings/", "xl/webextensions/")
LINKED_NAMES = ("xl/connections.xml",)
LINKED_FOLDERS = ("xl/externallinks/", "xl/querytables/")
# Words of content types and of types of relations, in lower case.
ACTIVE_WORDS = {
    *("macroenabled", "vbaproject", "vbadata", "macrosheet", "intlmacrosheet", "xlmacrosheet", "xlintlmacrosheet"),
    *("dialogsheet", "activex", "activexcontrolbinary", "oleobject", "package", "control", "attachedtoolbars"),
    *("webextension", "webextensiontaskpanes", "taskpanes", "x-msdownload", "executable"),
}
LINKED_WORDS = {"externallink", "externallinkpath", "xlexternallinkpath", "connections", "querytable", "frame"}
PLAIN_LINKS = ("http://", "https://", "mailto:", "tel:")
PICTURE_HEADS = (JPEG_HEAD, PNG_HEAD[:4], b"GIF8")
PART_HEADS = tuple(head for head in FOREIGN_HEADS if head not in PICTURE_HEADS and len(head) > 2) + (b"MZ",)


def look(file: BinaryIO) -> Inspection:
    archive = archive_of(file)
    parts = {entry.filename.lower(): entry for entry in archive.entries}
    if CONTENT_TYPES.lower() not in parts or WORKBOOK not in parts:
        raise Unfit(Fault.OTHER_CONTENT)
    _check_names(parts)
    is_xml = _kinds(_whole(archive, parts[CONTENT_TYPES.lower()]))
    for name, entry in parts.items():
        _check_part(archive, name, entry, is_xml=is_xml(name))
    return Inspection(MEDIA_TYPES["xlsx"])


def _check_names(parts: Mapping[str, ZipInfo]) -> None:
    for name in parts:
        if name.endswith(ACTIVE_NAMES) or name.startswith(ACTIVE_FOLDERS):
            raise Unfit(Fault.ACTIVE)
        if name in LINKED_NAMES or name.startswith(LINKED_FOLDERS):
            raise Unfit(Fault.LINKED)


def _kinds(content: bytes) -> Callable[[str], bool]:
    """Whether the part of a name is XML, by the list of content types; raises Unfit for a type that is not taken."""
    by_name: dict[str, str] = {}
    by_ending: dict[str, str] = {}
    for row in tree_of(content).iter():
        kind = row.get("ContentType", "").lower()
        _check_words(re.split(r"[/.+;\s]", kind))
        by_name[row.get("PartName", "").lower().lstrip("/")] = kind
        by_ending[row.get("Extension", "").lower()] = kind

    def is_xml(name: str) -> bool:
        kind = by_name.get(name) or by_ending.get(name.rpartition(".")[2], "")
        return name.endswith((".xml", RELATIONS)) or kind.endswith(("+xml", "/xml"))

    return is_xml


def _check_words(words: list[str]) -> None:
    if not ACTIVE_WORDS.isdisjoint(words):
        raise Unfit(Fault.ACTIVE)
    if not LINKED_WORDS.isdisjoint(words):
        raise Unfit(Fault.LINKED)


def _whole(archive: Archive, entry: ZipInfo) -> bytes:
    """A part that is read in one piece, for it is small in every honest workbook."""
    content = bytearray()
    for piece in archive.content(entry):
        content += piece
        if len(content) > TREE_BYTES_MAX:
            raise Unfit(Fault.UNPACKS_TOO_LARGE)
    return bytes(content)


def _check_part(archive: Archive, name: str, entry: ZipInfo, *, is_xml: bool) -> None:
    if name.endswith(RELATIONS):
        _check_relations(_whole(archive, entry))
    elif name.endswith(DRAWING):
        check_drawing(_whole(archive, entry))
    elif is_xml:
        check_xml(archive.content(entry))
    else:
        for number, piece in enumerate(archive.content(entry)):
            if number == 0 and piece.startswith(PART_HEADS):
                raise Unfit(Fault.ACTIVE)


def _check_relations(content: bytes) -> None:
    for row in tree_of(content).iter():
        kind = row.get("Type", "").lower().rpartition("/")[2]
        target = row.get("Target", "").strip().lower()
        _check_words(re.split(r"[.+]", kind))
        if row.get("TargetMode", "").lower() == "external":
            is_plain = kind == "hyperlink" and target.startswith(PLAIN_LINKS)
        else:
            is_plain = "://" not in target and "\\" not in target
        if not is_plain:
            raise Unfit(Fault.LINKED)

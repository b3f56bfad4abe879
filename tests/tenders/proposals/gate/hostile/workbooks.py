import struct
import zipfile
import zlib

from tenders.proposals.gate.verdict import Fault
from tests.tenders.proposals.gate.making import (
    RELATIONS,
    archive,
    packed,
    piped,
    raw_archive,
    relation,
    types,
    workbook,
)

CANARY = "127.0.0.1:{port}"
DOCTYPE = '<?xml version="1.0"{encoding}?><!DOCTYPE w [<!ENTITY x SYSTEM "http://' + CANARY + '/x">]><w>&x;</w>'
PARAMETER = '<!DOCTYPE w [<!ENTITY % p SYSTEM "http://' + CANARY + '/p"> %p;]><w/>'
LAUGHS = '<!DOCTYPE w [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><w>&b;</w>'
SHEET = "xl/worksheets/sheet1.xml"
OVERRIDE = b'<Override PartName="/xl/%s" ContentType="%s"/>'


def doctype(port: int = 9, encoding: str = "utf-8", text: str = DOCTYPE) -> bytes:
    named = "" if encoding == "utf-8" else ' encoding="UTF-16"'
    return text.replace("{encoding}", named).replace("{port}", str(port)).encode(encoding)


def bomb(megabytes: int, name: str = "xl/media/image1.bin") -> bytes:
    return workbook({name: bytes(megabytes * 1024 * 1024)})


def bomb_of_text() -> bytes:
    return workbook({"xl/sharedStrings.xml": b"<sst>" + b"<si><t>a</t></si>" * 8_000_000 + b"</sst>"})


def many_entries() -> bytes:
    return workbook({f"xl/media/{number}.bin": b"" for number in range(5001)})


def overlapped() -> bytes:
    """Two entries of the directory lead to the same bytes."""
    made = bytearray(workbook({"xl/media/a.bin": b"1", "xl/media/b.bin": b"1"}))
    first, second = made.index(b"PK\x03\x04"), 0
    directory = made.index(b"PK\x01\x02")
    for _entry in range(5):
        second, directory = directory, made.find(b"PK\x01\x02", directory + 1)
        if directory < 0:
            break
    made[second + 42 : second + 46] = struct.pack("<I", first)
    return bytes(made)


def nested() -> bytes:
    """An entry that lies inside the bytes of another: the directory names both."""
    return workbook({"xl/media/a.bin": archive({"b": b"1"}, zipfile.ZIP_STORED)}, zipfile.ZIP_STORED)


def lying_size(size: int = 500_000) -> bytes:
    """Directory and header say that an entry unpacks to 10 bytes and give their checksum."""
    made = bytearray(workbook({"xl/media/a.bin": bytes(size)}))
    facts = struct.pack("<I", zlib.crc32(bytes(10)))
    for mark, checksum, size in ((b"PK\x03\x04", 14, 22), (b"PK\x01\x02", 16, 24)):
        start = made.rindex(mark)
        made[start + checksum : start + checksum + 4] = facts
        made[start + size : start + size + 4] = struct.pack("<I", 10)
    return bytes(made)


def changed(content: bytes, mark: bytes, offset: int, value: bytes) -> bytes:
    """The archive with some bytes changed behind the first such mark."""
    start = content.index(mark) + offset
    return content[:start] + value + content[start + len(value) :]


STORED = workbook(method=zipfile.ZIP_STORED)

ROWS = {
    "bomb": (lambda: bomb(120), Fault.UNPACKS_TOO_LARGE),
    "bomb of text": (bomb_of_text, Fault.UNPACKS_TOO_LARGE),
    "bomb in the list of types": (lambda: bomb(30, "[Content_Types].xml"), Fault.UNPACKS_TOO_LARGE),
    "bomb in relations": (lambda: bomb(30, "xl/_rels/workbook.xml.rels"), Fault.UNPACKS_TOO_LARGE),
    "bomb in a drawing": (lambda: bomb(30, "xl/drawings/a.vml"), Fault.UNPACKS_TOO_LARGE),
    "too many entries": (many_entries, Fault.UNPACKS_TOO_LARGE),
    "overlapped entries": (overlapped(), Fault.DAMAGED),
    "archive in the archive": (nested(), Fault.ACTIVE),
    "size that lies": (lying_size(), Fault.DAMAGED),
    "bomb whose size lies": (lambda: lying_size(120_000_000), Fault.UNPACKS_TOO_LARGE),
    "checksum that lies": (STORED.replace(b"<workbook/>", b"<workb00k/>"), Fault.DAMAGED),
    "directory that lies about a name": (changed(STORED, b"xl/workbook.xml", 3, b"W"), Fault.DAMAGED),
    "header that lies about its size": (changed(STORED, b"PK\x03\x04", 18, b"\x01"), Fault.DAMAGED),
    "way of packing that is rare": (workbook(method=zipfile.ZIP_LZMA), Fault.DAMAGED),
    "bytes in front": (changed(b"PK\x03\x04" + STORED, b"PK", 0, b"PK"), Fault.DAMAGED),
    "bytes behind": (STORED + b"x", Fault.DAMAGED),
    "remark behind": (STORED[:-2] + b"\x01\x00x", Fault.DAMAGED),
    "directory elsewhere": (changed(STORED, b"PK\x05\x06", 16, b"\x00\x00\x00\x00"), Fault.DAMAGED),
    "directory of another length": (changed(STORED, b"PK\x05\x06", 10, b"\x02"), Fault.DAMAGED),
    "directory without end": (changed(STORED, b"PK\x05\x06", 12, b"\xff\xff\xff\x7f"), Fault.UNPACKS_TOO_LARGE),
    "directory that is none": (changed(STORED, b"PK\x01\x02", 0, b"xx"), Fault.DAMAGED),
    "bytes between entries and directory": (raw_archive([], gap=b"x" * 9), Fault.DAMAGED),
    "bytes behind packed ones": (raw_archive([(SHEET, packed(b"<w/>") + b"x", 4, b"<w/>")]), Fault.DAMAGED),
    "many bytes behind packed ones": (
        raw_archive([(SHEET, packed(b"<w/>") + bytes(2_000_000), 4, b"<w/>")]),
        Fault.DAMAGED,
    ),
    "packed bytes that are cut off": (raw_archive([(SHEET, packed(b"<w/>")[:-3], 4, b"<w/>")]), Fault.DAMAGED),
    "record behind an entry that lies": (changed(piped(), b"PK\x07\x08", 4, b"\x00"), Fault.DAMAGED),
    "cut off": (STORED[:-10], Fault.DAMAGED),
    "way out of the archive": (workbook({"../../etc/passwd": b"x"}), Fault.DAMAGED),
    "name of a drive": (workbook({"c:/a": b"x"}), Fault.DAMAGED),
    "name from the root": (workbook({"/a": b"x"}), Fault.DAMAGED),
    "folders without end": (workbook({"a/" * 20 + "b": b"x"}), Fault.DAMAGED),
    "two parts of one name": (workbook({"XL/workbook.xml": b"<workbook/>"}), Fault.DAMAGED),
    "protected part": (changed(STORED, b"PK\x01\x02", 8, b"\x01"), Fault.ENCRYPTED),
    "protected workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), Fault.ENCRYPTED),
    "text document": (archive({"[Content_Types].xml": types(), "word/document.xml": b"<w/>"}), Fault.OTHER_CONTENT),
    "not packed in an archive": (b"\x1f\x8b\x08" + bytes(50), Fault.OTHER_CONTENT),
    "macro": (workbook({"xl/vbaProject.bin": b"x"}), Fault.ACTIVE),
    "macro under another name": (
        workbook(
            {
                "xl/a.bin": b"x",
                "[Content_Types].xml": types(OVERRIDE % (b"a.bin", b"application/vnd.ms-office.vbaProject")),
            }
        ),
        Fault.ACTIVE,
    ),
    "workbook of macros": (
        workbook(
            {
                "[Content_Types].xml": types(
                    OVERRIDE % (b"workbook.xml", b"application/vnd.ms-excel.sheet.macroEnabled.main+xml")
                )
            }
        ),
        Fault.ACTIVE,
    ),
    "sheet of macros": (workbook({"xl/macrosheets/sheet1.xml": b"<m/>"}), Fault.ACTIVE),
    "relation to a macro": (
        workbook({"xl/_rels/workbook.xml.rels": relation(b"vbaProject", b"a.bin", is_external=False)}),
        Fault.ACTIVE,
    ),
    "object of another program": (workbook({"xl/embeddings/oleObject1.bin": b"x"}), Fault.ACTIVE),
    "object of another program under another name": (
        workbook({"xl/media/a.bin": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"}),
        Fault.ACTIVE,
    ),
    "program under another name": (workbook({"xl/media/image1.png": b"MZ\x90\x00"}), Fault.ACTIVE),
    "control": (workbook({"xl/activeX/activeX1.xml": b"<x/>"}), Fault.ACTIVE),
    "add-in": (
        workbook({"_rels/.rels": relation(b"webextensiontaskpanes", b"a.xml", is_external=False)}),
        Fault.ACTIVE,
    ),
    "entity that fetches": (workbook({SHEET: doctype()}), Fault.ACTIVE),
    "entity in UTF-16": (workbook({SHEET: doctype(encoding="utf-16")}), Fault.ACTIVE),
    "entity of a document type": (workbook({SHEET: doctype(text=PARAMETER)}), Fault.ACTIVE),
    "entities without end": (workbook({SHEET: doctype(text=LAUGHS)}), Fault.ACTIVE),
    "entity in relations": (workbook({"xl/_rels/workbook.xml.rels": doctype()}), Fault.ACTIVE),
    "entity in the list of types, in UTF-16": (
        workbook({"[Content_Types].xml": doctype(encoding="utf-16")}),
        Fault.ACTIVE,
    ),
    "entity in a part that is not called XML": (
        workbook(
            {
                "xl/sheet.dat": doctype(),
                "[Content_Types].xml": types(b'<Default Extension="dat" ContentType="a/b+xml"/>'),
            }
        ),
        Fault.ACTIVE,
    ),
    "entity in a drawing": (workbook({"xl/drawings/a.vml": doctype(encoding="utf-16-le")}), Fault.ACTIVE),
    "text in an unknown encoding": (workbook({SHEET: b'<?xml version="1.0" encoding="utf-7"?><w/>'}), Fault.DAMAGED),
    "text that is not XML": (workbook({SHEET: b"<w>"}), Fault.DAMAGED),
    "relations that are not XML": (workbook({"xl/_rels/workbook.xml.rels": b"<w>"}), Fault.DAMAGED),
    "template elsewhere": (
        workbook({"xl/_rels/workbook.xml.rels": relation(b"attachedTemplate", b"http://192.0.2.1/a")}),
        Fault.LINKED,
    ),
    "picture elsewhere": (
        workbook({"xl/drawings/_rels/drawing1.xml.rels": relation(b"image", b"http://192.0.2.1/a.png")}),
        Fault.LINKED,
    ),
    "link into a network of files": (
        workbook({"xl/worksheets/_rels/sheet1.xml.rels": relation(b"hyperlink", b"file://192.0.2.1/a")}),
        Fault.LINKED,
    ),
    "inner link that leads out": (
        workbook({"xl/worksheets/_rels/sheet1.xml.rels": relation(b"image", b"\\\\192.0.2.1\\a", is_external=False)}),
        Fault.LINKED,
    ),
    "other workbook": (workbook({"xl/externalLinks/externalLink1.xml": b"<x/>"}), Fault.LINKED),
    "other workbook under another name": (
        workbook({"xl/_rels/workbook.xml.rels": relation(b"externalLink", b"a.xml", is_external=False)}),
        Fault.LINKED,
    ),
    "connection to a database": (workbook({"xl/connections.xml": b"<x/>"}), Fault.LINKED),
    "list of relations within limits only": (
        workbook({"xl/_rels/workbook.xml.rels": RELATIONS % b'<Relationship Type="x/frame" Target="a"/>'}),
        Fault.LINKED,
    ),
    "nothing": (b"", Fault.EMPTY),
}

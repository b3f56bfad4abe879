"""Files that are of two kinds at once: the one that their name says, and another that somebody else may see."""

from tenders.proposals.gate.verdict import Fault
from tests.tenders.proposals.gate.making import FTYP, archive, box, jpeg, pdf, png, segment, video, workbook

ARCHIVE = archive({"a.exe": b"MZ"})
PAGE = b"<html><script>alert(1)</script></html>"

PDF = {
    "archive behind": (pdf() + ARCHIVE, Fault.SECOND_KIND),
    "archive whose remark is the end of the document": (
        pdf(end=b"") + ARCHIVE[:-2] + b"\x06\x00%%EOF\n",
        Fault.SECOND_KIND,
    ),
    "page in a remark at the start": (pdf(head=b"%PDF-1.7\n%" + PAGE + b"\n"), Fault.SECOND_KIND),
    "page behind": (pdf() + PAGE, Fault.SECOND_KIND),
    "program behind": (pdf() + b"MZ\x90\x00", Fault.SECOND_KIND),
    "document in a page": (PAGE + pdf(), Fault.OTHER_CONTENT),
}
XLSX = {
    "document in front": (pdf() + workbook(), Fault.OTHER_CONTENT),
    "workbook behind a workbook": (workbook() + workbook(), Fault.DAMAGED),
}
MP4 = {
    "archive behind": (video(after=box(b"free", ARCHIVE)), Fault.SECOND_KIND),
    "page at the start": (FTYP + box(b"free", PAGE) + video()[len(FTYP) :], Fault.SECOND_KIND),
}
JPEG = {
    "archive behind": (jpeg(after=ARCHIVE), Fault.SECOND_KIND),
    "archive in a remark": (jpeg(segment(0xFE, ARCHIVE)), Fault.SECOND_KIND),
    "page behind": (jpeg(after=PAGE), Fault.SECOND_KIND),
    "document behind": (jpeg(after=pdf()), Fault.SECOND_KIND),
    "picture in front of a picture": (b"GIF89a" + jpeg(), Fault.OTHER_CONTENT),
}
PNG = {
    "archive behind": (png(after=ARCHIVE), Fault.SECOND_KIND),
    "page behind": (png(after=b"\n" + PAGE), Fault.SECOND_KIND),
    "program behind": (png(after=b"\x7fELF"), Fault.SECOND_KIND),
}

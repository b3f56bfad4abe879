"""Small documents with invented content: valid files of the kinds that a tender asks for."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile


def document(kind_code: str, company_name: str, evidence: str) -> SimpleUploadedFile:
    """A file for one of the four kinds that every template requires."""
    if kind_code == "origin_table":
        return SimpleUploadedFile("origin-table.csv", _origin_table().encode(), content_type="text/csv")
    if kind_code == "flight_evidence":
        return SimpleUploadedFile("flight-evidence.csv", _flights(evidence).encode(), content_type="text/csv")
    title = kind_code.replace("_", " ").capitalize()
    lines = [title, company_name, "Everything in this document is invented.", f"Evidence: {evidence}."]
    return SimpleUploadedFile(f"{kind_code.replace('_', '-')}.pdf", pdf(lines), content_type="application/pdf")


def pdf(lines: list[str]) -> bytes:
    """One A4 page with lines of plain text; letters outside Latin-1 are shown as question marks."""
    text = "".join(f"({_escaped(line)}) Tj 0 -18 Td " for line in lines)
    stream = f"BT /F1 12 Tf 60 780 Td {text}ET".encode("latin-1", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    return _with_table(objects)


def _with_table(objects: list[bytes]) -> bytes:
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % offset for offset in offsets))
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    return out.getvalue()


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _origin_table() -> str:
    rows = [
        "part group,country of manufacture,share of value %,replacement",
        "airframe,LV,30,yes",
        "motors,CZ,25,yes",
        "batteries,PL,20,yes",
        "radio,EE,25,yes",
    ]
    return "\n".join(rows) + "\n"


def _flights(evidence: str) -> str:
    rows = [
        "flight,date,duration min,distance km,remark",
        f"1,2026-05-04,21,11.2,{evidence}",
        "2,2026-05-06,22,11.9,wind 6 m/s",
    ]
    return "\n".join(rows) + "\n"

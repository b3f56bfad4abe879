from tenders.proposals.gate.verdict import Fault
from tests.tenders.proposals.gate.making import pdf, workbook

ROWS = {
    "pdf": (pdf(), Fault.OTHER_CONTENT),
    "workbook": (workbook(), Fault.OTHER_CONTENT),
    "page": (b"  <html><script>alert(1)</script>", Fault.OTHER_CONTENT),
    "page in UTF-16": ("\n<!DOCTYPE html>".encode("utf-16"), Fault.OTHER_CONTENT),
    "drawing with a script": (b"<svg onload='alert(1)'/>", Fault.OTHER_CONTENT),
    "zero byte at the end": (lambda: b"a,b\n" * 400_000 + b"\x00", Fault.OTHER_CONTENT),
    "packed": (b"\x1f\x8b\x08\x00", Fault.OTHER_CONTENT),
    "letters of one country": ("дальність\n".encode("cp1251"), Fault.NOT_UNICODE),
    "cut in a letter": ("дальність".encode()[:-1], Fault.NOT_UNICODE),
    "nothing": (b"", Fault.EMPTY),
}

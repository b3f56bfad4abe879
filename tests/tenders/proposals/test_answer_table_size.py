"""A small table that unpacks to very much costs the web process nothing, although the gate lets it through."""

import os
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from tenders.proposals import answer_table
from tenders.proposals.answer_table import BYTES_MAX, UNPACKED_BYTES_MAX, NotThisTable, Origin, read, written
from tenders.proposals.gate.inspection import inspect

ORIGIN = Origin(tender="IDC-2020-0001", proposal="a" * 26, revision=7, seen={})
SPREADSHEET = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TEXT = b"<si><t>a</t></si>"


def _with_texts(size):
    """A table of ours with so many bytes of shared texts besides, packed no better than the gate allows."""
    content, kept = BytesIO(), ZipFile(BytesIO(written([], ORIGIN)))
    texts = b'<sst xmlns="' + SPREADSHEET + b'">' + TEXT * (size // len(TEXT)) + b"</sst>"
    with ZipFile(content, "w", ZIP_DEFLATED) as book:
        for name in kept.namelist():
            book.writestr(name, kept.read(name))
        book.writestr("xl/sharedStrings.xml", texts)
        book.writestr("xl/media/noise.bin", os.urandom(size // 150))
    content.seek(0)
    return content


def test_table_that_unpacks_to_too_much_is_refused_before_the_library_reads_it(monkeypatch):
    table = _with_texts(UNPACKED_BYTES_MAX)
    assert len(table.getvalue()) < BYTES_MAX
    inspect(table, "xlsx")
    table.seek(0)
    monkeypatch.setattr(answer_table, "load_workbook", lambda *_file, **_how: pytest.fail("it was read"))

    with pytest.raises(NotThisTable, match="This is not the table that you downloaded here"):
        read(table, [])


def test_table_with_many_texts_is_read():
    assert read(_with_texts(UNPACKED_BYTES_MAX // 2), []).origin == ORIGIN

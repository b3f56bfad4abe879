"""Files that a gate must refuse, made when the tests run: a row is a name, the bytes and the fault that is wanted."""

from collections.abc import Callable, Mapping

from tenders.proposals.gate.verdict import Fault
from tests.tenders.proposals.gate.hostile import pdfs, pictures, polyglots, tables, videos, workbooks

Row = tuple[Callable[[], bytes] | bytes, Fault]

HOSTILE: Mapping[str, Mapping[str, Row]] = {
    "pdf": pdfs.ROWS | polyglots.PDF,
    "csv": tables.ROWS,
    "xlsx": workbooks.ROWS | polyglots.XLSX,
    "mp4": videos.ROWS | polyglots.MP4,
    "jpg": pictures.JPEG | polyglots.JPEG,
    "png": pictures.PNG | polyglots.PNG,
}


def bytes_of(made: Callable[[], bytes] | bytes) -> bytes:
    """Large files are functions, so that they are made for one test only."""
    return made() if callable(made) else made

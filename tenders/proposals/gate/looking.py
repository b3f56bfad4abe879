"""Which parser looks at which extension. Pure; runs in the child process, and in tests without one."""

from collections.abc import Callable, Mapping
from io import BufferedReader
from typing import BinaryIO

from tenders.proposals.gate import jpeg, pdf, png, table, video, workbook
from tenders.proposals.gate.heads import HEAD_BYTES, leading_fault
from tenders.proposals.gate.pieces import PiecedFile
from tenders.proposals.gate.verdict import Fault, Inspection, Unfit
from tenders.proposals.gate.wire import Piece

LOOKS: Mapping[str, Callable[[BinaryIO], Inspection]] = {
    "pdf": pdf.look,
    "csv": table.look,
    "xlsx": workbook.look,
    "mp4": video.look,
    "jpg": jpeg.look,
    "jpeg": jpeg.look,
    "png": png.look,
}
CLEANERS: Mapping[str, Callable[[BinaryIO], list[Piece]]] = {
    "mp4": video.without_metadata,
    "jpg": jpeg.without_metadata,
    "jpeg": jpeg.without_metadata,
    "png": png.without_metadata,
}


def look(file: BinaryIO, extension: str) -> Inspection:
    """Judge the whole file; raises Unfit and nothing else. `extension` is a key of LOOKS."""
    file.seek(0)
    if fault := leading_fault(file.read(HEAD_BYTES), extension):
        raise Unfit(fault)
    return LOOKS[extension](file)


def stripped_pieces(file: BinaryIO, extension: str) -> list[Piece]:
    """The file without its metadata, in pieces that were looked at as one file; raises Unfit where some is left."""
    cleaner = CLEANERS.get(extension)
    if cleaner is None:
        raise Unfit(Fault.OTHER_CONTENT)
    pieces = cleaner(file)
    left = look(BufferedReader(PiecedFile(file, pieces)), extension)
    if left.metadata:
        raise Unfit(Fault.LOCATION)
    return pieces

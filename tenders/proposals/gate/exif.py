"""The few fields of EXIF that matter here: what it tells, and which way up the picture is (CIPA DC-008). Pure."""

from collections.abc import Mapping

from tenders.proposals.gate.verdict import Metadata

ORIENTATION = 0x0112
SHORT = 3
FIELDS_MAX = 500
TELLING: Mapping[int, Metadata] = {
    0x8825: Metadata.LOCATION,  # the way to the GPS fields
    0x013B: Metadata.AUTHOR,
    0x8298: Metadata.AUTHOR,
    0x9C9D: Metadata.AUTHOR,
    0x010F: Metadata.DEVICE,
    0x0110: Metadata.DEVICE,
    0x0131: Metadata.DEVICE,
}
UPRIGHT = 1
ORIENTATIONS = range(1, 9)


def told_in_exif(tiff: bytes) -> tuple[set[Metadata], int]:
    """What the fields tell and the orientation, 1 (upright) where none is told; damaged fields tell a note."""
    fields = _fields(tiff)
    told = {TELLING.get(tag, Metadata.NOTE) for tag in fields} | {Metadata.NOTE}
    orientation = fields.get(ORIENTATION, UPRIGHT)
    return told, orientation if orientation in ORIENTATIONS else UPRIGHT


def exif_of(orientation: int) -> bytes:
    """EXIF that tells the orientation and nothing else."""
    return b"MM\x00*\x00\x00\x00\x08\x00\x01" + _entry(orientation) + bytes(4)


def _entry(orientation: int) -> bytes:
    numbers = ((ORIENTATION, 2), (SHORT, 2), (1, 4), (orientation, 2), (0, 2))
    return b"".join(number.to_bytes(size, "big") for number, size in numbers)


def _fields(tiff: bytes) -> dict[int, int]:
    """The fields of the first directory with their first two bytes as a number."""
    order = {b"II": "little", b"MM": "big"}.get(tiff[:2])
    if order is None:
        return {}
    start = int.from_bytes(tiff[4:8], order)
    count = min(int.from_bytes(tiff[start : start + 2], order), FIELDS_MAX)
    entries = (tiff[at : at + 12] for at in range(start + 2, start + 2 + count * 12, 12))
    return {
        int.from_bytes(entry[:2], order): int.from_bytes(entry[8:10], order) for entry in entries if len(entry) == 12
    }

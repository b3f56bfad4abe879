"""What the gate says of a file. Pure, and light to import: the child process that reads the file starts with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

MEDIA_TYPES: Mapping[str, str] = {
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "mp4": "video/mp4",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
}
UTF16_CSV = "text/csv; charset=utf-16"

PIXELS_MAX = 100_000_000


class Fault(StrEnum):
    """Why a file is not what its extension says, or may not be taken although it is."""

    EMPTY = "empty"
    OTHER_CONTENT = "other content"
    SECOND_KIND = "second kind"  # it reads as what it says and as something else besides
    DAMAGED = "damaged"
    ENCRYPTED = "encrypted"
    ACTIVE = "active"
    LINKED = "linked"  # it takes content from elsewhere
    LOCATION = "location"  # it holds positions that the portal cannot take out
    NOT_UNICODE = "not unicode"
    TOO_MANY_PIXELS = "too many pixels"
    UNPACKS_TOO_LARGE = "unpacks too large"
    OVER_LIMITS = "over limits"  # reading it took more time or memory than one file gets
    NOT_LOOKED_AT = "not looked at"  # nothing is known of the file, for the gate itself failed


class Metadata(StrEnum):
    """What a photo or a video tells besides its picture, as kept in `Document.stripped`."""

    LOCATION = "location"
    AUTHOR = "author"
    DEVICE = "device"
    NOTE = "note"  # titles, comments, dates and everything else
    ATTACHED = "attached"  # a second picture, a sound or other bytes after the end


class Unfit(Exception):
    """The file is not taken; `fault` is the reason."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True)
class Inspection:
    """A file that may be taken. `metadata` names, sorted, what `stripped` would take out."""

    media_type: str
    metadata: tuple[str, ...] = ()

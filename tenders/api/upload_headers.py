"""What the headers of an upload say: how long it is, where its bytes begin, what they are of, and their digest.

Each of these raises Problem where the header is missing or wrong.
"""

import base64

from django.http import HttpRequest
from django.utils.translation import gettext as _

from coalition_portal.uploads import upload_bytes_max
from tenders.api import errors, problems
from tenders.api.errors import Problem
from tenders.proposals.models import Upload
from tenders.proposals.uploading import CHECKSUMS, Checksum

METADATA = ("filename", "kind", "proposal")


def body_bytes(request: HttpRequest) -> int:
    """How long the body is; a body without a length cannot be told from one that broke off."""
    text = request.META.get("CONTENT_LENGTH") or "0"
    if request.META.get("HTTP_TRANSFER_ENCODING") or not text.isdecimal():
        raise Problem(
            problems.LENGTH_REQUIRED, _("The request has no Content-Length. Send each piece with its length.")
        )
    return int(text)


def _number(request, name: str) -> int:
    text = request.META.get(f"HTTP_{name.upper().replace('-', '_')}", "")
    if not (text.isascii() and text.isdecimal() and len(text) <= 15):
        raise Problem(
            problems.BAD_REQUEST,
            _("The %(name)s header is %(got)s; it wants a whole number of bytes.")
            % {"name": name, "got": errors.shown(text) or "-"},
        )
    return int(text)


def length(request) -> int:
    size, most = _number(request, "Upload-Length"), upload_bytes_max()
    if size > most:
        raise Problem(
            problems.TOO_LARGE,
            _("The file has %(got)s bytes; the portal takes at most %(most)s.") % {"got": size, "most": most},
        )
    return size


def offset(request) -> int:
    return _number(request, "Upload-Offset")


def metadata(request) -> dict[str, str]:
    """The pairs of Upload-Metadata that the portal knows; others are the client's own affair."""
    found = {}
    for pair in filter(None, map(str.strip, request.META.get("HTTP_UPLOAD_METADATA", "").split(","))):
        name, _space, value = pair.partition(" ")
        if name in found:
            raise _wrong_metadata()
        found[name] = _decoded(value)
    missing = [name for name in METADATA if not found.get(name)]
    if missing:
        raise Problem(
            problems.BAD_REQUEST,
            _("The Upload-Metadata header lacks %(missing)s; it wants filename, kind and proposal in base64.")
            % {"missing": ", ".join(missing)},
        )
    return {name: found[name] for name in METADATA}


def written_metadata(upload: Upload) -> str:
    """What the portal keeps of the pairs that the upload was begun with."""
    kept = {"filename": upload.name, "kind": upload.kind_code, "proposal": upload.proposal.public_id}
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in kept.items())


def _decoded(value: str) -> str:
    try:
        return base64.b64decode(value.strip(), validate=True).decode()
    except ValueError:
        # No base64, no UTF-8, or letters beyond ASCII in the header itself.
        raise _wrong_metadata() from None


def _wrong_metadata() -> Problem:
    return Problem(
        problems.BAD_REQUEST,
        _("The Upload-Metadata header is not understood; it wants pairs of a name and base64 of UTF-8, with commas."),
    )


def checksum(request) -> Checksum | None:
    text = request.META.get("HTTP_UPLOAD_CHECKSUM")
    if text is None:
        return None
    algorithm, _space, value = text.partition(" ")
    try:
        digest = base64.b64decode(value.strip(), validate=True)
    except ValueError:
        digest = b""
    if algorithm not in CHECKSUMS or not digest:
        raise Problem(
            problems.BAD_REQUEST,
            _("The Upload-Checksum header is %(got)s; it wants sha1 or sha256 and the digest in base64.")
            % {"got": errors.shown(text)},
        )
    return Checksum(algorithm, digest)

"""Files by tus 1.0.0 (creation, creation-with-upload, termination, checksum, expiration), and a reading of our own."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext as _

from coalition_portal.permission import Denied, Refused
from coalition_portal.public_ids import is_public_id
from coalition_portal.uploads import upload_bytes_max
from tenders.api import errors, idempotency, problems, upload_bodies, upload_headers
from tenders.api.errors import Problem
from tenders.api.models import Scope
from tenders.api.private import PrivateView, answer
from tenders.api.upload_schema import BYTES, begins, ends, reads, sends
from tenders.proposals import uploading
from tenders.proposals.models import Upload, UploadState
from tenders.proposals.queries import proposals_visible_to, uploads_visible_to
from tenders.proposals.uploading import CHECKSUMS

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination,checksum,expiration"
OVERRIDE = "HTTP_X_HTTP_METHOD_OVERRIDE"
OVERRIDDEN = ("PATCH", "DELETE")
BUSY_SECONDS = 1
FULL_SECONDS = 600


class TusView(PrivateView):
    """What every request has in common: the version of the protocol, and one scope for all of it."""

    media_types = (BYTES,)
    scopes = {"GET": Scope.WRITE, "HEAD": Scope.WRITE}

    def initialize_request(self, request, *args, **kwargs):
        if request.method == "POST" and request.META.get(OVERRIDE) in OVERRIDDEN:
            request.method = request.META[OVERRIDE]
        return super().initialize_request(request, *args, **kwargs)

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        if request.method not in ("GET", "OPTIONS") and request.META.get("HTTP_TUS_RESUMABLE") != VERSION:
            raise Problem(
                problems.TUS_VERSION,
                _("The Tus-Resumable header is %(got)s; the portal speaks %(wanted)s.")
                % {"got": errors.shown(request.META.get("HTTP_TUS_RESUMABLE", "")) or "-", "wanted": VERSION},
                headers={"Tus-Version": VERSION},
            )

    def finalize_response(self, request, response, *args, **kwargs):
        response.headers["Tus-Resumable"] = VERSION
        return super().finalize_response(request, response, *args, **kwargs)

    def options(self, request, *args, **kwargs):
        response = super().options(request, *args, **kwargs)
        response.headers["Tus-Version"] = VERSION
        response.headers["Tus-Extension"] = EXTENSIONS
        response.headers["Tus-Max-Size"] = str(upload_bytes_max())
        response.headers["Tus-Checksum-Algorithm"] = ",".join(CHECKSUMS)
        return response


class UploadsView(TusView):
    @begins
    def post(self, request):
        """Begins an upload; a body is its first bytes. With an Idempotency-Key a repeat is led to what it began."""
        size, metadata, brought = upload_headers.length(request), upload_headers.metadata(request), _brought(request)
        if brought > size:
            raise _more_than_announced()
        begin = partial(_begun, request, size, metadata)
        is_named = idempotency.HEADER in request.META
        answered = idempotency.once(request, request.user, _asked(size, metadata), begin) if is_named else begin()
        upload = _there(request, answered["Location"].rpartition("/")[2])
        if brought and upload.state == UploadState.RECEIVING and not upload.received_bytes:
            upload = _received(request, upload, 0) if is_named else _received_or_ended(request, upload)
        for name, value in _standing(upload).items():
            answered[name] = value
        del answered.headers["Content-Type"]
        return answered


class UploadView(TusView):
    def head(self, request, upload_id):
        upload = _there(request, upload_id)
        announced = {
            "Upload-Length": str(upload.size_bytes),
            "Upload-Metadata": upload_headers.written_metadata(upload),
        }
        return _empty(200, _standing(upload) | _held(upload, request.now) | announced)

    @reads
    def get(self, request, upload_id):
        return answer(_told(_there(request, upload_id)))

    @sends
    def patch(self, request, upload_id):
        upload = _visible(request, upload_id)
        return _empty(204, _standing(_received(request, upload, upload_headers.offset(request))))

    @ends
    def delete(self, request, upload_id):
        upload = _visible(request, upload_id)
        with _refusals():
            uploading.end_upload(upload=upload, by=request.user, now=request.now)
        return _empty(204, {})


# From the request


def _visible(request, upload_id: str) -> Upload:
    return get_object_or_404(uploads_visible_to(request.user), public_id=upload_id)


def _there(request, upload_id: str) -> Upload:
    upload = _visible(request, upload_id)
    if uploading.is_gone(upload, request.now):
        raise Problem(problems.UPLOAD_GONE, uploading.gone_sentence())
    return upload


def _begun(request, size_bytes: int, metadata: dict[str, str]) -> HttpResponse:
    """The answer of a creation as it is kept for a repeat: how far the upload is by then is another matter."""
    if not is_public_id(metadata["proposal"]):
        raise Http404
    proposal = get_object_or_404(proposals_visible_to(request.user), public_id=metadata["proposal"])
    with _refusals():
        upload = uploading.begin_upload(
            proposal=proposal,
            kind_code=metadata["kind"],
            name=metadata["filename"],
            size_bytes=size_bytes,
            by=request.user,
            now=request.now,
        )
    return _empty(201, {"Location": reverse("api-upload", args=[upload.public_id])})


def _asked(size_bytes: int, metadata: dict[str, str]) -> bytes:
    """What tells one creation from another: its body is bytes of the file, which a repeat need not bring again."""
    return json.dumps([size_bytes, metadata], sort_keys=True).encode()


def _received_or_ended(request, upload: Upload) -> Upload:
    """The first bytes with the creation. Where they are refused or broke off, nobody was told of the upload."""
    try:
        return _received(request, upload, 0)
    except Problem:
        with suppress(Denied, Refused):
            uploading.end_upload(upload=upload, by=request.user, now=request.now)
        raise


def _received(request, upload: Upload, offset: int) -> Upload:
    checksum, size = upload_headers.checksum(request), upload_headers.body_bytes(request._request)
    if offset + size > upload.size_bytes:
        raise _more_than_announced()
    with _refusals(), upload_bodies.given_up_on_silence(request._request):
        return uploading.receive(
            upload=upload,
            offset=offset,
            chunks=upload_bodies.chunks(request._request, size),
            by=request.user,
            now=request.now,
            checksum=checksum,
        )


def _brought(request) -> int:
    """How many bytes come with a creation. What is wrong with its headers is told before anything is begun."""
    upload_headers.checksum(request)
    return upload_headers.body_bytes(request._request)


def _more_than_announced() -> Problem:
    sentence = _("The request brings more bytes than were announced. Begin a new upload.")
    return Problem(problems.TOO_LARGE, sentence)


# To the answer


def _standing(upload: Upload) -> dict[str, str]:
    """How far the upload is and, when it is over, what became of it."""
    headers = {"Upload-Offset": str(upload.received_bytes)}
    if upload.state == UploadState.RECEIVING:
        return headers | {"Upload-Expires": http_date(upload.expires_at.timestamp())}
    document = uploading.document_of(upload)
    named = {"Portal-Document": document.public_id} if document else {}
    return headers | {"Portal-Upload-State": upload.state.lower()} | named


def _held(upload: Upload, now: datetime) -> dict[str, str]:
    """While another request writes the offset may still move, and what is sent now would be turned away."""
    return {"Retry-After": str(BUSY_SECONDS)} if uploading.is_being_written(upload, now) else {}


def _told(upload: Upload) -> dict[str, object]:
    document = uploading.document_of(upload)
    return {
        "id": upload.public_id,
        "state": upload.state.lower(),
        "offset": upload.received_bytes,
        "size": upload.size_bytes,
        "document": document.public_id if document else None,
        "refusal": upload.refusal or None,
    }


def _empty(status: int, headers: dict[str, str]) -> HttpResponse:
    response = HttpResponse(status=status, headers=headers)
    del response.headers["Content-Type"]
    return response


@contextmanager
def _refusals() -> Iterator[None]:
    """What the verbs refuse, as problems."""
    try:
        yield
    except uploading.WrongOffset as refused:
        raise Problem(problems.CONFLICT, refused.sentence, headers={"Upload-Offset": str(refused.offset)}) from None
    except Refused as refused:
        kind, headers = next((row[1:] for row in KINDS if isinstance(refused, row[0])), (problems.CONFLICT, {}))
        raise Problem(kind, refused.sentence, headers=headers) from None
    except ConnectionError:
        # Nobody is likely to read this: the line broke. What came before is kept.
        sentence = _("The request ended before its body was whole. Ask by HEAD how far the upload is, and go on.")
        raise Problem(problems.BAD_REQUEST, sentence) from None


KINDS = (
    (uploading.UploadGone, problems.UPLOAD_GONE, {}),
    (uploading.WriterBusy, problems.UPLOAD_BUSY, {"Retry-After": str(BUSY_SECONDS)}),
    (uploading.ChecksumMismatch, problems.CHECKSUM_MISMATCH, {}),
    (uploading.TooManyBytes, problems.TOO_LARGE, {}),
    (uploading.StoreFull, problems.STORE_FULL, {"Retry-After": str(FULL_SECONDS)}),
    (uploading.Unacceptable, problems.FILE_REFUSED, {}),
)

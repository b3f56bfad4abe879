"""What OpenAPI says of uploads, beside the protocol's own description at tus.io."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from tenders.api import problems
from tenders.api.company_schema import IDEMPOTENCY_KEY, tells
from tenders.api.fields import text, whole
from tenders.api.models import Scope
from tenders.api.problems import ProblemType

BYTES = "application/offset+octet-stream"
STATE = [(word, word) for word in ("receiving", "kept", "refused")]


class UploadStanding(serializers.Serializer):
    id = text()
    state = serializers.ChoiceField(
        STATE, help_text=_("kept: it is a document of the draft. refused: the sentence stands in refusal.")
    )
    offset = whole(_("How many bytes arrived; the next one is at this place."))
    size = whole(_("How many bytes were announced."))
    document = text(_("The document that it became."), allow_null=True)
    refusal = text(_("Why the file was not taken, in the language of who sent it."), allow_null=True)


def _sent(name: str, words: Promise, *, required: bool = True, schema: object = str) -> OpenApiParameter:
    return OpenApiParameter(name, schema, OpenApiParameter.HEADER, required=required, description=words)


def _answered(name: str, words: Promise, statuses: list[int]) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, description=words, response=statuses)


VERSION = _sent("Tus-Resumable", _("The version of the protocol."), schema={"type": "string", "enum": ["1.0.0"]})
OFFSET = _sent("Upload-Offset", _("Where these bytes begin; exactly where the upload stands."), schema=int)
LENGTH = _sent("Upload-Length", _("How many bytes the file has."), schema=int)
METADATA = _sent(
    "Upload-Metadata", _("Pairs of a name and base64 of UTF-8, with commas: filename, kind and proposal are needed.")
)
CHECKSUM = _sent(
    "Upload-Checksum",
    _("sha1 or sha256, a space, and the digest of this body in base64: if it is wrong, none of the body is kept."),
    required=False,
)
NAMED = _sent(
    "Idempotency-Key",
    _("Chosen by you, one for each file: a repeat whose answer was lost is led to the upload that it began."),
    required=False,
    schema=IDEMPOTENCY_KEY.type,
)


def _standing(*statuses: int) -> tuple[OpenApiParameter, ...]:
    """Headers of every answer about one upload."""
    where = list(statuses)
    return (
        _answered("Tus-Resumable", _("The version of the protocol."), where),
        _answered("Upload-Offset", _("How many bytes arrived."), where),
        _answered(
            "Upload-Expires", _("When the upload is deleted if no byte comes; while it is being received."), where
        ),
        _answered("Portal-Upload-State", _("kept or refused, once the last byte came."), where),
        _answered("Portal-Document", _("The document that the file became, once it is kept."), where),
    )


def _takes(*also: ProblemType) -> tuple[ProblemType, ...]:
    """The problems of a request that may bring bytes."""
    bringing = (problems.LENGTH_REQUIRED, problems.TOO_LARGE, problems.UNSUPPORTED_MEDIA_TYPE, problems.FILE_REFUSED)
    meeting = (problems.CONFLICT, problems.UPLOAD_GONE, problems.UPLOAD_BUSY, problems.CHECKSUM_MISMATCH)
    return (problems.NOT_FOUND, problems.TUS_VERSION, *bringing, *meeting, *also)


def _with_bytes(told):
    """`told`, and a body of bytes."""
    return lambda method: extend_schema(request={BYTES: OpenApiTypes.BINARY})(told(method))


begins = _with_bytes(
    tells(
        {201: None},
        operation_id="begin_upload",
        summary=_("Begin an upload"),
        description=_(
            "By tus 1.0.0 with creation, creation-with-upload, termination, checksum and expiration; OPTIONS tells the "
            "largest size. What can be known of a file before it travels is refused here. A body is its first bytes."
        ),
        scope=Scope.WRITE,
        headers=(
            VERSION,
            LENGTH,
            METADATA,
            CHECKSUM,
            NAMED,
            _answered("Location", _("Where the upload goes on."), [201]),
            *_standing(201),
        ),
        problems_too=_takes(problems.STORE_FULL, problems.IDEMPOTENCY_KEY_REUSED),
    ),
)
sends = _with_bytes(
    tells(
        {204: None},
        operation_id="send_bytes",
        summary=_("Send bytes of a file"),
        description=_(
            "After the last one the file is looked at as a whole: Portal-Upload-State says if it was kept, and a "
            "reading of the upload why it was not. After a broken line HEAD tells how much arrived. A file becomes "
            "part of the draft, never of a version that was frozen before."
        ),
        scope=Scope.WRITE,
        headers=(VERSION, OFFSET, CHECKSUM, *_standing(204)),
        problems_too=_takes(problems.STORE_FULL),
    ),
)
reads = tells(
    {200: UploadStanding},
    operation_id="upload",
    summary=_("How an upload stands"),
    description=_("Beside the protocol, whose own way is HEAD: it tells the same in headers, without the sentence."),
    scope=Scope.WRITE,
    problems_too=(problems.NOT_FOUND, problems.UPLOAD_GONE),
)
ends = tells(
    {204: None},
    operation_id="end_upload",
    summary=_("End an upload"),
    description=_("Its bytes are deleted. What became a document is removed as a document."),
    scope=Scope.WRITE,
    headers=(VERSION, _answered("Tus-Resumable", _("The version of the protocol."), [204])),
    problems_too=(problems.NOT_FOUND, problems.CONFLICT, problems.UPLOAD_GONE, problems.TUS_VERSION),
)

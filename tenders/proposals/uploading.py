"""Files that arrive in pieces and go on after a break: begun, received from an exact offset, kept as a document."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from coalition_portal import clock
from coalition_portal.identity.models import User
from coalition_portal.permission import Denied, Refused
from coalition_portal.public_ids import new_public_id
from tenders.proposals.contents import begin_content, delete_content
from tenders.proposals.document_limits import (
    StoreFull,
    Unacceptable,
    check_day,
    check_rate,
    check_room,
    check_store,
    refused_when_full,
)
from tenders.proposals.documents import check_announced, wanted_of
from tenders.proposals.models import Document, Proposal, Upload, UploadState
from tenders.proposals.permissions import check_can_edit_draft
from tenders.proposals.queries import deadlines_in_force
from tenders.proposals.receiving import (
    CHECKSUMS,
    LEASE,
    Checksum,
    ChecksumMismatch,
    TooManyBytes,
    WriterBusy,
    Writing,
)

__all__ = [
    "CHECKSUMS",
    "Checksum",
    "ChecksumMismatch",
    "StoreFull",
    "TooManyBytes",
    "Unacceptable",
    "UploadGone",
    "WriterBusy",
    "WrongOffset",
    "begin_upload",
    "document_of",
    "end_upload",
    "finish_received",
    "gone_sentence",
    "is_being_written",
    "is_gone",
    "receive",
]

logger = logging.getLogger(__name__)

EMPTY_EXPIRES_AFTER = timedelta(hours=1)  # nothing is lost with it, and nobody may know of it: its answer may be
UNDER_WAY_MAX = 24  # of one proposal


class WrongOffset(Refused):
    """The bytes do not begin where the upload stands; `offset` is where it stands."""

    def __init__(self, sentence: str, offset: int) -> None:
        super().__init__(sentence)
        self.offset = offset


class UploadGone(Refused):
    """The upload was ended, refused or has expired, and its bytes are gone."""


def begin_upload(*, proposal: Proposal, kind_code: str, name: str, size_bytes: int, by: User, now: datetime) -> Upload:
    """An upload that waits for its first byte. What can be known of a file before it travels is refused here.

    Raises Denied, Unacceptable or StoreFull. A document that comes meanwhile may take its place: the end judges that.
    """
    check_can_edit_draft(by, proposal, now)
    wanted = wanted_of(proposal, kind_code)
    name = check_announced(wanted, name, size_bytes)
    check_room(proposal, wanted, size_bytes)
    check_rate(proposal, now)
    check_day(proposal, size_bytes, now)
    _check_under_way(proposal, now)
    check_store(size_bytes)
    with transaction.atomic(durable=True):
        return Upload.objects.create(
            proposal=proposal,
            kind_code=wanted.code,
            name=name,
            size_bytes=size_bytes,
            content=begin_content(company=proposal.company, now=now),
            uploaded_by=by,
            begun_at=now,
            expires_at=now + EMPTY_EXPIRES_AFTER,
        )


def receive(
    *,
    upload: Upload,
    offset: int,
    chunks: Iterable[bytes],
    by: User,
    now: datetime,
    checksum: Checksum | None = None,
) -> Upload:
    """Take the bytes from `offset` on; after the last one the file is judged and becomes a document, or is refused.

    Raises Denied, UploadGone, WriterBusy, WrongOffset, TooManyBytes, ChecksumMismatch, StoreFull, and Unacceptable
    where the first bytes show a wrong file. Denied where the deadline passed on the way: then what came stays, and may
    become a document if the tender is open again. What broke the line is raised again, after what came before it was
    kept; with a checksum nothing of such a request is kept, for nobody can tell whether it was whole. Without bytes at
    the full offset it finishes what an earlier request could not.
    """
    check_can_edit_draft(by, upload.proposal, now)
    # The disk may have filled since the upload was begun, and other uploads go on beside it.
    if offset < upload.size_bytes:
        check_store(upload.size_bytes - offset)
    writing = _claim(upload, offset, now)
    _take(writing, chunks, checksum)
    if writing.is_whole:
        writing.finish(by, now)
    else:
        writing.release()
    return Upload.objects.select_related("proposal").get(pk=upload.pk)


def _take(writing: Writing, chunks: Iterable[bytes], checksum: Checksum | None) -> None:
    """A wrong file is refused for good; whatever else ends the taking leaves the upload to the next request."""
    try:
        with refused_when_full():
            writing.take(chunks, checksum)
    except Unacceptable as refused:
        writing.refuse(refused.sentence)
        raise
    except BaseException:
        writing.release()
        raise


def end_upload(*, upload: Upload, by: User, now: datetime) -> Upload:
    """Forget the upload and its bytes. Raises Refused where it is a document already, UploadGone where it is gone."""
    check_can_edit_draft(by, upload.proposal, now)
    with transaction.atomic(durable=True):
        row = Upload.objects.select_for_update(no_key=True).get(pk=upload.pk)
        if row.state == UploadState.KEPT:
            raise Refused(_("This file is a document of the proposal already. Remove it on the page of the documents."))
        if row.state == UploadState.ENDED:
            raise UploadGone(gone_sentence())
        content, row.content = row.content, None
        row.state, row.writer, row.writer_until = UploadState.ENDED, "", None
        row.save(update_fields=["state", "content", "writer", "writer_until"])
    if content:
        delete_content(content)
    return row


def finish_received(*, now: datetime) -> int:
    """Judge the uploads whose last byte came and whose request died before it could; how many became documents.

    So are those that came too late, once their tender is open again. What cannot be judged even now stays for the next
    sweep, and keeps none of the others from theirs.
    """
    rows = Upload.objects.filter(state=UploadState.RECEIVING, received_bytes=F("size_bytes"), expires_at__gt=now)
    rows = rows.filter(proposal__tender__in=deadlines_in_force().filter(closes_at__gt=now).values("tender"))
    found = 0
    for row in rows.exclude(writer_until__gt=now).select_related("proposal", "uploaded_by").order_by("pk"):
        try:
            with translation.override(row.uploaded_by.language):
                done = receive(upload=row, offset=row.size_bytes, chunks=(), by=row.uploaded_by, now=now)
        except (Refused, Denied):
            continue
        except Exception:
            # A fault of the portal's own, such as a store that fails at this one file.
            logger.exception("upload %s cannot be judged", row.public_id)
            continue
        found += done.state == UploadState.KEPT
    return found


def is_gone(upload: Upload, now: datetime) -> bool:
    """Whether nothing more can be sent or asked: ended, or expired while nobody was sending."""
    is_late = upload.state == UploadState.RECEIVING and upload.expires_at <= now
    return upload.state == UploadState.ENDED or (is_late and not is_being_written(upload, now))


def is_being_written(upload: Upload, now: datetime) -> bool:
    """Whether a request that lives, or broke off a moment ago, may still move the offset."""
    return bool(upload.writer) and upload.writer_until > now


def document_of(upload: Upload) -> Document | None:
    """The document that the upload became."""
    if upload.state != UploadState.KEPT:
        return None
    return Document.objects.filter(proposal=upload.proposal_id, content=upload.content_id).order_by("pk").first()


# Before the first byte


def _check_under_way(proposal: Proposal, now: datetime) -> None:
    under_way = Upload.objects.filter(proposal=proposal, state=UploadState.RECEIVING, expires_at__gt=now).count()
    if under_way >= UNDER_WAY_MAX:
        raise Unacceptable(
            _("%(most)s files of this proposal are on their way. Let them arrive or discard some, then begin this one.")
            % {"most": UNDER_WAY_MAX}
        )


# One writer at a time


def _claim(upload: Upload, offset: int, now: datetime) -> Writing:
    moment = clock.now()
    with transaction.atomic(durable=True):
        row = (
            Upload.objects.select_for_update(of=("self",), no_key=True)
            .select_related("proposal__tender", "content")
            .get(pk=upload.pk)
        )
        if is_gone(row, now) or row.state == UploadState.REFUSED:
            raise UploadGone(row.refusal or gone_sentence())
        if is_being_written(row, moment):
            raise WriterBusy(_("Another request is sending this file right now. Wait for its end, then go on."))
        if row.received_bytes != offset:
            raise WrongOffset(_wrong_offset(offset, row.received_bytes), row.received_bytes)
        if row.state == UploadState.RECEIVING:
            row.writer, row.writer_until = new_public_id(), moment + LEASE
            row.save(update_fields=["writer", "writer_until"])
    return Writing(row)


# Sentences


def gone_sentence() -> str:
    return _("This upload was ended or has expired, and its bytes are gone. Begin a new one.")


def _wrong_offset(got: int, wanted: int) -> str:
    return _("The bytes begin at %(got)s, but the upload stands at %(wanted)s. Go on from there.") % {
        "got": got,
        "wanted": wanted,
    }

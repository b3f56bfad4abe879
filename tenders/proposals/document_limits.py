"""How many and how large: what a draft, a company and the portal's store have room for."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db.models import Case, F, Sum, When
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coalition_portal.formatting import file_size, in_language
from coalition_portal.permission import Refused
from coalition_portal.storage import document_storage, has_room, is_full
from coalition_portal.uploads import MEGABYTE, upload_bytes_max
from tenders.notices.models import Tender, WantedDocument
from tenders.proposals.models import Content, Document, Proposal, Upload, UploadState

logger = logging.getLogger(__name__)

UPLOADS_MAX = 60
UPLOADS_WITHIN = timedelta(minutes=10)
DAY = timedelta(hours=24)
PROPOSALS_A_DAY = 10  # so many of the largest proposals of a tender


class Unacceptable(Refused):
    """The file is not taken; the draft is as it was."""


class StoreFull(Refused):
    """The portal's own store has no room; nothing is wrong with the file."""


def limit_bytes(wanted: WantedDocument) -> int:
    """The largest file of that kind: as the tender says, and never above the portal's own ceiling."""
    return min(wanted.max_size_mb * MEGABYTE, upload_bytes_max())


def check_rate(proposal: Proposal, now: datetime) -> None:
    """Raises Unacceptable where the company began more uploads lately than people do."""
    since = now - UPLOADS_WITHIN
    in_pieces = Upload.objects.filter(proposal__company=proposal.company_id, begun_at__gt=since)
    # Of a copied document the content came long before, or is counted already.
    by_form = Content.objects.filter(
        company=proposal.company_id, begun_at__gt=since, upload__isnull=True, documents__isnull=False
    )
    if in_pieces.count() + by_form.distinct().count() >= UPLOADS_MAX:
        raise Unacceptable(
            _("Your company uploaded %(most)s files in 10 minutes. Wait a few minutes, then choose the file again.")
            % {"most": UPLOADS_MAX}
        )


def check_day(proposal: Proposal, size_bytes: int, now: datetime) -> None:
    """Raises Unacceptable where the company would fill more of the store within a day than ten whole proposals take.

    What was removed from drafts counts, because frozen versions may name it and it stays in the store.
    """
    most = PROPOSALS_A_DAY * proposal.tender.total_size_mb * MEGABYTE
    lately = Content.objects.filter(company=proposal.company_id, begun_at__gt=now - DAY)
    on_its_way = When(upload__state=UploadState.RECEIVING, then=F("upload__size_bytes"))
    total = lately.aggregate(total=Sum(Case(on_its_way, default=F("size_bytes"))))["total"] or 0
    if total + size_bytes > most:
        raise Unacceptable(
            _(
                "With this file your company uploaded %(got)s in 24 hours. We take at most %(most)s. "
                "Upload it tomorrow, or write to %(mailbox)s if the deadline comes first."
            )
            % {
                "got": file_size(total + size_bytes),
                "most": file_size(most),
                "mailbox": proposal.tender.contact_mailbox,
            }
        )


def check_room(proposal: Proposal, wanted: WantedDocument, size_bytes: int) -> None:
    """Raises Unacceptable where a file of that size has no place beside the documents that are here now."""
    kept = Document.objects.filter(proposal=proposal, removed_at=None)
    if kept.filter(kind_code=wanted.code).count() >= wanted.max_files:
        raise Unacceptable(_no_more_of_kind(wanted))
    if kept.count() >= proposal.tender.files_max:
        raise Unacceptable(no_more_files(proposal.tender))
    total = kept.aggregate(total=Sum("size_bytes"))["total"] or 0
    if total + size_bytes > proposal.tender.total_size_mb * MEGABYTE:
        raise Unacceptable(
            _("With this file the proposal has %(got)s. We want at most %(most)s MB in all. Remove or shrink a file.")
            % {"got": file_size(total + size_bytes), "most": proposal.tender.total_size_mb}
        )


def check_store(size_bytes: int) -> None:
    """Raises StoreFull before the store runs full: what is staged must still be submittable then."""
    if not has_room(document_storage(), size_bytes):
        logger.error("the store keeps its last reserve and takes no file of %s bytes", size_bytes)
        raise store_full()


@contextmanager
def refused_when_full() -> Iterator[None]:
    """A store that runs full while a file is written refuses it with the same words."""
    try:
        yield
    except OSError as error:
        if not is_full(error):
            raise
        logger.exception("the store ran full")
        raise store_full() from error


def store_full() -> StoreFull:
    return StoreFull(
        _(
            "The portal’s store has no room for this file right now. Nothing of yours is lost, and what is frozen "
            "can be submitted. Try again later."
        )
    )


def no_more_files(tender: Tender) -> str:
    return ngettext(
        "A proposal has at most %(most)s file. Remove it, then choose this file again.",
        "A proposal has at most %(most)s files. Remove one, then choose this file again.",
        tender.files_max,
    ) % {"most": tender.files_max}


def _no_more_of_kind(wanted: WantedDocument) -> str:
    return ngettext(
        "“%(title)s” takes %(most)s file, and it is here. Remove it, then choose the new one.",
        "“%(title)s” takes %(most)s files, and all are here. Remove one, then choose the new one.",
        wanted.max_files,
    ) % {"title": in_language(wanted, "title"), "most": wanted.max_files}

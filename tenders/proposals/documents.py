"""Take a file into a draft and out of it again. The name is a label; the storage key is random; nothing is overwritten.

A file is looked at when it is chosen, never for the first time at submitting. It is digested, stored under a key that
no row names yet, read back, and only then named by a row: what is refused on the way leaves nothing in the draft.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.core.files.base import File
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from coalition_portal.formatting import file_size, in_language
from coalition_portal.identity.models import User
from coalition_portal.permission import Denied, Refused
from coalition_portal.storage import document_storage, has_room, is_full
from coalition_portal.uploads import upload_bytes_max
from tenders.notices.models import Tender, WantedDocument
from tenders.proposals.contents import (
    ContentDamaged,
    append_part,
    begin_content,
    delete_content,
    digest_of,
    open_content,
)
from tenders.proposals.file_types import extension_of, safe_name
from tenders.proposals.gate.inspection import (
    CHUNK_BYTES,
    HEAD_BYTES,
    MEDIA_TYPES,
    Fault,
    Unfit,
    inspect,
    leading_fault,
    stripped,
)
from tenders.proposals.models import Content, Document, Proposal, ScanState, Upload
from tenders.proposals.permissions import check_can_edit_draft
from tenders.proposals.scanning import scan

logger = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024
WITH_THE_PROPOSAL = "submission"
UPLOADS_MAX = 60
UPLOADS_WITHIN = timedelta(minutes=10)

TYPE_WORDS = {
    "pdf": gettext_lazy("PDF"),
    "csv": gettext_lazy("CSV"),
    "xlsx": gettext_lazy("Excel workbook (XLSX)"),
    "mp4": gettext_lazy("MP4 video"),
    "jpg": gettext_lazy("JPEG picture"),
    "jpeg": gettext_lazy("JPEG picture"),
    "png": gettext_lazy("PNG picture"),
}
OTHER_WORDS = {
    "doc": gettext_lazy("a Word document"),
    "docx": gettext_lazy("a Word document"),
    "odt": gettext_lazy("a text document"),
    "xls": gettext_lazy("an old Excel workbook (XLS)"),
    "xlsm": gettext_lazy("an Excel workbook with macros (XLSM)"),
    "ods": gettext_lazy("an OpenDocument table"),
    "zip": gettext_lazy("a ZIP archive"),
    "rar": gettext_lazy("an archive"),
    "7z": gettext_lazy("an archive"),
    "jpg": gettext_lazy("a picture"),
    "jpeg": gettext_lazy("a picture"),
    "png": gettext_lazy("a picture"),
    "heic": gettext_lazy("a picture"),
    "mov": gettext_lazy("a QuickTime video (MOV)"),
    "avi": gettext_lazy("an AVI video"),
    "html": gettext_lazy("a web page"),
    "txt": gettext_lazy("a text file"),
}
ADVICE = {
    "pdf": gettext_lazy("Save it as PDF and choose it again."),
    "csv": gettext_lazy("Save it as “CSV UTF-8” and choose it again."),
    "xlsx": gettext_lazy("Save it as an Excel workbook without macros (XLSX) and choose it again."),
    "mp4": gettext_lazy("Export the video as MP4 and choose it again."),
    "jpg": gettext_lazy("Save it as a JPEG picture and choose it again."),
    "jpeg": gettext_lazy("Save it as a JPEG picture and choose it again."),
    "png": gettext_lazy("Save it as a PNG picture and choose it again."),
}


class Unacceptable(Refused):
    """The file is not taken; the draft is as it was."""


class StoreFull(Refused):
    """The portal's own store has no room; nothing is wrong with the file."""


@dataclass(frozen=True)
class Looked:
    """A whole content that may become a document: what it is, what was taken out of it, what the scanner said."""

    name: str
    media_type: str
    content: Content
    sha256: str
    stripped: list[str]
    scan: ScanState


def wanted_with_proposal(tender: Tender) -> list[WantedDocument]:
    """The kinds of document that come with a proposal, in the tender's order."""
    return [wanted for wanted in tender.wanted_documents.all() if wanted.due == WITH_THE_PROPOSAL]


def kept_documents(proposal: Proposal) -> list[Document]:
    """The documents of the draft as it stands, oldest first."""
    kept = [document for document in proposal.documents.all() if document.removed_at is None]
    return sorted(kept, key=lambda document: document.pk)


def limit_bytes(wanted: WantedDocument) -> int:
    return min(wanted.max_size_mb * MEGABYTE, upload_bytes_max())


def add_document(*, proposal: Proposal, kind_code: str, upload: File, by: User, now: datetime) -> Document:
    """Take one uploaded file as a document of that kind. Raises Unacceptable with the reason, StoreFull, or Denied.

    `upload` can seek and is read in chunks. Limits that depend on other documents are checked under the draft's lock.
    """
    check_can_edit_draft(by, proposal, now)
    wanted = wanted_of(proposal, kind_code)
    name = check_announced(wanted, upload.name or "", upload.size)
    check_rate(proposal, now)
    check_head(_head_of(upload), name)
    with _stored(proposal, upload, now) as content:
        looked = look(content, name, now=now)
        with _or_thrown_away(content, looked), transaction.atomic(durable=True):
            document = record(looked, proposal=proposal, wanted=wanted, by=by, now=now)
    return document


def remove_document(*, document: Document, by: User, now: datetime) -> None:
    """Take a document out of the draft. Its row and its content stay, because frozen versions may name them."""
    with transaction.atomic(durable=True):
        draft = _locked(document.proposal, by, now)
        if Document.objects.filter(pk=document.pk, removed_at=None).update(removed_at=now):
            _bump(draft, by, now)


def wanted_of(proposal: Proposal, kind_code: str) -> WantedDocument:
    """The kind with that code; raises Unacceptable where the tender asks for no such document."""
    wanted = next((row for row in wanted_with_proposal(proposal.tender) if row.code == kind_code), None)
    if wanted is None:
        raise Unacceptable(_("This tender does not ask for such a document. Reload the page and choose again."))
    return wanted


def _locked(proposal: Proposal, by: User, now: datetime) -> Proposal:
    rows = Proposal.objects.select_for_update(of=("self",), no_key=True).select_related("tender", "company")
    draft = rows.get(pk=proposal.pk)
    check_can_edit_draft(by, draft, now)
    return draft


def _bump(draft: Proposal, by: User, now: datetime) -> None:
    draft.revision += 1
    draft.updated_by, draft.updated_at = by, now
    draft.save(update_fields=["revision", "updated_by", "updated_at"])


# Looking at the file


def check_announced(wanted: WantedDocument, name: str, size_bytes: int) -> str:
    """The name as it will be kept; raises Unacceptable for a type or size that is not wanted, before any byte."""
    name = safe_name(name)
    extension = extension_of(name)
    if extension not in wanted.file_types or extension not in MEDIA_TYPES:
        raise Unacceptable(_not_of_type(extension, wanted))
    if size_bytes > limit_bytes(wanted):
        raise Unacceptable(too_large(wanted, size_bytes))
    if not size_bytes:
        raise Unacceptable(_unfit_sentence(Fault.EMPTY, extension))
    return name


def check_head(head: bytes, name: str) -> None:
    """Raises Unacceptable where the first bytes (HEAD_BYTES, or all of a smaller file) cannot be of the name's type."""
    extension = extension_of(name)
    if fault := leading_fault(head, extension):
        raise Unacceptable(_unfit_sentence(fault, extension))


def look(content: Content, name: str, *, now: datetime) -> Looked:
    """Judge a content that has arrived whole. Slow, so no lock is held; raises Unacceptable with the reason."""
    extension = extension_of(name)
    try:
        with open_content(content) as file:
            found = inspect(file, extension)
            scanned = _not_harmful(scan(file))
            if found.metadata:
                content = _stripped_copy(content, stripped(file, extension), now)
        return Looked(
            name=name,
            media_type=found.media_type,
            content=content,
            sha256=digest_of(content),
            stripped=list(found.metadata),
            scan=scanned,
        )
    except Unfit as unfit:
        raise Unacceptable(_unfit_sentence(unfit.fault, extension)) from None
    except ContentDamaged:
        raise Unacceptable(
            _("The file did not arrive whole in our store. Nothing was kept. Choose it again.")
        ) from None


def _not_harmful(scanned: ScanState) -> ScanState:
    if scanned == ScanState.INFECTED:
        raise Unacceptable(
            _(
                "The virus scanner found something harmful in this file, so it was not kept. "
                "Make the file anew on a clean computer and choose it again."
            )
        )
    return scanned


def _stripped_copy(content: Content, chunks: Iterator[bytes], now: datetime) -> Content:
    """A content of its own for what is left of a photo or video; nothing of it stays where the gate refuses that."""
    copy = begin_content(company=content.company, now=now)
    try:
        append_part(copy, chunks, number=0)
    except (Unfit, ContentDamaged):
        delete_content(copy)
        raise
    return copy


def record(looked: Looked, *, proposal: Proposal, wanted: WantedDocument, by: User, now: datetime) -> Document:
    """The row of a document, inside the caller's transaction: rights and room are checked under the draft's lock."""
    draft = _locked(proposal, by, now)
    _check_room(draft, wanted, looked.content.size_bytes, looked.sha256)
    document = Document.objects.create(
        proposal=draft,
        kind_code=wanted.code,
        name=looked.name,
        media_type=looked.media_type,
        size_bytes=looked.content.size_bytes,
        sha256=looked.sha256,
        content=looked.content,
        stripped=looked.stripped,
        scan=looked.scan,
        scanned_at=None if looked.scan == ScanState.UNSCANNED else now,
        uploaded_by=by,
        uploaded_at=now,
    )
    _bump(draft, by, now)
    return document


def types_text(wanted: WantedDocument) -> str:
    """The allowed types as words, such as: PDF, CSV or Excel workbook (XLSX)."""
    words = list(
        dict.fromkeys(str(TYPE_WORDS[extension]) for extension in wanted.file_types if extension in TYPE_WORDS)
    )
    if len(words) == 1:
        return words[0]
    return _("%(first)s or %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def limits_text(wanted: WantedDocument) -> str:
    """What is allowed, told before a file is chosen, such as: PDF, 1 file, at most 25 MB."""
    files = ngettext("%(count)s file", "up to %(count)s files", wanted.max_files) % {"count": wanted.max_files}
    return _("%(types)s, %(files)s, at most %(size)s") % {
        "types": types_text(wanted),
        "files": files,
        "size": megabytes_text(limit_bytes(wanted)),
    }


def megabytes_text(size_bytes: int) -> str:
    return _("%(size)s MB").replace(" ", "\N{NO-BREAK SPACE}") % {"size": size_bytes // MEGABYTE}


def too_large(wanted: WantedDocument, size_bytes: int | None) -> str:
    """`size_bytes` is None where the portal stopped reading."""
    got = megabytes_text(upload_bytes_max()) if size_bytes is None else file_size(size_bytes)
    pattern = (
        _("We got a file of more than %(got)s. We want at most %(most)s. Make it smaller and choose it again.")
        if size_bytes is None
        else _("We got a file of %(got)s. We want at most %(most)s. Make it smaller and choose it again.")
    )
    return pattern % {"got": got, "most": megabytes_text(limit_bytes(wanted))}


def _not_of_type(extension: str, wanted: WantedDocument) -> str:
    return _("We got %(got)s. We want: %(wanted)s. %(advice)s") % {
        "got": _type_got(extension),
        "wanted": types_text(wanted),
        "advice": ADVICE.get(wanted.file_types[0], ""),
    }


def _type_got(extension: str) -> str:
    if extension in OTHER_WORDS:
        return str(OTHER_WORDS[extension])
    if extension in TYPE_WORDS:
        return _("a file of type %(type)s") % {"type": TYPE_WORDS[extension]}
    return (
        _("a file of type “.%(extension)s”") % {"extension": extension} if extension else _("a file without an ending")
    )


def _unfit_sentence(fault: Fault, extension: str) -> str:
    words = {"type": TYPE_WORDS[extension], "advice": ADVICE[extension]}
    patterns = {
        Fault.EMPTY: _("The file is empty. Choose the file that has the content."),
        Fault.OTHER_CONTENT: _("The name says %(type)s, but the content is something else. %(advice)s"),
        Fault.SECOND_KIND: _(
            "The file is %(type)s and something else besides, such as an archive or a web page. "
            "We want one plain file. %(advice)s"
        ),
        Fault.DAMAGED: _("The file is damaged or was cut off: it cannot be read as %(type)s to its end. %(advice)s"),
        Fault.ENCRYPTED: _(
            "The file is protected by a password or kept in an old format, so reviewers could not read it. "
            "Take the protection away. %(advice)s"
        ),
        Fault.ACTIVE: _("The file holds macros, scripts or other files. We want plain content only. %(advice)s"),
        Fault.LINKED: _(
            "The file takes content from other files or from the network, which reviewers would not see. "
            "Put everything into the file itself. %(advice)s"
        ),
        Fault.LOCATION: _(
            "The file tells where it was taken, in a form that the portal cannot take out. "
            "Save it without location data. %(advice)s"
        ),
        Fault.NOT_UNICODE: _("The text is not in UTF-8, so letters would be lost. %(advice)s"),
        Fault.UNPACKS_TOO_LARGE: _(
            "The file unpacks to more than the portal reads. Leave out empty rows, pictures and copies. %(advice)s"
        ),
        Fault.TOO_MANY_PIXELS: _(
            "A picture in the file has more pixels than reviewers can open. Make the picture smaller. %(advice)s"
        ),
        Fault.OVER_LIMITS: _(
            "Reading the file took more time or memory than the portal gives to one file. "
            "Make it simpler or smaller. %(advice)s"
        ),
        Fault.NOT_LOOKED_AT: _(
            "The portal could not look into the file just now. Nothing was kept. Wait a minute, then choose it again."
        ),
    }
    return patterns[fault] % words


# Limits and storage


def check_rate(proposal: Proposal, now: datetime) -> None:
    """Raises Unacceptable where the company began more uploads lately than people do."""
    since = now - UPLOADS_WITHIN
    in_pieces = Upload.objects.filter(proposal__company=proposal.company_id, begun_at__gt=since)
    by_form = Document.objects.filter(
        proposal__company=proposal.company_id, uploaded_at__gt=since, content__upload__isnull=True
    )
    if in_pieces.count() + by_form.count() >= UPLOADS_MAX:
        raise Unacceptable(
            _("Your company uploaded %(most)s files in 10 minutes. Wait a few minutes, then choose the file again.")
            % {"most": UPLOADS_MAX}
        )


def check_room(proposal: Proposal, wanted: WantedDocument, size_bytes: int) -> None:
    """Raises Unacceptable where a file of that size has no place beside the documents that are here now."""
    kept = Document.objects.filter(proposal=proposal, removed_at=None)
    if kept.filter(kind_code=wanted.code).count() >= wanted.max_files:
        raise Unacceptable(_no_more_of_kind(wanted))
    if kept.count() >= proposal.tender.files_max:
        raise Unacceptable(
            _("A proposal has at most %(most)s files. Remove one, then choose this file again.")
            % {"most": proposal.tender.files_max}
        )
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
        raise _store_full()


@contextmanager
def refused_when_full() -> Iterator[None]:
    """A store that runs full while a file is written refuses it with the same words."""
    try:
        yield
    except OSError as error:
        if not is_full(error):
            raise
        logger.exception("the store ran full")
        raise _store_full() from error


def _store_full() -> StoreFull:
    return StoreFull(
        _(
            "The portal’s store has no room for this file right now. Nothing of yours is lost, and what is frozen "
            "can be submitted. Try again later."
        )
    )


def _check_room(draft: Proposal, wanted: WantedDocument, size_bytes: int, sha256: str) -> None:
    if Document.objects.filter(proposal=draft, removed_at=None, kind_code=wanted.code, sha256=sha256).exists():
        raise Unacceptable(_("This very file is here already. Nothing was added."))
    check_room(draft, wanted, size_bytes)


def _no_more_of_kind(wanted: WantedDocument) -> str:
    return ngettext(
        "“%(title)s” takes %(most)s file, and it is here. Remove it, then choose the new one.",
        "“%(title)s” takes %(most)s files, and all are here. Remove one, then choose the new one.",
        wanted.max_files,
    ) % {"title": in_language(wanted, "title"), "most": wanted.max_files}


def _head_of(upload: File) -> bytes:
    upload.seek(0)
    head = upload.read(HEAD_BYTES)
    upload.seek(0)
    return head


@contextmanager
def _stored(proposal: Proposal, upload: File, now: datetime) -> Iterator[Content]:
    """Store the content. A refusal inside the block takes it away again: no row ever named it.

    Any other failure leaves it, for then it is not known whether a row was committed.
    """
    check_store(upload.size)
    content = begin_content(company=proposal.company, now=now)
    try:
        with refused_when_full():
            append_part(content, iter(partial(upload.read, CHUNK_BYTES), b""), number=0)
        yield content
    except (Refused, Denied):
        delete_content(content)
        raise


@contextmanager
def _or_thrown_away(content: Content, looked: Looked) -> Iterator[None]:
    """Of two contents the one that did not become the document goes: the copy on a refusal, else the original."""
    if looked.content == content:
        yield
        return
    try:
        yield
    except (Refused, Denied):
        delete_content(looked.content)
        raise
    delete_content(content)

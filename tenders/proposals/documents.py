"""Take a file into a draft and out of it again. The name is a label; the storage key is random; nothing is overwritten.

A file is looked at when it is chosen, never for the first time at submitting. It is digested, stored under a key that
no row names yet, read back, and only then named by a row: what is refused on the way leaves nothing in the draft.
"""

import hashlib
from collections.abc import Callable, Iterator
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
from coalition_portal.uploads import upload_bytes_max
from tenders.notices.models import Tender, WantedDocument
from tenders.proposals.contents import ContentDamaged, append_part, begin_content, delete_content, digest_of
from tenders.proposals.file_types import CHUNK_BYTES, MEDIA_TYPES, Fault, Unfit, extension_of, media_type_of, safe_name
from tenders.proposals.models import Content, Document, Proposal
from tenders.proposals.permissions import check_can_edit_draft

MEGABYTE = 1024 * 1024
WITH_THE_PROPOSAL = "submission"
UPLOADS_MAX = 60
UPLOADS_WITHIN = timedelta(minutes=10)

TYPE_WORDS = {
    "pdf": gettext_lazy("PDF"),
    "csv": gettext_lazy("CSV"),
    "xlsx": gettext_lazy("Excel workbook (XLSX)"),
    "mp4": gettext_lazy("MP4 video"),
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
}


class Unacceptable(Refused):
    """The file is not taken; the draft is as it was."""


@dataclass(frozen=True)
class Looked:
    name: str
    media_type: str
    size_bytes: int
    sha256: str


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
    """Take one uploaded file as a document of that kind. Raises Unacceptable with the reason, or Denied.

    `upload` can seek and is read in chunks. Limits that depend on other documents are checked under the draft's lock.
    """
    check_can_edit_draft(by, proposal, now)
    wanted = _wanted(proposal, kind_code)
    looked = _look(upload, wanted)
    _check_rate(proposal, now)
    with _stored(proposal, upload, looked, now) as content, transaction.atomic(durable=True):
        draft = _locked(proposal, by, now)
        _check_room(draft, wanted, looked)
        document = Document.objects.create(
            proposal=draft,
            kind_code=wanted.code,
            name=looked.name,
            media_type=looked.media_type,
            size_bytes=looked.size_bytes,
            sha256=looked.sha256,
            content=content,
            uploaded_by=by,
            uploaded_at=now,
        )
        _bump(draft, by, now)
    return document


def remove_document(*, document: Document, by: User, now: datetime) -> None:
    """Take a document out of the draft. Its row and its content stay, because frozen versions may name them."""
    with transaction.atomic(durable=True):
        draft = _locked(document.proposal, by, now)
        if Document.objects.filter(pk=document.pk, removed_at=None).update(removed_at=now):
            _bump(draft, by, now)


def _wanted(proposal: Proposal, kind_code: str) -> WantedDocument:
    wanted = next((row for row in wanted_with_proposal(proposal.tender) if row.code == kind_code), None)
    if wanted is None:
        raise Unacceptable(_("This tender does not ask for such a document. Reload the page and choose again."))
    return wanted


def _locked(proposal: Proposal, by: User, now: datetime) -> Proposal:
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("tender", "company")
    draft = rows.get(pk=proposal.pk)
    check_can_edit_draft(by, draft, now)
    return draft


def _bump(draft: Proposal, by: User, now: datetime) -> None:
    draft.revision += 1
    draft.updated_by, draft.updated_at = by, now
    draft.save(update_fields=["revision", "updated_by", "updated_at"])


# Looking at the file


def _look(upload: File, wanted: WantedDocument) -> Looked:
    name = safe_name(upload.name or "")
    extension = extension_of(name)
    if extension not in wanted.file_types or extension not in MEDIA_TYPES:
        raise Unacceptable(_not_of_type(extension, wanted))
    if upload.size > limit_bytes(wanted):
        raise Unacceptable(too_large(wanted, upload.size))
    try:
        media_type = media_type_of(upload, extension)
    except Unfit as unfit:
        raise Unacceptable(_unfit_sentence(unfit.fault, extension)) from None
    return Looked(name=name, media_type=media_type, size_bytes=upload.size, sha256=_digest(upload.read))


def types_text(wanted: WantedDocument) -> str:
    """The allowed types as words, such as: PDF, CSV or Excel workbook (XLSX)."""
    words = [str(TYPE_WORDS[extension]) for extension in wanted.file_types if extension in TYPE_WORDS]
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
        Fault.DAMAGED: _("The file is damaged or was cut off: it cannot be read as %(type)s to its end. %(advice)s"),
        Fault.ENCRYPTED: _(
            "The file is protected by a password or kept in an old format, so reviewers could not read it. "
            "Take the protection away. %(advice)s"
        ),
        Fault.ACTIVE: _("The file holds macros, scripts or other files. We want plain content only. %(advice)s"),
        Fault.NOT_UNICODE: _("The text is not in UTF-8, so letters would be lost. %(advice)s"),
        Fault.UNPACKS_TOO_LARGE: _(
            "The file unpacks to more than the portal reads. Leave out empty rows, pictures and copies. %(advice)s"
        ),
    }
    return patterns[fault] % words


def _digest(read: Callable[[int], bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := read(CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


# Limits and storage


def _check_rate(proposal: Proposal, now: datetime) -> None:
    recent = Document.objects.filter(proposal__company=proposal.company_id, uploaded_at__gt=now - UPLOADS_WITHIN)
    if recent.count() >= UPLOADS_MAX:
        raise Unacceptable(
            _("Your company uploaded %(most)s files in 10 minutes. Wait a few minutes, then choose the file again.")
            % {"most": UPLOADS_MAX}
        )


def _check_room(draft: Proposal, wanted: WantedDocument, looked: Looked) -> None:
    kept = Document.objects.filter(proposal=draft, removed_at=None)
    if kept.filter(kind_code=wanted.code, sha256=looked.sha256).exists():
        raise Unacceptable(_("This very file is here already. Nothing was added."))
    if kept.filter(kind_code=wanted.code).count() >= wanted.max_files:
        raise Unacceptable(_no_more_of_kind(wanted))
    if kept.count() >= draft.tender.files_max:
        raise Unacceptable(
            _("A proposal has at most %(most)s files. Remove one, then choose this file again.")
            % {"most": draft.tender.files_max}
        )
    total = kept.aggregate(total=Sum("size_bytes"))["total"] or 0
    if total + looked.size_bytes > draft.tender.total_size_mb * MEGABYTE:
        raise Unacceptable(
            _("With this file the proposal has %(got)s. We want at most %(most)s MB in all. Remove or shrink a file.")
            % {"got": file_size(total + looked.size_bytes), "most": draft.tender.total_size_mb}
        )


def _no_more_of_kind(wanted: WantedDocument) -> str:
    return ngettext(
        "“%(title)s” takes %(most)s file, and it is here. Remove it, then choose the new one.",
        "“%(title)s” takes %(most)s files, and all are here. Remove one, then choose the new one.",
        wanted.max_files,
    ) % {"title": in_language(wanted, "title"), "most": wanted.max_files}


@contextmanager
def _stored(proposal: Proposal, upload: File, looked: Looked, now: datetime) -> Iterator[Content]:
    """Store the content and read it back. A refusal inside the block takes it away again: no row ever named it.

    Any other failure leaves it, for then it is not known whether a row was committed.
    """
    upload.seek(0)
    content = begin_content(company=proposal.company, now=now)
    try:
        append_part(content, iter(partial(upload.read, CHUNK_BYTES), b""), number=0)
        if not _is_whole(content, looked):
            raise Unacceptable(_("The file did not arrive whole in our store. Nothing was kept. Choose it again."))
        yield content
    except (Refused, Denied):
        delete_content(content)
        raise


def _is_whole(content: Content, looked: Looked) -> bool:
    try:
        return digest_of(content) == looked.sha256
    except ContentDamaged:
        return False

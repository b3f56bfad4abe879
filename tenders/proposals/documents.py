"""Take a file into a draft and out of it again. The name is a label; the storage key is random; nothing is overwritten.

A file is looked at when it is chosen, never for the first time at submitting. It is digested, stored under a key that
no row names yet, read back, and only then named by a row: what is refused on the way leaves nothing in the draft.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from coalition_portal.identity.models import User
from coalition_portal.permission import Denied, Refused
from tenders.notices.models import Tender, WantedDocument
from tenders.proposals.contents import (
    ContentDamaged,
    append_part,
    begin_content,
    delete_content,
    digest_of,
    open_content,
)
from tenders.proposals.document_limits import (
    Unacceptable,
    check_day,
    check_rate,
    check_room,
    check_store,
    limit_bytes,
    refused_when_full,
)
from tenders.proposals.document_words import not_of_type, too_large, unfit_sentence
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
from tenders.proposals.models import Content, Document, Proposal, ScanState
from tenders.proposals.permissions import check_can_edit_draft
from tenders.proposals.revisions import locked_draft, save_revised
from tenders.proposals.scanning import scan

WITH_THE_PROPOSAL = "submission"


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


def add_document(*, proposal: Proposal, kind_code: str, upload: File, by: User, now: datetime) -> Document:
    """Take one uploaded file as a document of that kind. Raises Unacceptable with the reason, StoreFull, or Denied.

    `upload` can seek and is read in chunks. Limits that depend on other documents are checked under the draft's lock.
    """
    check_can_edit_draft(by, proposal, now)
    wanted = wanted_of(proposal, kind_code)
    name = check_announced(wanted, upload.name or "", upload.size)
    check_rate(proposal, now)
    check_day(proposal, upload.size, now)
    check_head(_head_of(upload), name)
    with _stored(proposal, upload, now) as content:
        looked = look(content, name, now=now)
        with _or_thrown_away(content, looked), transaction.atomic(durable=True):
            document = record(looked, proposal=proposal, wanted=wanted, by=by, now=now)
    return document


def remove_document(*, document: Document, by: User, now: datetime, made_on: int | None = None) -> None:
    """Take a document out of the draft. Its row and its content stay, because frozen versions may name them.

    Raises Denied, and Overtaken where `made_on` is not the draft's revision.
    """
    with transaction.atomic(durable=True):
        draft = locked_draft(document.proposal, by, now, made_on=made_on)
        if Document.objects.filter(pk=document.pk, removed_at=None).update(removed_at=now):
            save_revised(draft, by, now)


def wanted_of(proposal: Proposal, kind_code: str) -> WantedDocument:
    """The kind with that code; raises Unacceptable where the tender asks for no such document."""
    wanted = next((row for row in wanted_with_proposal(proposal.tender) if row.code == kind_code), None)
    if wanted is None:
        raise Unacceptable(_("This tender does not ask for such a document. Reload the page and choose again."))
    return wanted


# Looking at the file


def check_announced(wanted: WantedDocument, name: str, size_bytes: int) -> str:
    """The name as it will be kept; raises Unacceptable for a type or size that is not wanted, before any byte."""
    name = safe_name(name)
    extension = extension_of(name)
    if extension not in wanted.file_types or extension not in MEDIA_TYPES:
        raise Unacceptable(not_of_type(extension, wanted))
    if size_bytes > limit_bytes(wanted):
        raise Unacceptable(too_large(wanted, size_bytes))
    if not size_bytes:
        raise Unacceptable(unfit_sentence(Fault.EMPTY, extension))
    return name


def check_head(head: bytes, name: str) -> None:
    """Raises Unacceptable where the first bytes (HEAD_BYTES, or all of a smaller file) cannot be of the name's type."""
    extension = extension_of(name)
    if fault := leading_fault(head, extension):
        raise Unacceptable(unfit_sentence(fault, extension))


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
        raise Unacceptable(unfit_sentence(unfit.fault, extension)) from None
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
    draft = locked_draft(proposal, by, now)
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
    save_revised(draft, by, now)
    return document


def _check_room(draft: Proposal, wanted: WantedDocument, size_bytes: int, sha256: str) -> None:
    if Document.objects.filter(proposal=draft, removed_at=None, kind_code=wanted.code, sha256=sha256).exists():
        raise Unacceptable(_("This very file is here already. Nothing was added."))
    check_room(draft, wanted, size_bytes)


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

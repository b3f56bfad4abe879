"""One request that writes to an upload: its lease, the bytes it brings, and what becomes of them at the end.

The lease stands in the upload's row and lives on only while bytes come, so that a request whose client vanished is in
nobody's way for long. Bytes are stored first; then one short transaction names them by a row and moves the offset, so
what an offset promises is on the disk. No transaction is open while a line delivers.
"""

import hashlib
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from coalition_portal import clock
from coalition_portal.identity.models import User
from coalition_portal.permission import Denied, Refused
from manufacturers.permissions import can_edit
from tenders.notices.models import WantedDocument
from tenders.proposals.contents import delete_content, drop_parts, name_parts, store_part
from tenders.proposals.document_limits import Unacceptable
from tenders.proposals.documents import Looked, check_head, look, record, wanted_of
from tenders.proposals.gate.heads import HEAD_BYTES
from tenders.proposals.models import ContentPart, Upload, UploadState

EXPIRES_AFTER = timedelta(days=7)  # without a byte
PART_BYTES = 64 * 1024 * 1024
PART_SECONDS = 15
LEASE = timedelta(seconds=45)
FINISHING_LEASE = timedelta(minutes=10)
CHECKSUMS = ("sha1", "sha256")
REFUSAL_LENGTH = 600


class ChecksumMismatch(Refused):
    """The bytes of this request are not those that were sent; none of them was kept."""


class WriterBusy(Refused):
    """Another request writes to this upload, or took over from this one."""


class TooManyBytes(Refused):
    """The request brings more than was announced."""


@dataclass(frozen=True)
class Checksum:
    """What the bytes of one request have to digest to; `algorithm` is one of CHECKSUMS."""

    algorithm: str
    digest: bytes


class Writing:
    """One request with the lease of an upload: nobody else moves its offset while this one's word stands in the row."""

    def __init__(self, row: Upload) -> None:
        self.row = row
        self.number = ContentPart.objects.filter(content=row.content_id).count()
        self.is_finishing = False  # the lease is long already

    @property
    def is_whole(self) -> bool:
        return self.row.state == UploadState.RECEIVING and self.row.received_bytes == self.row.size_bytes

    def take(self, chunks: Iterable[bytes], checksum: Checksum | None) -> None:
        """Store what comes, and name it part by part; with a checksum all at the end, when it was found right."""
        arriving = _Arriving(chunks, self.row, checksum)
        unnamed: list[ContentPart] = []
        try:
            while not arriving.is_over:
                stored = store_part(self.row.content, arriving.part(), number=self.number + len(unnamed))
                unnamed += [stored.part] if stored.part else []
                if isinstance(stored.broke_by, Refused):
                    raise stored.broke_by
                if checksum is None:
                    ready, unnamed = unnamed, []
                    self._name(ready)
                else:
                    self._renew(LEASE)
                if stored.broke_by:
                    raise stored.broke_by
            arriving.check()
            ready, unnamed = unnamed, []
            self._name(ready)
        finally:
            drop_parts(unnamed)

    def release(self) -> None:
        self._mine().update(writer="", writer_until=None)

    def refuse(self, sentence: str) -> None:
        """The upload ends here and its bytes go, unless somebody has ended it or taken it over."""
        ended = {"state": UploadState.REFUSED, "refusal": sentence[:REFUSAL_LENGTH], "content": None}
        if self._mine().update(writer="", writer_until=None, **ended):
            delete_content(self.row.content)

    def finish(self, by: User, now: datetime) -> None:
        """Make the document; what may not become one ends the upload with the reason.

        Where the deadline passed meanwhile, Denied is raised and the upload stays whole until it expires: no document
        comes of it unless the tender is open again. A failure of the portal's own leaves the lease, so that the sweep
        tries again when that has run out.
        """
        if not self.is_finishing:
            self._renew(FINISHING_LEASE)
        looked = None
        try:
            wanted = wanted_of(self.row.proposal, self.row.kind_code)
            looked = look(self.row.content, self.row.name, now=now)
            # The transfer may have lasted: rights and deadline are those of its end.
            self._keep(looked, wanted, by, max(now, clock.now()))
        except (Unacceptable, WriterBusy) as refused:
            self._drop_copy(looked)
            self.refuse(refused.sentence)
            if isinstance(refused, WriterBusy):
                raise
        except Denied as denied:
            self._drop_copy(looked)
            if can_edit(by, self.row.proposal.company):
                self.release()
                raise
            self.refuse(denied.reason)

    def _keep(self, looked: Looked, wanted: WantedDocument, by: User, now: datetime) -> None:
        with transaction.atomic(durable=True):
            record(looked, proposal=self.row.proposal, wanted=wanted, by=by, now=now)
            kept = {"state": UploadState.KEPT, "content": looked.content}
            if not self._mine().update(writer="", writer_until=None, **kept):
                raise WriterBusy(_taken_over())
        if looked.content != self.row.content:
            delete_content(self.row.content)

    def _drop_copy(self, looked: Looked | None) -> None:
        """What is left of a photo or video without its metadata, where it did not become the document."""
        if looked and looked.content != self.row.content:
            delete_content(looked.content)

    def _name(self, parts: list[ContentPart]) -> None:
        """From the commit on the bytes belong to the upload, and it lives a week more.

        Where it is not known whether the commit came about, the parts stay: the sweep takes what no row names.
        """
        if not parts:
            return
        moment, got = clock.now(), sum(part.size_bytes for part in parts)
        is_whole = self.row.received_bytes + got == self.row.size_bytes
        with transaction.atomic(durable=True):
            moved = self._mine().update(
                received_bytes=F("received_bytes") + got,
                # What follows the last byte takes a while for a large file.
                writer_until=moment + (FINISHING_LEASE if is_whole else LEASE),
                expires_at=moment + EXPIRES_AFTER,
            )
            if moved:
                name_parts(self.row.content, parts)
        if not moved:
            drop_parts(parts)
            raise WriterBusy(_taken_over())
        self.row.received_bytes += got
        self.is_finishing = is_whole
        self.number += len(parts)

    def _renew(self, lease: timedelta) -> None:
        if not self._mine().update(writer_until=clock.now() + lease):
            raise WriterBusy(_taken_over())

    def _mine(self) -> QuerySet[Upload]:
        mine = Upload.objects.filter(pk=self.row.pk, state=UploadState.RECEIVING, writer=self.row.writer)
        return mine.exclude(writer="")


class _Arriving:
    """The bytes of one request, cut into parts, counted, digested, and judged by the first ones of the file."""

    def __init__(self, chunks: Iterable[bytes], row: Upload, checksum: Checksum | None) -> None:
        self.is_over = False
        self._left = row.size_bytes - row.received_bytes
        self._checksum = checksum
        # SHA-1 is what the protocol's clients know; here it finds damage on the way and vouches for nothing.
        self._digest = hashlib.new(checksum.algorithm, usedforsecurity=False) if checksum else None
        self._chunks = self._counted(chunks if row.received_bytes else _judged(iter(chunks), row.name))

    def part(self) -> Iterator[bytes]:
        """What comes until a part is large or old enough."""
        ends_at, got = time.monotonic() + PART_SECONDS, 0
        for chunk in self._chunks:
            got += len(chunk)
            yield chunk
            if got >= PART_BYTES or time.monotonic() >= ends_at:
                return
        self.is_over = True

    def check(self) -> None:
        if self._digest and self._digest.digest() != self._checksum.digest:
            raise ChecksumMismatch(
                _("The bytes of this request do not have the digest that it names, so none was kept. Send them again.")
            )

    def _counted(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self._left -= len(chunk)
            if self._left < 0:
                raise TooManyBytes(_("The request brings more bytes than were announced. Begin a new upload."))
            if self._digest:
                self._digest.update(chunk)
            yield chunk


def _judged(chunks: Iterator[bytes], name: str) -> Iterator[bytes]:
    """The same bytes, of which the first are looked at before any goes on."""
    head = b""
    while len(head) < HEAD_BYTES and (chunk := next(chunks, b"")):
        head += chunk
    if head:
        check_head(head[:HEAD_BYTES], name)
        yield head
    yield from chunks


def _taken_over() -> str:
    return _("Another request has taken this upload over. Ask where it stands, then go on from there.")

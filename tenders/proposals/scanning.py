"""What a virus scanner says of documents. It can refuse a file by a positive match, and cost nobody a deadline.

A scanner that is down, slow or at its limits leaves a file UNSCANNED: it is taken as any other, looked at again by the
sweep, and until then fetched by nobody but its own company.
"""

import logging
import time
from datetime import datetime, timedelta
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from coalition_portal.permission import Denied
from coalition_portal.post.queue import queue_mail, queue_mails
from manufacturers.queries import people_who_can_edit
from tenders.proposals.clamd import NotJudged, ScannerDown, match_in
from tenders.proposals.contents import open_content
from tenders.proposals.models import Document, OpenedProposal, ScanState

logger = logging.getLogger(__name__)

CHOOSING_SECONDS = 20  # of the person who waits for the upload to be taken
SWEEP_SECONDS = 30  # of one document in the sweep
SWEEP_STARTS_SECONDS = 5  # after which the sweep begins no other document
SWEEP_DOCUMENTS_MAX = 50
AGAIN_AFTER = timedelta(minutes=10)
REST_SECONDS = 30  # after a scanner that was down: nobody waits for it a second time at once

_down_until = 0.0


def is_configured() -> bool:
    return bool(settings.PORTAL_CLAMD)


def scan(file: BinaryIO, *, seconds: float = CHOOSING_SECONDS) -> ScanState:
    """The scanner's word on a file that can seek; UNSCANNED where it says none in time, and where there is no scanner.

    Never raises for the scanner's sake.
    """
    if not is_configured() or time.monotonic() < _down_until:
        return ScanState.UNSCANNED
    try:
        match = match_in(file, address=settings.PORTAL_CLAMD, seconds=seconds)
    except ScannerDown as reason:
        _rest(reason)
        return ScanState.UNSCANNED
    except NotJudged as reason:
        logger.warning("the scanner did not judge a file: %s", reason)
        return ScanState.UNSCANNED
    if match:
        logger.warning("the scanner found %s", match)
    return ScanState.INFECTED if match else ScanState.CLEAN


def _rest(reason: ScannerDown) -> None:
    global _down_until
    logger.warning("the scanner is down: %s", reason)
    _down_until = time.monotonic() + REST_SECONDS


# Who may fetch


def may_be_fetched(document: Document, *, is_own: bool = False) -> bool:
    """Nobody fetches what is harmful. Where there is a scanner, only the own company fetches what it has not judged."""
    if document.scan == ScanState.INFECTED:
        return False
    return is_own or document.scan == ScanState.CLEAN or not is_configured()


def check_may_be_fetched(document: Document, *, is_own: bool = False) -> None:
    """Raises Denied with the reason."""
    if may_be_fetched(document, is_own=is_own):
        return
    if document.scan == ScanState.INFECTED:
        raise Denied(_("The scanner found something harmful in this file, so nobody can fetch it."))
    raise Denied(_("This file has not been scanned yet. It can be fetched once the scanner has found it clean."))


# The sweep


def rescan_due(now: datetime) -> int:
    """Scan documents that have had no verdict; how many have one now.

    Begins no other document after a few seconds, ends at once where the scanner is down, and tries those first that
    were tried longest ago: no document keeps the others waiting, however many there are. Tells the officers of opened
    tenders of what is harmful there, which before the opening nobody but the company hears.
    """
    _tell_officers(now)
    if not is_configured():
        return 0
    began = time.monotonic()
    judged = 0
    for document in _due(now)[:SWEEP_DOCUMENTS_MAX]:
        if time.monotonic() - began > SWEEP_STARTS_SECONDS or time.monotonic() < _down_until:
            break
        judged += _rescan(document, now)
    return judged


def _due(now: datetime) -> QuerySet[Document]:
    """The longest untried first. `scanned_at` of what is not scanned is when that was tried last."""
    rows = Document.objects.filter(scan=ScanState.UNSCANNED).select_related("content", "proposal__tender")
    never_or_long_ago = Q(scanned_at=None) | Q(scanned_at__lte=now - AGAIN_AFTER)
    return rows.filter(never_or_long_ago).order_by(F("scanned_at").asc(nulls_first=True), "pk")


def _rescan(document: Document, now: datetime) -> bool:
    """Whether the document has a verdict now that it had not."""
    try:
        with open_content(document.content) as file:
            found = scan(file, seconds=SWEEP_SECONDS)
    except Exception:
        # Damaged, or the store fails at this one file: it is tried again after the others.
        logger.exception("document %s cannot be scanned", document.public_id)
        found = ScanState.UNSCANNED
    with transaction.atomic(durable=True):
        rows = Document.objects.filter(pk=document.pk, scan=ScanState.UNSCANNED)
        is_new = bool(rows.update(scan=found, scanned_at=now)) and found != ScanState.UNSCANNED
        if is_new and found == ScanState.INFECTED:
            _tell_company(document, now)
    return is_new


def _tell_company(document: Document, now: datetime) -> None:
    queue_mails(
        key=f"harmful:{document.public_id}",
        to=people_who_can_edit(document.proposal.company),
        template="document_harmful",
        context={
            "tender": document.proposal.tender.number,
            "path": f"/proposals/{document.proposal.public_id}/documents/",
        },
        now=now,
    )


def _tell_officers(now: datetime) -> None:
    """A mail for each harmful document of an opened version; its key says whether it was written before."""
    harmful = Document.objects.filter(scan=ScanState.INFECTED, proposal__opened__isnull=False)
    for document in harmful.select_related("proposal__tender__officer", "proposal__opened"):
        tender = document.proposal.tender
        if _names(document.proposal.opened, document):
            queue_mail(
                key=f"harmful-opened:{document.public_id}",
                to=tender.officer,
                template="document_harmful_opened",
                context={"tender": tender.number, "path": f"/tenders/{tender.number}/"},
                now=now,
            )


def _names(opened: OpenedProposal, document: Document) -> bool:
    return any(entry["public_id"] == document.public_id for entry in (opened.content or {}).get("documents", []))

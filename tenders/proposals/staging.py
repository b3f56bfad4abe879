"""Freeze a complete draft as a version: validate, describe, hash, store, read back, and only then name it by a row.

Everything slow happens here, before the deadline matters: submitting a staged version writes a few rows and no file.
"""

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import models, transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coalition_portal import clock
from coalition_portal.canonical import canonical_json
from coalition_portal.identity.models import User
from coalition_portal.permission import Refused
from tenders.proposals import sealed_log, vault
from tenders.proposals.answering import plain
from tenders.proposals.completeness import Overview
from tenders.proposals.contents import ContentDamaged, chunks_of
from tenders.proposals.draft_content import with_content
from tenders.proposals.models import Bundle, Document, Proposal
from tenders.proposals.offer_sheet import offer_as_frozen
from tenders.proposals.permissions import check_can_edit_draft
from tenders.proposals.states import ProposalState

SCHEMA = "idc-proposal/2"


class NotStageable(Refused):
    """The draft cannot be frozen as it is; it stays a draft."""


def stage(
    *, proposal: Proposal, by: User, now: datetime, on_read: Callable[[int], None] = lambda _count: None
) -> Bundle:
    """The frozen version of the draft as it stands. Raises NotStageable while anything is missing, and Denied.

    The latest version is given back where it froze this very revision and was not withdrawn; else a new one is made:
    every document is read back and its digest compared (`on_read` is told how many bytes were read, again and again),
    then the description is stored and read back. All that is done before any lock is taken, and a draft that changed
    meanwhile is not frozen. Content that no row came to name is an orphan and harms nobody.
    """
    draft = with_content(Proposal.objects.all()).get(pk=proposal.pk)
    check_can_edit_draft(by, draft, now)
    latest = _latest(draft)
    if usable := _usable(latest, draft):
        return usable
    overview = Overview(draft)
    _check_complete(overview)
    _check_documents_are_kept(overview.documents, on_read)
    # Rule: when time runs out a version may be submitted as of its staging, so the database's clock stamps it.
    staged_at = clock.database_now()
    frozen = _frozen(overview, version=latest.version + 1 if latest else 1, by=by, now=staged_at)
    with transaction.atomic(durable=True):
        return _record(frozen, by, now)


def complete_overview(proposal: Proposal, by: User, now: datetime) -> Overview:
    """What would be frozen, read anew. Raises NotStageable while anything is missing, and Denied; reads no document."""
    draft = with_content(Proposal.objects.all()).get(pk=proposal.pk)
    check_can_edit_draft(by, draft, now)
    overview = Overview(draft)
    _check_complete(overview)
    return overview


def current_bundle(proposal: Proposal) -> Bundle | None:
    """The version that froze the draft as it stands and can be submitted or was; None where the draft went on since."""
    return _usable(_latest(proposal), proposal)


def current_bundles(proposals: Iterable[Proposal]) -> dict[int, Bundle]:
    """The same of many proposals in one query, by the key of the proposal; those without one are left out."""
    rows = {proposal.pk: proposal for proposal in proposals}
    usable = {bundle.proposal_id: _usable(bundle, rows[bundle.proposal_id]) for bundle in _latest_of(rows)}
    return {pk: bundle for pk, bundle in usable.items() if bundle}


def _latest(proposal: Proposal) -> Bundle | None:
    return _latest_of([proposal.pk]).first()


def _latest_of(proposals: Iterable[int]) -> models.QuerySet[Bundle]:
    """Of each proposal the newest version, and whether it was received and taken back."""
    newer = Bundle.objects.filter(proposal=models.OuterRef("proposal"), version__gt=models.OuterRef("version"))
    received = models.Q(receipt__isnull=False) | models.Q(reinstatement__isnull=False)
    taken_back = models.Q(receipt__withdrawal__isnull=False) | models.Q(reinstatement__withdrawal__isnull=False)
    latest = Bundle.objects.filter(~models.Exists(newer), proposal__in=proposals)
    return latest.annotate(is_received=received, is_taken_back=taken_back)


def _usable(latest: Bundle | None, proposal: Proposal) -> Bundle | None:
    if latest is None or latest.revision != proposal.revision:
        return None
    # Two people may have accepted a withdrawal; then no row of a withdrawal stands beside the receipt.
    is_spent = latest.is_taken_back or (latest.is_received and proposal.state == ProposalState.WITHDRAWN)
    return None if is_spent else latest


def _check_complete(overview: Overview) -> None:
    count = len(overview.missing)
    if count:
        raise NotStageable(
            ngettext(
                "%(count)s item is missing: %(first)s. Put it in, then freeze the version.",
                "%(count)s items are missing, the first: %(first)s. Put them in, then freeze the version.",
                count,
            )
            % {"count": count, "first": overview.missing[0].sentence}
        )


def _check_documents_are_kept(documents: list[Document], on_read: Callable[[int], None]) -> None:
    """Each is there, whole, and has the digest that was told when it came in; a store that lies is found here."""
    prefetch_related_objects(documents, "content__parts")
    for document in documents:
        if _digest_read_back(document, on_read) != document.sha256:
            raise NotStageable(
                _("Our store no longer has “%(name)s” as you uploaded it. Remove it and upload it again.")
                % {"name": document.name}
            )


def _digest_read_back(document: Document, on_read: Callable[[int], None]) -> str | None:
    digest = hashlib.sha256()
    try:
        for chunk in chunks_of(document.content):
            digest.update(chunk)
            on_read(len(chunk))
    except (ContentDamaged, FileNotFoundError):
        return None
    return digest.hexdigest()


def _frozen(overview: Overview, *, version: int, by: User, now: datetime) -> Bundle:
    """The version, stored in the vault and not yet named by a row."""
    content = canonical_json(manifest_of(overview, version=version, now=now))
    return Bundle(
        proposal=overview.proposal,
        version=version,
        revision=overview.proposal.revision,
        storage_key=vault.write_manifest(content),
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        staged_by=by,
        staged_at=now,
    )


def _record(frozen: Bundle, by: User, now: datetime) -> Bundle:
    rows = Proposal.objects.select_for_update(of=("self",), no_key=True).select_related("tender", "company")
    draft = rows.get(pk=frozen.proposal_id)
    check_can_edit_draft(by, draft, now)
    if draft.revision != frozen.revision:
        raise NotStageable(_("The draft was changed while it was being frozen. Check it and freeze the version again."))
    latest = _latest(draft)
    if usable := _usable(latest, draft):
        return usable
    facts = {"proposal": draft.public_id, "version": frozen.version, "bundle_sha256": frozen.sha256}
    facts["staged_at"] = frozen.staged_at
    sealed = sealed_log.seal("staging", facts)
    frozen.salt, frozen.commitment = sealed.salt, sealed.commitment
    frozen.save(force_insert=True)
    sealed_log.record(sealed, at=now)
    return frozen


def manifest_of(overview: Overview, *, version: int, now: datetime) -> dict:
    """What reviewers will read, and nothing else of the company: schema idc-proposal/2, numbers as decimal strings."""
    proposal = overview.proposal
    company, model = proposal.company, proposal.drone_model
    return {
        "schema": SCHEMA,
        "tender": proposal.tender.number,
        "proposal": proposal.public_id,
        "version": version,
        "company": {
            "public_id": company.public_id,
            "legal_name": company.legal_name,
            "country": str(company.country),
            "register_scheme": company.register_scheme,
            "register_number": company.register_number,
        },
        "drone_model": {"name": model.name, "kind": model.kind},
        "answers": {
            row.code: {"type": row.answer_type, "value": _plain_claim(overview.claims[row.code])}
            | _evidence_of(overview, row.code)
            for row in overview.requirements
        },
        "offer": offer_as_frozen(proposal),
        "declarations": list(proposal.declarations_accepted),
        "documents": [_document_of(document) for document in overview.documents],
        "staged_at": now,
    }


def _plain_claim(claim):
    return claim if isinstance(claim, bool | str) else plain(claim)


def _evidence_of(overview: Overview, code: str) -> dict:
    if code not in overview.evidence:
        return {}
    document, page = overview.evidence[code]
    return {"evidence": {"document": document.public_id, "page": page}}


def _document_of(document: Document) -> dict:
    return {
        "public_id": document.public_id,
        "kind": document.kind_code,
        "name": document.name,
        "media_type": document.media_type,
        "size_bytes": document.size_bytes,
        "sha256": document.sha256,
    }

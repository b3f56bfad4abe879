"""Bodies of the routes for companies: explicit members, each from one fact. company_serializers.py describes them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.urls import reverse
from django.utils.text import slugify

from coalition_portal.formatting import in_language, iso, microseconds
from coalition_portal.identity.models import User
from manufacturers.models import Person
from tenders.api.bodies import pointer
from tenders.api.models import ApiKey
from tenders.api.shapes import number, requirement
from tenders.notices.models import Requirement, Tender, WantedDocument
from tenders.proposals.completeness import Missing, Overview, TaskCode
from tenders.proposals.document_limits import limit_bytes
from tenders.proposals.draft_texts import MONTH, OFFER_FIELDS, PARTNER_FIELD, PRICE, STEP, claim_of, partners_of
from tenders.proposals.models import (
    Answer,
    Bundle,
    Document,
    OpenedProposal,
    Proposal,
    Provisional,
    Receipt,
    StagingJob,
    Withdrawal,
)
from tenders.proposals.offer_checks import totals_of
from tenders.proposals.queries import Standing
from tenders.proposals.wanted_offer import (
    capacity_months,
    delivery_term,
    price_lines,
    proposal_languages,
    steps_to_price,
    wanted_validity_days,
)

SUBMITTED, NOT_SUBMITTED = "SUBMITTED", "NOT SUBMITTED"


def address(name: str, *arguments: object) -> str:
    return settings.PORTAL_URL + reverse(name, args=arguments)


# Who asks


def me(user: User, person: Person | None, key: ApiKey | None) -> dict:
    return {
        "id": user.public_id,
        "name": str(user),
        "company": person and _company(person),
        "key": key and _key(key),
        "links": {"proposals": address("api-proposals"), "uploads": f"{settings.PORTAL_URL}/api/v1/uploads"},
    }


def _company(person: Person) -> dict:
    company = person.company
    return {"id": company.public_id, "legal_name": company.legal_name, "role": person.role.lower()}


def _key(key: ApiKey) -> dict:
    return {
        "id": key.public_id,
        "name": key.name,
        "scopes": list(key.scopes),
        "expires_at": key.expires_at and iso(key.expires_at),
    }


# Proposals


def proposal_summary(proposal: Proposal, closes_at: datetime, standing: Standing) -> dict:
    return {
        "id": proposal.public_id,
        "tender": _tender(proposal.tender, closes_at),
        "drone_model": {"name": proposal.drone_model.name, "kind": proposal.drone_model.kind.lower()},
        "standing": SUBMITTED if standing.is_submitted else NOT_SUBMITTED,
        "submitted": _submitted(proposal, standing),
        "withdrawn": standing.is_withdrawn,
        "revision": proposal.revision,
        "updated_at": iso(proposal.updated_at),
        "links": proposal_links(proposal),
    }


def proposal_whole(
    overview: Overview, closes_at: datetime, standing: Standing, staged: Bundle | None, *, is_open: bool
) -> dict:
    return proposal_summary(overview.proposal, closes_at, standing) | {
        "open": is_open,
        "complete": overview.is_complete,
        "missing": [missing(item, overview) for item in overview.missing],
        "warnings": [
            *({"pointer": pointer("answers", row.code), "detail": row.sentence} for row in overview.warnings),
            *({"pointer": offer_pointer(row.anchor), "detail": row.sentence} for row in overview.offer_warnings),
        ],
        "staged": staged and staged_version(staged),
    }


def missing(item: Missing, overview: Overview) -> dict:
    return {"pointer": _pointer_of(item, overview), "task": item.task.value, "detail": item.sentence}


def _pointer_of(item: Missing, overview: Overview) -> str:
    if item.task == TaskCode.ANSWERS:
        codes = {slugify(row.code): row.code for row in overview.visible_requirements}
        return pointer("answers", *([codes[item.anchor]] if item.anchor in codes else []))
    if item.task == TaskCode.OFFER:
        return offer_pointer(item.anchor)
    if item.task == TaskCode.DOCUMENTS:
        return pointer("documents", item.anchor.removeprefix("kind-"))
    return pointer(item.task.value)


def offer_pointer(field: str) -> str:
    """Where a field of the offer, named as the form or its anchor names it, stands in the offer of the API."""
    field = field.removeprefix("id_")
    for prefix, member in ((PRICE, "prices"), (STEP, "step_prices"), (MONTH, "capacity_by_month")):
        if field.startswith(prefix):
            return pointer("offer", member, field.removeprefix(prefix))
    if found := PARTNER_FIELD.fullmatch(field):
        return pointer("offer", "partners", int(found[1]) - 1, found[2])
    return pointer("offer", field)


def staged_version(bundle: Bundle) -> dict:
    return {
        "version": bundle.version,
        "sha256": bundle.sha256,
        "size_bytes": bundle.size_bytes,
        "revision": bundle.revision,
        "staged_at": iso(bundle.staged_at),
    }


def staging_job(job: StagingJob, proposal: Proposal) -> dict:
    return {
        "id": job.public_id,
        "state": job.state.lower(),
        "done_bytes": job.done_bytes,
        "total_bytes": job.total_bytes,
        "staged": job.bundle and staged_version(job.bundle),
        "problem": job.problem or None,
        "links": {
            "self": address("api-proposal-stage-job", proposal.public_id, job.public_id),
            "submit": address("api-proposal-submit", proposal.public_id),
        },
    }


def proposal_links(proposal: Proposal) -> dict:
    pid = proposal.public_id
    names = ("answers", "offer", "documents", "declarations", "stage", "submit", "withdraw", "receipt")
    return {
        "self": address("api-proposal", pid),
        **{name: address(f"api-proposal-{name}", pid) for name in names},
        "html": address("proposal", pid),
        "tender": address("api-tender", proposal.tender.number),
    }


def _tender(tender: Tender, closes_at: datetime) -> dict:
    return {"id": tender.number, "title": in_language(tender, "title"), "deadline": iso(closes_at)}


def _submitted(proposal: Proposal, standing: Standing) -> dict | None:
    if not standing.is_submitted:
        return None
    return {
        "version": standing.bundle.version,
        "sha256": standing.bundle.sha256,
        "received_at": microseconds(standing.received_at),
        "is_draft_as_it_stands": standing.bundle.revision == proposal.revision,
    }


# Parts of the draft


def answers(requirements: Iterable[Requirement], kept: Mapping[str, Answer], unseen: int) -> dict:
    rows = list(requirements)
    return {
        "answers": {row.code: _answer(row, kept.get(row.code)) for row in rows},
        "requirements": [requirement(row) for row in rows],
        "withheld": unseen,
    }


def _answer(row: Requirement, kept: Answer | None) -> dict:
    claim = claim_of(row, kept)
    document = kept.evidence if kept else None
    is_here = document is not None and document.removed_at is None
    return {
        "value": number(claim) if isinstance(claim, Decimal) else claim,
        "document": document.public_id if is_here else None,
        "page": kept.evidence_page if is_here else None,
    }


def offer(proposal: Proposal) -> dict:
    tender = proposal.tender
    return {
        "currency": tender.currency,
        "prices": {line["code"]: _amount(proposal.prices.get(line["code"])) for line in price_lines(tender)},
        "step_prices": {
            str(quantity): _amount(proposal.step_prices.get(str(quantity))) for quantity in steps_to_price(tender)
        },
        "capacity_by_month": {month: proposal.capacity_by_month.get(month) for month in capacity_months(tender)},
        **{name: getattr(proposal, name) or None for name in OFFER_FIELDS},
        "partners": [dict(partner) for _row, partner in partners_of(proposal)],
        "totals": _totals(proposal),
        "wanted": {
            "price_lines": [
                {"code": line["code"], "title": in_language(line, "title"), "required": bool(line["required"])}
                for line in price_lines(tender)
            ],
            "delivery_term": delivery_term(tender),
            "validity_days": wanted_validity_days(tender),
            "languages": proposal_languages(tender),
        },
    }


def _amount(text: str | None) -> int | float | None:
    return number(Decimal(text)) if text else None


def _totals(proposal: Proposal) -> dict | None:
    found = totals_of(proposal)
    if found is None:
        return None
    return {
        "drones": found.drones,
        "batch": number(found.batch),
        "evaluated_price": number(found.evaluated),
        "price_points": number(found.points),
    }


def documents(proposal: Proposal, kept: Iterable[Document], wanted: Iterable[WantedDocument]) -> dict:
    return {
        "data": [document(proposal, row) for row in kept],
        "wanted": [
            {
                "kind": row.code,
                "title": in_language(row, "title"),
                "required": row.required,
                "file_types": list(row.file_types),
                "files_max": row.max_files,
                "bytes_max": limit_bytes(row),
            }
            for row in wanted
        ],
    }


def document(proposal: Proposal, row: Document) -> dict:
    return {
        "id": row.public_id,
        "kind": row.kind_code,
        "name": row.name,
        "media_type": row.media_type,
        "size_bytes": row.size_bytes,
        "sha256": row.sha256,
        "taken_out": list(row.stripped),
        "scan": row.scan.lower(),
        "uploaded_at": iso(row.uploaded_at),
        "links": {
            "self": address("api-proposal-document", proposal.public_id, row.public_id),
            "content": address("api-proposal-document-content", proposal.public_id, row.public_id),
        },
    }


def declarations(proposal: Proposal) -> dict:
    accepted = set(proposal.declarations_accepted)
    return {
        "data": [
            {"code": row["code"], "text": in_language(row, "text"), "accepted": row["code"] in accepted}
            for row in proposal.tender.declarations
        ]
    }


# What was judged against the deadline


def receipt(row: Receipt, proposal: Proposal, bundle: Bundle) -> dict:
    """What counts of it, from its row alone; the whole receipt, with the files, is at its link."""
    return _judged(row, proposal, bundle) | {"standing": SUBMITTED, "bundle_sha256": bundle.sha256}


def withdrawal(row: Withdrawal, proposal: Proposal, bundle: Bundle) -> dict:
    return _judged(row, proposal, bundle) | {"standing": NOT_SUBMITTED}


def provisional(row: Provisional, proposal: Proposal, bundle: Bundle) -> dict:
    """It arrived in time while the tender was being closed: two people of two countries decide it."""
    return _judged(row, proposal, bundle) | {"standing": "PROVISIONAL"}


def _judged(row: Receipt | Withdrawal | Provisional, proposal: Proposal, bundle: Bundle) -> dict:
    receipt_at = address("api-proposal-receipt", proposal.public_id)
    return {
        "tender": proposal.tender.number,
        "proposal": proposal.public_id,
        "version": bundle.version,
        "received_at": microseconds(row.received_at),
        "deadline": {"seq": row.seq, "closes_at": microseconds(row.closes_at)},
        "commitment": row.commitment,
        "salt": row.salt,
        "links": {
            "receipt": f"{receipt_at}?version={bundle.version}",
            "proposal": address("api-proposal", proposal.public_id),
        },
    }


# For those who judge


def opened(row: OpenedProposal) -> dict:
    company = row.proposal.company
    return {
        "id": row.public_id,
        "company": {"legal_name": company.legal_name, "country": str(company.country)},
        "drone_model": row.proposal.drone_model.name,
    }

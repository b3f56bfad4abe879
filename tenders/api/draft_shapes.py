"""Bodies of a draft's parts: explicit members, each from one fact. draft_serializers.py describes them."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from coalition_portal.formatting import in_language, iso
from tenders.api.company_shapes import address
from tenders.api.shapes import number, requirement
from tenders.notices.models import Requirement, WantedDocument
from tenders.proposals.document_limits import limit_bytes
from tenders.proposals.draft_texts import OFFER_FIELDS, claim_of, partners_of
from tenders.proposals.models import Answer, Document, Proposal
from tenders.proposals.offer_checks import totals_of
from tenders.proposals.wanted_offer import (
    capacity_months,
    delivery_term,
    price_lines,
    proposal_languages,
    steps_to_price,
    wanted_validity_days,
)


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

"""Bodies of the routes for companies: explicit members, each from one fact. company_serializers.py describes them."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.text import slugify

from coalition_portal.formatting import in_language, iso, microseconds
from coalition_portal.identity.models import User
from manufacturers.models import Person
from tenders.api.bodies import pointer
from tenders.api.models import ApiKey
from tenders.notices.models import Tender
from tenders.proposals.completeness import Overview
from tenders.proposals.draft_texts import MONTH, PARTNER_FIELD, PRICE, STEP
from tenders.proposals.missing import Missing, TaskCode
from tenders.proposals.models import Bundle, OpenedProposal, Proposal
from tenders.proposals.queries import Standing

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


# For those who judge


def opened(row: OpenedProposal) -> dict:
    company = row.proposal.company
    return {
        "id": row.public_id,
        "company": {"legal_name": company.legal_name, "country": str(company.country)},
        "drone_model": row.proposal.drone_model.name,
    }

"""Proposals at their states, made by the verbs that make them in life. Contents are visibly invented."""

import io
import zipfile
from datetime import datetime
from decimal import Decimal
from itertools import count

from django.core.files.base import ContentFile

from coalition_portal import clock
from coalition_portal.identity.models import User
from manufacturers.models import Company
from tenders.notices.models import AnswerType, Requirement, Tender
from tenders.notices.queries import requirements_visible_to
from tenders.proposals.beginning import start_proposal
from tenders.proposals.documents import add_document, wanted_with_proposal
from tenders.proposals.drafting import save_answers
from tenders.proposals.models import Bundle, Proposal
from tenders.proposals.offering import Offer, accept_declarations, save_offer
from tenders.proposals.staging import stage
from tenders.proposals.wanted_offer import steps_to_price
from tests.factories import companies
from tests.factories.tenders import published_tender

_numbers = count(1)

OFFER_OF_SCHEMA_ONE = {
    "currency": "EUR",
    "prices": {"trial_unit_price": "4380.00", "production_unit_price": "3590.00"},
    "lead_time_days": 21,
    "monthly_capacity": 400,
    "production_region": "Example region",
    "partners": "Rotors, motors\nOthers, <frames>",
    "trial_support": "",
}
"""As manifests of schema idc-proposal/1 hold it: without steps and terms, and with partners as one text."""


def draft_proposal(
    *,
    tender: Tender | None = None,
    company: Company | None = None,
    name: str | None = None,
    model_name: str | None = None,
    by: User | None = None,
    now: datetime | None = None,
) -> Proposal:
    """An empty draft, begun by the owner of `company`, or of a new one called `name`."""
    tender = tender or published_tender()
    company = company or companies.company(name=name, undertaking=True)
    return start_proposal(
        tender=tender,
        model_name=model_name or f"Example {next(_numbers)}",
        by=by or companies.owner_of(company),
        now=now or clock.database_now(),
    )


def complete_proposal(
    *,
    tender: Tender | None = None,
    company: Company | None = None,
    name: str | None = None,
    model_name: str | None = None,
    answers: dict | None = None,
    prices: dict | None = None,
    now: datetime | None = None,
) -> Proposal:
    """A draft in which nothing is missing; every must-have passes unless `answers` (by code) says otherwise."""
    now = now or clock.database_now()
    draft = draft_proposal(tender=tender, company=company, name=name, model_name=model_name, now=now)
    by = companies.owner_of(draft.company)
    rows = requirements_visible_to(by, draft.tender)
    claims = {row.code: passing_claim(row) for row in rows} | (answers or {})
    save_answers(proposal=draft, answers=claims, revision=draft.revision, by=by, now=now)
    draft.refresh_from_db()
    offer = offer_of(prices, step_prices=step_prices_of(draft.tender))
    save_offer(proposal=draft, offer=offer, revision=draft.revision, by=by, now=now)
    codes = [declaration["code"] for declaration in draft.tender.declarations]
    accept_declarations(proposal=draft, codes=codes, by=by, now=now)
    for wanted in wanted_with_proposal(draft.tender):
        if wanted.required:
            upload = file_of(wanted.file_types[0], stem=wanted.code)
            add_document(proposal=draft, kind_code=wanted.code, upload=upload, by=by, now=now)
    draft.refresh_from_db()
    return draft


def offer_of(prices: dict | None = None, **changes) -> Offer:
    """An offer in which nothing is missing, for a tender with the quantity steps of the FPV template."""
    facts = {
        "prices": prices or {"trial_unit_price": Decimal("4380.00"), "production_unit_price": Decimal("3590.00")},
        "step_prices": {500: Decimal(4150), 1500: Decimal(4050)},
        "delivery_place": "Riga, Latvia",
        "vat_basis": "WITHOUT",
        "validity_days": 120,
        "lead_time_days": 21,
        "monthly_capacity": 400,
        "production_region": "Example region",
        "partners": [{"name": "Placeholder Rotors", "country": "LV", "part": "motors"}],
        "trial_support": "Two people on site for the first week.",
    }
    return Offer(**(facts | changes))


def step_prices_of(tender: Tender) -> dict[int, Decimal]:
    """A price for each quantity of the tender that no price line holds; the larger the cheaper."""
    return {quantity: Decimal(4200 - quantity // 10) for quantity in steps_to_price(tender)}


def change_draft(proposal: Proposal, *, now: datetime | None = None) -> Proposal:
    """One more day of lead time: a new revision."""
    proposal.refresh_from_db()
    return save_offer(
        proposal=proposal,
        offer=offer_of(lead_time_days=proposal.lead_time_days + 1, step_prices=step_prices_of(proposal.tender)),
        revision=proposal.revision,
        by=companies.owner_of(proposal.company),
        now=now or clock.database_now(),
    )


def staged_bundle(
    *,
    tender: Tender | None = None,
    company: Company | None = None,
    proposal: Proposal | None = None,
    is_changed: bool = False,
    now: datetime | None = None,
    **facts,
) -> Bundle:
    """A frozen version, staged by the company's owner, who may submit it; `is_changed` changes the draft before."""
    now = now or clock.database_now()
    proposal = proposal or complete_proposal(tender=tender, company=company, now=now, **facts)
    if is_changed:
        change_draft(proposal, now=now)
    return stage(proposal=proposal, by=companies.owner_of(proposal.company), now=now)


def passing_claim(requirement: Requirement):
    """A claim that meets the requirement: its objective where it has one."""
    if requirement.answer_type == AnswerType.NUMBER:
        return requirement.objective if requirement.objective is not None else requirement.threshold or Decimal(1)
    if requirement.answer_type == AnswerType.YES_NO:
        return requirement.wanted_yes is not False
    if requirement.answer_type == AnswerType.CHOICE:
        return requirement.choices[-1]["code"]
    return "An example in words."


# Files


def file_of(extension: str, *, stem: str = "example", name: str | None = None) -> ContentFile:
    """A small valid file of that type; each one has content of its own."""
    makers = {"pdf": pdf_bytes, "csv": csv_bytes, "xlsx": xlsx_bytes, "mp4": mp4_bytes}
    return ContentFile(makers[extension](), name=name or f"{stem}.{extension}")


def pdf_bytes(text: str | None = None) -> bytes:
    """One empty page; `text` stands in a comment."""
    remark = text or f"example {next(_numbers)}"
    return (
        b"%PDF-1.4\n% " + remark.encode() + b"\n"
        b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
        b"trailer<</Root 1 0 R>>\n%%EOF\n"
    )


def csv_bytes() -> bytes:
    return f"flight,range_km\n{next(_numbers)},12.5\n".encode()


def xlsx_bytes(extra: dict[str, bytes] | None = None) -> bytes:
    """The least that is a workbook by its parts; `extra` adds or replaces parts."""
    parts = {
        "[Content_Types].xml": b"<Types/>",
        "xl/workbook.xml": b"<workbook/>",
        "xl/worksheets/sheet1.xml": f"<worksheet>{next(_numbers)}</worksheet>".encode(),
    } | (extra or {})
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return held.getvalue()


def mp4_bytes() -> bytes:
    brands = b"isom" + (512).to_bytes(4, "big") + b"isomiso2avc1mp41"
    head = (len(brands) + 8).to_bytes(4, "big") + b"ftyp" + brands
    movie = b"\x00\x00\x00\x08moov"
    return head + movie + (16).to_bytes(4, "big") + b"mdat" + next(_numbers).to_bytes(8, "big")

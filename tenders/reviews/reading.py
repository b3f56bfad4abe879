"""An opened proposal as reviewers read it: claims beside what is wanted, the offer, the files."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tenders.notices import claims
from tenders.notices.models import AnswerType, Requirement, Tender, WantedDocument
from tenders.proposals.models import OpenedProposal
from tenders.proposals.offer_sheet import OfferSheet, sheet_of


@dataclass(frozen=True)
class Evidence:
    """The document of the opened version that an answer names, and its page or row where one is named."""

    public_id: str
    name: str
    page: int | None


@dataclass(frozen=True)
class ClaimRow:
    """One requirement with the claim of this proposal and its verdict."""

    requirement: Requirement
    claim: Decimal | bool | str | None
    verdict: claims.Verdict
    evidence: Evidence | None = None

    @property
    def fails_must_have(self) -> bool:
        """A must-have that is failed or not answered at all: never waived later."""
        return self.requirement.must_have and self.verdict in (claims.Verdict.FAILS, claims.Verdict.MISSING)

    @property
    def claimed(self) -> str:
        return claims.claim_text(self.requirement, self.claim)

    @property
    def wanted(self) -> str:
        return claims.wanted_text(self.requirement)

    @property
    def unit(self) -> str:
        mark = self.requirement.threshold
        return "" if mark is None else claims.unit_words(self.requirement.unit, mark)

    @property
    def claim_unit(self) -> str:
        return "" if self.number is None else claims.unit_words(self.requirement.unit, self.number)

    @property
    def objective_unit(self) -> str:
        aim = self.requirement.objective
        return "" if aim is None else claims.unit_words(self.requirement.unit, aim)

    @property
    def number(self) -> Decimal | None:
        """The claim as a number to be drawn; None for other types and where a threshold is missing."""
        if self.requirement.answer_type != AnswerType.NUMBER or self.requirement.threshold is None:
            return None
        return self.claim if isinstance(self.claim, Decimal) else None

    @property
    def is_drawn(self) -> bool:
        return self.number is not None and bool(self.requirement.operator)


@dataclass(frozen=True)
class File:
    """A document as the opened version names it, with the kind of document that the tender asked for."""

    public_id: str
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    wanted: WantedDocument | None


def claim_rows(content: dict | None, requirements: Iterable[Requirement]) -> list[ClaimRow]:
    """In the order of the requirements; a proposal that could not be read has every claim missing."""
    answers = (content or {}).get("answers", {})
    names = {entry["public_id"]: entry["name"] for entry in (content or {}).get("documents", [])}
    return [_claim_row(requirement, answers.get(requirement.code), names) for requirement in requirements]


def failing_must_haves(content: dict | None, requirements: Iterable[Requirement]) -> list[ClaimRow]:
    must_haves = [requirement for requirement in requirements if requirement.must_have]
    return [row for row in claim_rows(content, must_haves) if row.fails_must_have]


def offer_of(opened: OpenedProposal, tender: Tender) -> OfferSheet:
    """Empty for a proposal that could not be read."""
    return sheet_of((opened.content or {}).get("offer", {}), tender)


def files_of(opened: OpenedProposal, wanted: Sequence[WantedDocument]) -> list[File]:
    kinds = {document.code: document for document in wanted}
    return [
        File(
            public_id=entry["public_id"],
            name=entry["name"],
            media_type=entry["media_type"],
            size_bytes=entry["size_bytes"],
            sha256=entry["sha256"],
            wanted=kinds.get(entry["kind"]),
        )
        for entry in (opened.content or {}).get("documents", [])
    ]


def _claim_row(requirement: Requirement, answer: dict | None, names: Mapping[str, str]) -> ClaimRow:
    claim = _claim(requirement, answer)
    return ClaimRow(
        requirement=requirement,
        claim=claim,
        verdict=claims.verdict(requirement, claim),
        evidence=_evidence((answer or {}).get("evidence"), names),
    )


def _evidence(named: dict | None, names: Mapping[str, str]) -> Evidence | None:
    if named is None or named["document"] not in names:
        return None
    return Evidence(public_id=named["document"], name=names[named["document"]], page=named["page"])


def _claim(requirement: Requirement, answer: dict | None) -> Decimal | bool | str | None:
    """The claim in the type of the requirement; an answer frozen under another type is none."""
    if answer is None or answer.get("type") != requirement.answer_type or answer.get("value") in (None, ""):
        return None
    value = answer["value"]
    return Decimal(value) if requirement.answer_type == AnswerType.NUMBER else value

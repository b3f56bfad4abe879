"""What a draft holds beside what its tender asks, each read once from the relations of the proposal.

`with_content` fetches them for a list of proposals at once.
"""

from functools import cached_property

from django.db.models import QuerySet

from tenders.notices.claims import Claim
from tenders.notices.models import Requirement, Visibility, WantedDocument
from tenders.proposals.documents import kept_documents, wanted_with_proposal
from tenders.proposals.draft_texts import DOCUMENT, claim_of
from tenders.proposals.models import Document, Proposal

CONTENT = ("answers", "documents", "tender__requirements", "tender__wanted_documents")


def with_content(proposals: QuerySet[Proposal]) -> QuerySet[Proposal]:
    return proposals.select_related("tender", "company", "drone_model").prefetch_related(*CONTENT)


class DraftContent:
    """For a reader who may not see the registered requirements (`sees_all` false), they are counted and never named."""

    def __init__(self, proposal: Proposal, *, sees_all: bool = True) -> None:
        self.proposal = proposal
        self.tender = proposal.tender
        self.sees_all = sees_all

    @cached_property
    def requirements(self) -> list[Requirement]:
        return sorted(self.tender.requirements.all(), key=lambda row: row.order)

    @cached_property
    def visible_requirements(self) -> list[Requirement]:
        return [row for row in self.requirements if self.sees_all or row.visibility == Visibility.PUBLIC]

    @cached_property
    def claims(self) -> dict[str, Claim]:
        """Requirement code to claim, for the requirements that have one."""
        kept = {answer.requirement_id: answer for answer in self.proposal.answers.all()}
        claims = {row.code: claim_of(row, kept.get(row.pk)) for row in self.requirements}
        return {code: claim for code, claim in claims.items() if claim is not None}

    @cached_property
    def evidence(self) -> dict[str, tuple[Document, int | None]]:
        """Requirement code to the document and page that its answer names, while the draft holds the document."""
        held = {document.pk: document for document in self.documents}
        codes = {row.pk: row.code for row in self.requirements}
        naming = [answer for answer in self.proposal.answers.all() if answer.evidence_id in held]
        return {codes[row.requirement_id]: (held[row.evidence_id], row.evidence_page) for row in naming}

    @cached_property
    def without_evidence(self) -> list[Requirement]:
        """Those that name no document though one of the kind that they ask for is here. Naming it is never required."""
        kinds = {f"{DOCUMENT}{document.kind_code}" for document in self.documents}
        return [row for row in self.visible_requirements if row.evidence in kinds and row.code not in self.evidence]

    @cached_property
    def wanted_documents(self) -> list[WantedDocument]:
        return wanted_with_proposal(self.tender)

    @cached_property
    def documents(self) -> list[Document]:
        return kept_documents(self.proposal)

    @property
    def declarations_wanted(self) -> int:
        return len(self.tender.declarations)

    @property
    def declarations_done(self) -> int:
        known = {row["code"] for row in self.tender.declarations}
        return len(known & set(self.proposal.declarations_accepted))

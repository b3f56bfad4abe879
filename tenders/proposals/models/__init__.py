from tenders.proposals.models.document import Document
from tenders.proposals.models.opening import Exclusion, OpenedProposal, Opening
from tenders.proposals.models.proposal import Answer, Proposal
from tenders.proposals.models.submission import (
    Bundle,
    Closing,
    Provisional,
    ProvisionalDecision,
    Receipt,
    Refusal,
    RefusedAct,
    Withdrawal,
)

__all__ = [
    "Answer",
    "Bundle",
    "Closing",
    "Document",
    "Exclusion",
    "OpenedProposal",
    "Opening",
    "Proposal",
    "Provisional",
    "ProvisionalDecision",
    "Receipt",
    "Refusal",
    "RefusedAct",
    "Withdrawal",
]

from tenders.proposals.models.document import Document
from tenders.proposals.models.notice import ChangeNotice, ReminderRound
from tenders.proposals.models.opening import Exclusion, OpenedProposal, Opening
from tenders.proposals.models.proposal import Answer, Proposal
from tenders.proposals.models.submission import (
    Act,
    Bundle,
    Closing,
    Provisional,
    ProvisionalDecision,
    Receipt,
    Refusal,
    Reinstatement,
    Withdrawal,
)

__all__ = [
    "Act",
    "Answer",
    "Bundle",
    "ChangeNotice",
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
    "Reinstatement",
    "ReminderRound",
    "Withdrawal",
]

from tenders.proposals.models.content import Content, ContentPart, Upload, UploadState
from tenders.proposals.models.document import Document, ScanState
from tenders.proposals.models.notice import ChangeNotice, ReminderRound
from tenders.proposals.models.opening import Exclusion, OpenedProposal, Opening
from tenders.proposals.models.proposal import Answer, Proposal, VatBasis
from tenders.proposals.models.submission import (
    Act,
    Bundle,
    Closing,
    Provisional,
    ProvisionalDecision,
    Receipt,
    ReceiptKind,
    Refusal,
    Reinstatement,
    Wish,
    Withdrawal,
    WithdrawalNotice,
)
from tenders.proposals.models.working import Intent, Presence, StagingJob, StagingState

__all__ = [
    "Act",
    "Answer",
    "Bundle",
    "ChangeNotice",
    "Closing",
    "Content",
    "ContentPart",
    "Document",
    "Exclusion",
    "Intent",
    "OpenedProposal",
    "Opening",
    "Presence",
    "Proposal",
    "Provisional",
    "ProvisionalDecision",
    "Receipt",
    "ReceiptKind",
    "Refusal",
    "Reinstatement",
    "ReminderRound",
    "ScanState",
    "StagingJob",
    "StagingState",
    "Upload",
    "UploadState",
    "VatBasis",
    "Wish",
    "Withdrawal",
    "WithdrawalNotice",
]

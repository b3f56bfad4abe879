from tenders.notices.models.approval import Approval, ApprovalKind, ApprovalOutcome
from tenders.notices.models.change import Change, ChangeKind
from tenders.notices.models.criterion import Criterion, CriterionMethod, ReviewerGroup
from tenders.notices.models.deadline import Deadline
from tenders.notices.models.document import WantedDocument
from tenders.notices.models.requirement import AnswerType, Requirement, Visibility
from tenders.notices.models.tender import Series, Tender

__all__ = [
    "AnswerType",
    "Approval",
    "ApprovalKind",
    "ApprovalOutcome",
    "Change",
    "ChangeKind",
    "Criterion",
    "CriterionMethod",
    "Deadline",
    "Requirement",
    "ReviewerGroup",
    "Series",
    "Tender",
    "Visibility",
    "WantedDocument",
]

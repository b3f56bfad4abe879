from tenders.reviews.models.consensus import ConsensusPoint
from tenders.reviews.models.panel import Assignment, Conflict, Declaration, PanelMember
from tenders.reviews.models.ranking import RankedProposal, Ranking
from tenders.reviews.models.scoring import Score, ScoreSheet

__all__ = [
    "Assignment",
    "Conflict",
    "ConsensusPoint",
    "Declaration",
    "PanelMember",
    "RankedProposal",
    "Ranking",
    "Score",
    "ScoreSheet",
]

"""What pages and the API know of one proposal alike. Whoever loads it begins with what the person may see."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from tenders.notices import timetable
from tenders.notices.states import TenderState
from tenders.proposals.completeness import Overview
from tenders.proposals.models import Proposal
from tenders.proposals.queries import Standing, standing_of


@dataclass
class SeenDraft:
    """One proposal for one person at one instant; `sees_all` says that they may see every requirement."""

    proposal: Proposal
    closes_at: datetime
    sees_all: bool
    now: datetime

    @cached_property
    def overview(self) -> Overview:
        return Overview(self.proposal, sees_all=self.sees_all)

    @cached_property
    def standing(self) -> Standing:
        return standing_of(self.proposal)

    @property
    def is_open(self) -> bool:
        return timetable.takes_proposals(self.proposal.tender.state, self.closes_at, self.now)

    @property
    def is_called_off(self) -> bool:
        """The tender ended without an opening, maybe before its deadline: nothing of it is read any more."""
        tender = self.proposal.tender
        return tender.state != TenderState.PUBLISHED and tender.opened_at is None

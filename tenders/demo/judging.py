"""Opening, panel, scores, consensus and ranking of the closed tenders."""

from collections.abc import Sequence

from coalition_portal import clock
from tenders.demo import content
from tenders.demo.announcing import ANNOUNCEMENTS
from tenders.demo.cast import CAPACITY, TECHNICAL, staff_user
from tenders.demo.source import company
from tenders.notices.models import Criterion, CriterionMethod, ReviewerGroup, Tender
from tenders.proposals.exclusion import confirm_exclusion, propose_exclusion
from tenders.proposals.models import OpenedProposal
from tenders.proposals.opening import confirm_opening, propose_opening
from tenders.proposals.states import ProposalState
from tenders.reviews.assignment import assign_many
from tenders.reviews.conflicts import declare
from tenders.reviews.consensus import confirm_drafts, record
from tenders.reviews.making import make_ranking, propose_publication, publish_result
from tenders.reviews.models import Assignment, ConsensusPoint, PanelMember
from tenders.reviews.panel import name_panel_member
from tenders.reviews.scoring import lock_sheet, save_sheet

FAILING = ("near_miss", "fails_must_have")
PER_GROUP = 3
WORDS = {
    0: "No evidence for the claim",
    3: "The claim stands without a dated log",
    5: "The threshold is supported by own flight logs, one gap is left",
    8: "The threshold is supported by logs of the offered version",
    10: "The objective is proven by an independent report",
}


class Jury:
    """One tender's judgement; `keys` maps the public id of a proposal to the key of its company."""

    def __init__(self, tender_key: str, tender: Tender, keys: dict[str, str]) -> None:
        plan = ANNOUNCEMENTS[tender_key]
        self.tender, self.tender_key, self.keys = tender, tender_key, keys
        self.officer, self.chair = staff_user(plan.officer), staff_user(plan.chair)
        self.criteria = list(tender.criteria.filter(method=CriterionMethod.REVIEWED).order_by("order"))

    def open(self) -> None:
        propose_opening(tender=self.tender, by=self.chair, now=clock.now())
        confirm_opening(tender=self.tender, by=staff_user("opener.ee"), now=clock.now())
        self.tender.refresh_from_db()

    def exclude(self, opened: OpenedProposal, *, is_confirmed: bool = True) -> None:
        reason = "A must-have requirement is claimed below its threshold, in spite of the warning."
        exclusion = propose_exclusion(opened=opened, reason=reason, by=self.officer, now=clock.now())
        if is_confirmed:
            confirm_exclusion(exclusion=exclusion, by=self.chair, now=clock.now())

    def failing(self) -> list[OpenedProposal]:
        return [row for row in self.opened() if company(self.keys[row.public_id])["profile"] in FAILING]

    def opened(self) -> list[OpenedProposal]:
        rows = OpenedProposal.objects.filter(tender=self.tender).exclude(proposal__state=ProposalState.EXCLUDED)
        return list(rows.select_related("tender", "proposal").defer("content").order_by("public_id"))

    def seat(self, undeclared: Sequence[str] = ()) -> list[PanelMember]:
        """The panel, with declarations signed by all but those named; a reviewer declares the story's conflict."""
        seats = [(handle, ReviewerGroup.TECHNICAL) for handle in TECHNICAL] + [
            (handle, ReviewerGroup.CAPACITY) for handle in CAPACITY
        ]
        members = []
        for handle, group in seats:
            user = staff_user(handle)
            member = name_panel_member(tender=self.tender, user=user, group=group, by=self.officer, now=clock.now())
            if handle not in undeclared:
                declare(member=member, conflicts=self._conflicts(handle), by=user, now=clock.now())
            members.append(member)
        return members

    def assign(self, members: Sequence[PanelMember], *, spared: str = "", spared_until: int = 0) -> list[Assignment]:
        """Three of each group for every proposal, in turn, without the recused.

        `spared` names a reviewer who gets none of the first `spared_until` proposals.
        """
        pairs = []
        for index, opened in enumerate(self.opened()):
            for group in ReviewerGroup.values:
                able = [m for m in members if m.group == group and not m.conflicts.filter(opened=opened).exists()]
                able = [m for m in able if index >= spared_until or m.user != (spared and staff_user(spared))]
                pairs += [(opened, able[(index + step) % len(able)]) for step in range(min(PER_GROUP, len(able)))]
        return assign_many(tender=self.tender, pairs=pairs, by=self.officer, now=clock.now())

    def score(self, assignment: Assignment) -> None:
        """Points with reasons for every criterion of the group, then the lock."""
        member, key = assignment.member, self.keys[assignment.opened.public_id]
        mine = [criterion for criterion in self.criteria if criterion.group == member.group]
        scores = {criterion.code: self._given(key, criterion, member) for criterion in mine}
        sheet = save_sheet(assignment=assignment, scores=scores, version=0, by=member.user, now=clock.now())
        lock_sheet(assignment=assignment, version=sheet.version, by=member.user, now=clock.now())

    def agree(self) -> None:
        """Drafts are confirmed in a list; the rest is discussed and recorded."""
        confirm_drafts(tender=self.tender, by=self.chair, now=clock.now())
        recorded = set(
            ConsensusPoint.objects.filter(opened__tender=self.tender).values_list("opened_id", "criterion_id")
        )
        for opened in self.opened():
            for criterion in self.criteria:
                if (opened.pk, criterion.pk) not in recorded:
                    self._discuss(opened, criterion)

    def rank(self) -> None:
        ranking = make_ranking(tender=self.tender, by=self.chair, now=clock.now())
        propose_publication(ranking=ranking, by=self.officer, now=clock.now())
        publish_result(ranking=ranking, by=self.chair, now=clock.now())

    def _conflicts(self, handle: str) -> dict[str, str]:
        if handle != "reviewer.lv":
            return {}
        told = [
            public_id for public_id, key in self.keys.items() if (company(key)["story"] or {}).get("code") == "conflict"
        ]
        return dict.fromkeys(told, "I worked for this company until last year.")

    def _given(self, key: str, criterion: Criterion, member: PanelMember) -> tuple[int, str]:
        points = content.reviewer_points(key, self.tender_key, criterion.code, member.country_id)
        return points, self._reason(criterion, points)

    def _reason(self, criterion: Criterion, points: int) -> str:
        place = criterion.requirement_codes[0] if criterion.requirement_codes else "production plan, page 1"
        return f"{WORDS[points]} ({place})."

    def _discuss(self, opened: OpenedProposal, criterion: Criterion) -> None:
        points = 5
        reason = f"Discussed: {self._reason(criterion, points)}"
        record(opened=opened, criterion=criterion, points=points, reason=reason, by=self.chair, now=clock.now())

"""Tenders in review, walked there by the verbs of every slice: published, submitted to, closed, opened and judged."""

from datetime import timedelta
from itertools import count

from coalition_portal import clock
from coalition_portal.identity.granting import end_role
from coalition_portal.identity.models import RoleGrant
from coalition_portal.identity.roles import Role
from tenders.notices.models import Criterion, ReviewerGroup
from tenders.proposals.exclusion import confirm_exclusion, propose_exclusion
from tenders.proposals.models import OpenedProposal
from tenders.proposals.states import ProposalState
from tenders.reviews.assignment import assign_many
from tenders.reviews.conflicts import declare
from tenders.reviews.consensus import confirm_drafts
from tenders.reviews.making import make_ranking, propose_publication, publish_result
from tenders.reviews.models import Assignment, PanelMember
from tenders.reviews.panel import name_panel_member
from tenders.reviews.scoring import criteria_of, lock_sheet, save_sheet
from tests.factories import companies, people
from tests.factories.cutoffs import CutOff

TECHNICAL, CAPACITY = ReviewerGroup.TECHNICAL, ReviewerGroup.CAPACITY
PANEL = ("LV", "GB", "EE")
_numbers = count(1)


class Review:
    """One tender that was opened with proposals, and the people who judge it; nobody has declared, nothing is assigned.

    `proposals` is how many proposals there are, or what each one is: name, country and whatever `staged_bundle` takes;
    `company` there makes it another proposal of a company that is there already. `panel` maps a group to countries.
    """

    def __init__(self, database_clock, proposals=2, panel=None, **tender):
        self.cutoff = CutOff(database_clock, **tender)
        self.tender = self.cutoff.tender
        self.officer, self.chair = self.tender.officer, self.tender.second_approver
        for facts in [{}] * proposals if isinstance(proposals, int) else proposals:
            self._submit(**facts)
        self.cutoff.open()
        self.now = clock.now()
        panel = {TECHNICAL: PANEL, CAPACITY: PANEL} if panel is None else panel
        self.members = {(group, code): self.name(group, code) for group, codes in panel.items() for code in codes}

    def _submit(self, name=None, country="UA", company=None, **facts):
        name = name or f"Invented Airworks {next(_numbers)}"
        company = company or companies.company(name=name, country=country, undertaking=True)
        self.cutoff.submitted(company=company, **facts)

    @property
    def opened(self) -> list[OpenedProposal]:
        """In the order of their submission."""
        return list(OpenedProposal.objects.filter(tender=self.tender).order_by("proposal__pk"))

    def later(self, seconds=1):
        """The next instant of the story; every act may have one of its own."""
        self.now += timedelta(seconds=seconds)
        return self.now

    def name(self, group, code) -> PanelMember:
        user = people.reviewer(code)
        return name_panel_member(tender=self.tender, user=user, group=group, by=self.officer, now=self.later())

    def declare(self, member, *opened, reason="A relative works there.") -> PanelMember:
        conflicts = {one.public_id: reason for one in opened}
        declare(member=member, conflicts=conflicts, by=member.user, now=self.later())
        return member

    def assign(self, *pairs) -> list[Assignment]:
        return assign_many(tender=self.tender, pairs=pairs, by=self.officer, now=self.later())

    def everybody_reads_everything(self):
        """All members declare no conflict and get every proposal."""
        for member in self.members.values():
            self.declare(member)
        self.assign(*[(opened, member) for opened in self.opened for member in self.members.values()])

    def assignment(self, opened, member) -> Assignment:
        return Assignment.objects.get(opened=opened, member=member)

    def score(self, opened, member, points=8, lock=True, **by_code):
        """Fill in the whole sheet with `points`, or with those that `by_code` names, and lock it."""
        assignment = self.assignment(opened, member)
        scores = {
            code: (by_code.get(code, points), f"Shown on page {number} for {code}.")
            for number, code in enumerate(criteria_of(assignment), start=1)
        }
        version = assignment.sheet.version if hasattr(assignment, "sheet") else 0
        sheet = save_sheet(assignment=assignment, scores=scores, version=version, by=member.user, now=self.later())
        return lock_sheet(assignment=assignment, by=member.user, now=self.later()) if lock else sheet

    def everybody_scores(self, points=8, **by_proposal):
        """Every open assignment is scored and locked; `by_proposal` maps a public id to another point."""
        rows = Assignment.objects.filter(opened__tender=self.tender, ended_at=None, sheet=None)
        rows = rows.filter(opened__proposal__state=ProposalState.OPENED)
        for assignment in rows.select_related("opened", "member__user").order_by("pk"):
            given = by_proposal.get(assignment.opened.public_id, points)
            self.score(assignment.opened, assignment.member, given)

    def exclude(self, opened, reason="Payload 4.2 kg; more than 5 kg is wanted."):
        exclusion = propose_exclusion(opened=opened, reason=reason, by=self.officer, now=self.later())
        return confirm_exclusion(exclusion=exclusion, by=self.chair, now=self.later())

    def agree(self):
        return confirm_drafts(tender=self.tender, by=self.chair, now=self.later())

    def rank(self):
        ranking = make_ranking(tender=self.tender, by=self.chair, now=self.later())
        self.tender.refresh_from_db()
        return ranking

    def publish(self, ranking):
        propose_publication(ranking=ranking, by=self.officer, now=self.later())
        return publish_result(ranking=ranking, by=self.chair, now=self.later())

    def criterion(self, code) -> Criterion:
        return Criterion.objects.get(tender=self.tender, code=code)


def ranked_review(database_clock, *points, **review) -> tuple[Review, object]:
    """A ranked tender with one proposal for each of `points`, which all its reviewers gave throughout."""
    story = Review(database_clock, proposals=len(points), **review)
    story.everybody_reads_everything()
    story.everybody_scores(**{opened.public_id: given for opened, given in zip(story.opened, points, strict=True)})
    story.agree()
    return story, story.rank()


def become(user, role: Role, code: str):
    """The same person in another role: what they held before ends first."""
    for grant in RoleGrant.objects.filter(user=user, ended_at=None):
        end_role(grant=grant, by=None, now=clock.now())
    user.refresh_from_db()
    return people.staff(role, code, user=user)

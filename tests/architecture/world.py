"""One portal with a tender at every stage, and somebody of every kind: what the role-by-URL matrix is asked of."""

from datetime import timedelta

from coalition_portal import clock
from coalition_portal.identity.roles import Role
from coalition_portal.public_ids import new_public_id
from manufacturers.models import CompanyRole
from tenders.notices.models import ReviewerGroup
from tenders.proposals import staging_jobs, submission
from tenders.proposals.models import Document, StagingJob
from tenders.reviews.panel import name_panel_member
from tests.factories import companies, people, tenders
from tests.factories.cutoffs import MICROSECOND, CutOff
from tests.factories.keys import WRITES, key_of
from tests.factories.proposals import complete_proposal, staged_bundle
from tests.factories.reviews import Review
from tests.factories.uploads import unfinished_upload

TECHNICAL = ReviewerGroup.TECHNICAL
NO_PERSON, NO_OBJECT, NO_NUMBER, NO_KEY = new_public_id(), new_public_id(), "IDC-2001-0001", 987654321
MISSING = {
    "number": NO_NUMBER,
    "pid": NO_OBJECT,
    "public_id": NO_PERSON,
    "document_id": NO_OBJECT,
    "commitment": "0" * 64,
    "upload_id": NO_OBJECT,
    "pk": NO_KEY,
    "person": NO_PERSON,
    "kind": "no_such_kind",
    "version": 99,
    "act": "submit",
    "job": NO_OBJECT,
    "slug": "no-such-problem",
}


class World:
    """`people` maps a column of the matrix to an account (None for a visitor), `objects` a word to URL arguments."""

    def __init__(self, say):
        self.people = _people()
        self.objects = {"": {}, "problem": {"slug": "not-found"}}
        self.staff = {"officer": self.people["officer"], "approver": self.people["chair"]}
        self.company = self.people["owner"].person.company
        self.rival = self.people["rival"].person.company
        self.objects["colleague"] = {"public_id": self.people["viewer"].public_id}
        self.objects["own key"] = {"public_id": key_of(self.people["editor"], scopes=WRITES)[0].public_id}
        self._unpublished()
        self._open()
        self._sealed(say)
        self._in_review(say)
        self._ranked(say, "ranked", publish=False)
        self._ranked(say, "published", publish=True)

    def _unpublished(self):
        draft = tenders.draft_tender(**self.staff)
        approval = tenders.requested_tender(**self.staff)
        self.objects["draft tender"] = {"number": draft.number}
        self.objects["asked tender"] = {"number": approval.tender.number, "pk": approval.pk}

    def _open(self):
        tender = tenders.published_tender(**self.staff)
        self.objects["open tender"] = {"number": tender.number}
        draft = complete_proposal(tender=tender, company=self.company)
        staging_jobs.ask(proposal=draft, by=draft.created_by, now=clock.now())
        self._proposal("draft", draft, is_uploading=True)
        bundle = staged_bundle(tender=tender, company=self.company)
        submission.submit(bundle=bundle, sha256=bundle.sha256, by=bundle.staged_by)
        self._proposal("submitted", bundle.proposal)

    def _sealed(self, say):
        cutoff = CutOff(say, **self.staff)
        waiting, late = (staged_bundle(tender=cutoff.tender, company=self.company) for _ in range(2))
        self._proposal("late", late.proposal, is_uploading=True)
        cutoff.submitted(company=self.rival)
        cutoff.close()
        provisional = cutoff.submit(waiting, -MICROSECOND).provisional
        cutoff.submit(late, timedelta(seconds=5))
        self.objects["sealed tender"] = {"number": cutoff.tender.number, "commitment": provisional.commitment}
        self._proposal("provisional", waiting.proposal)

    def _in_review(self, say):
        story = Review(say, [{"company": self.company}, {"company": self.rival}], panel={}, **self.staff)
        own, rival = self._opened(story)
        self.members = {}
        for column in ("reviewer", "recused", "undeclared"):
            self.members[column] = self._member(story, column, TECHNICAL)
        story.declare(self.members["reviewer"])
        story.declare(self.members["recused"], own)
        story.assign((own, self.members["reviewer"]), (rival, self.members["recused"]))
        member = self.people["undeclared"]
        self.objects["tender in review"] = {"number": story.tender.number, "person": member.public_id}
        self.objects["opened"] = self._opened_arguments(own)
        self.objects["opened of a rival"] = self._opened_arguments(rival)
        self._proposal("evaluated", own.proposal)

    def _ranked(self, say, word, publish):
        story = Review(say, [{"company": self.company}, {"company": self.rival}], panel={}, **self.staff)
        own, rival = self._opened(story)
        reviewer, recused = (self._member(story, column, TECHNICAL) for column in ("reviewer", "recused"))
        capacity = story.name(ReviewerGroup.CAPACITY, "LV")
        self._member(story, "undeclared", TECHNICAL)
        for member, conflicts in ((reviewer, []), (capacity, []), (recused, [own])):
            story.declare(member, *conflicts)
        story.assign((own, reviewer), (rival, reviewer), (rival, recused), (own, capacity), (rival, capacity))
        story.everybody_scores()
        story.agree()
        ranking = story.rank()
        if publish:
            story.publish(ranking)
        self.objects[f"{word} tender"] = {"number": story.tender.number}
        self.objects[word] = self._opened_arguments(own)
        self._proposal(word, own.proposal)

    def _opened(self, story):
        by_company = {opened.proposal.company_id: opened for opened in story.opened}
        return by_company[self.company.pk], by_company[self.rival.pk]

    def _member(self, story, column, group):
        user = self.people[column]
        return name_panel_member(tender=story.tender, user=user, group=group, by=story.officer, now=story.later())

    def _opened_arguments(self, opened):
        first = Document.objects.filter(proposal=opened.proposal).order_by("pk")[0]
        return {"number": opened.tender.number, "pid": opened.public_id, "document_id": first.public_id}

    def _proposal(self, word, proposal, is_uploading=False):
        first = Document.objects.filter(proposal=proposal).order_by("pk")[0]
        job = StagingJob.objects.filter(proposal=proposal).first()
        self.objects[f"own {word}"] = {
            "job": job.public_id if job else NO_OBJECT,
            "pid": proposal.public_id,
            "document_id": first.public_id,
            "kind": first.kind_code,
            "version": 1,
            "act": "submit",
        }
        if is_uploading:
            self.objects[f"own {word}"]["upload_id"] = unfinished_upload(proposal).public_id


def _people():
    own, rival = companies.company(undertaking=True), companies.company(undertaking=True)
    return {
        "visitor": None,
        "nobody": companies.verified_user(),
        "viewer": companies.person_of(own, CompanyRole.VIEWER),
        "editor": companies.person_of(own, CompanyRole.EDITOR),
        "signatory": companies.person_of(own, CompanyRole.SIGNATORY),
        "owner": companies.owner_of(own),
        "rival": companies.owner_of(rival),
        "officer": people.officer("LV"),
        "officer abroad": people.officer("EE"),
        "secretariat": people.staff(Role.OFFICER),
        "chair": people.chair("GB"),
        "chair abroad": people.chair("NL"),
        "opener": people.opener("EE"),
        "opener at home": people.opener("GB"),
        "reviewer": people.reviewer("LV"),
        "recused": people.reviewer("EE"),
        "undeclared": people.reviewer("GB"),
        "adviser": people.staff(Role.ADVISER, "UA"),
        "head": people.head("LV"),
        "auditor": people.staff(Role.AUDITOR),
        "operator": people.staff(Role.OPERATOR),
        "superuser": people.User.objects.create_superuser("superuser@example.test"),
    }

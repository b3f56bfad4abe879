"""What a draft has, what is missing, and what will fail: for the task list, the check page and staging alike.

Everything is read through the relations of the proposal; `with_content` fetches them for a list of proposals at once. A
failing must-have is a warning and never something missing: it does not block.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from django.db.models import QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coalition_portal.formatting import in_language
from tenders.notices.claims import Claim, Verdict, claim_text, verdict, wanted_text
from tenders.notices.models import Requirement, Visibility, WantedDocument
from tenders.proposals.documents import kept_documents, wanted_with_proposal
from tenders.proposals.draft_texts import DOCUMENT, claim_of
from tenders.proposals.models import Document, Proposal, ScanState
from tenders.proposals.offer_checks import Caution, cautions_about, lacks_of, wanted_of

CONTENT = ("answers", "documents", "tender__requirements", "tender__wanted_documents")
SURE = "high"
UNSEEN = "unseen"


class TaskCode(StrEnum):
    MODEL = "model"
    ANSWERS = "answers"
    OFFER = "offer"
    DOCUMENTS = "documents"
    DECLARATIONS = "declarations"


URL_NAMES: Mapping[TaskCode, str] = {
    TaskCode.MODEL: "proposal",
    TaskCode.ANSWERS: "proposal-answers",
    TaskCode.OFFER: "proposal-offer",
    TaskCode.DOCUMENTS: "proposal-documents",
    TaskCode.DECLARATIONS: "proposal-offer",
}


@dataclass(frozen=True)
class Missing:
    """One thing that stops staging: what it is, and on which page and where it is put right.

    `in_a_mail` says the same where the sentence is not one for a mail, which others may read.
    """

    task: TaskCode
    sentence: str
    url_name: str
    anchor: str
    in_a_mail: str = ""


@dataclass(frozen=True)
class Failing:
    """A must-have that the claim does not pass. It can be submitted all the same."""

    code: str
    sentence: str
    anchor: str


@dataclass(frozen=True)
class Task:
    """One row of the task list; `wanted` counts what it needs and `done` what is there."""

    code: TaskCode
    title: str
    need: str
    done: int
    wanted: int
    url_name: str

    @property
    def state(self) -> str:
        if self.done == self.wanted:
            return "done"
        return "begun" if self.done else "not_begun"


def with_content(proposals: QuerySet[Proposal]) -> QuerySet[Proposal]:
    return proposals.select_related("tender", "company", "drone_model").prefetch_related(*CONTENT)


class Overview:
    """Everything about one draft's completeness, computed once from its relations.

    For a reader who may not see the registered requirements (`sees_all` false), they are counted and never named.
    """

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

    @cached_property
    def missing(self) -> list[Missing]:
        return [
            *self._missing_standing(),
            *self._missing_answers(),
            *self._missing_offer(),
            *self._missing_documents(),
            *self._harmful_documents(),
            *self._missing_declarations(),
        ]

    @property
    def missing_briefly(self) -> list[Missing]:
        """The same with all answers that are named in one line: eighteen links help nobody."""
        answers = [item for item in self.missing if item.task == TaskCode.ANSWERS and item.anchor != UNSEEN]
        if len(answers) < 2:
            return self.missing
        left = [row.code for row in self.visible_requirements if row.code not in self.claims]
        sentence = _("%(count)s answers: %(codes)s") % {
            "count": len(left),
            "codes": ", ".join(left).replace("-", "\N{NON-BREAKING HYPHEN}"),
        }
        brief = self._missing_at(TaskCode.ANSWERS, sentence, answers[0].anchor)
        first = self.missing.index(answers[0])
        others = [item for item in self.missing if item not in answers]
        return [*others[:first], brief, *others[first:]]

    @property
    def is_complete(self) -> bool:
        return not self.missing

    @cached_property
    def warnings(self) -> list[Failing]:
        seen = self.visible_requirements
        failing = [row for row in seen if row.must_have and self.verdict_on(row) == Verdict.FAILS]
        return [Failing(code=row.code, sentence=self._fails(row), anchor=slugify(row.code)) for row in failing]

    @cached_property
    def offer_warnings(self) -> list[Caution]:
        """What is odd in the offer or less than the tender wants; it does not block either."""
        return cautions_about(self.proposal)

    @cached_property
    def tasks(self) -> list[Task]:
        return [self._task(code, *facts) for code, facts in self._task_facts().items()]

    @property
    def done(self) -> int:
        return sum(task.done for task in self.tasks)

    @property
    def wanted(self) -> int:
        return sum(task.wanted for task in self.tasks)

    @property
    def percent(self) -> int:
        """Whole per cent, cut off, so that 100 means complete."""
        return self.done * 100 // self.wanted

    def verdict_on(self, requirement: Requirement) -> Verdict:
        return verdict(requirement, self.claims.get(requirement.code))

    def task(self, code: str) -> Task:
        return next(task for task in self.tasks if task.code == code)

    # What is missing, page by page

    def _missing_standing(self) -> list[Missing]:
        listed = {state["code"] for state in self.tender.eligible_states if state.get("confidence") == SURE}
        if str(self.proposal.company.country) in listed:
            return []
        sentence = _(
            "An officer has to decide whether companies from %(country)s may take part. "
            "You can fill in the draft meanwhile. Write to %(mailbox)s."
        ) % {"country": self.proposal.company.country.name, "mailbox": self.tender.contact_mailbox}
        return [Missing(TaskCode.MODEL, sentence, URL_NAMES[TaskCode.MODEL], "")]

    def _missing_answers(self) -> list[Missing]:
        left = [row for row in self.requirements if row.code not in self.claims]
        named = [
            self._missing_at(
                TaskCode.ANSWERS,
                _("Answer to %(code)s, %(title)s") % {"code": row.code, "title": in_language(row, "title")},
                slugify(row.code),
            )
            for row in left
            if row in self.visible_requirements
        ]
        return named + self._missing_unseen(len(left) - len(named))

    def _missing_unseen(self, count: int) -> list[Missing]:
        if not count:
            return []
        sentence = ngettext(
            "%(count)s answer to a requirement that you cannot see yet",
            "%(count)s answers to requirements that you cannot see yet",
            count,
        )
        in_a_mail = ngettext("%(count)s answer that the page names", "%(count)s answers that the page names", count)
        return [
            Missing(
                TaskCode.ANSWERS,
                sentence % {"count": count},
                URL_NAMES[TaskCode.ANSWERS],
                UNSEEN,
                in_a_mail=in_a_mail % {"count": count},
            )
        ]

    def _missing_offer(self) -> list[Missing]:
        return [self._missing_at(TaskCode.OFFER, lack.sentence, lack.anchor) for lack in lacks_of(self.proposal)]

    def _missing_documents(self) -> list[Missing]:
        here = {document.kind_code for document in self.documents if document.scan != ScanState.INFECTED}
        return [
            self._missing_at(TaskCode.DOCUMENTS, in_language(wanted, "title"), f"kind-{wanted.code}")
            for wanted in self.wanted_documents
            if wanted.required and wanted.code not in here
        ]

    def _harmful_documents(self) -> list[Missing]:
        """What the scanner found after the file was taken: no version is frozen with a file that nobody can fetch."""
        return [
            Missing(
                TaskCode.DOCUMENTS,
                _("The scanner found “%(name)s” harmful: remove it") % {"name": document.name},
                URL_NAMES[TaskCode.DOCUMENTS],
                f"kind-{document.kind_code}",
                in_a_mail=_("The scanner found a file harmful: remove it"),
            )
            for document in self.documents
            if document.scan == ScanState.INFECTED
        ]

    def _missing_declarations(self) -> list[Missing]:
        left = self._declarations_wanted - self._declarations_done
        if not left:
            return []
        sentence = _("Declarations: %(count)s to sign") % {"count": left}
        return [self._missing_at(TaskCode.DECLARATIONS, sentence, "declarations")]

    def _missing_at(self, task: TaskCode, sentence: str, anchor: str) -> Missing:
        return Missing(task=task, sentence=sentence, url_name=URL_NAMES[task], anchor=anchor)

    def _fails(self, row: Requirement) -> str:
        return _("%(code)s, %(title)s: you claim %(claim)s; %(wanted)s is required.") % {
            "code": row.code,
            "title": in_language(row, "title"),
            "claim": claim_text(row, self.claims[row.code]),
            "wanted": wanted_text(row),
        }

    # Tasks

    @property
    def _declarations_wanted(self) -> int:
        return len(self.tender.declarations)

    @property
    def _declarations_done(self) -> int:
        known = {row["code"] for row in self.tender.declarations}
        return len(known & set(self.proposal.declarations_accepted))

    def _task_facts(self) -> dict[TaskCode, tuple[str, str, int, int]]:
        """Title, need, done and wanted of each task."""
        offer_wanted = wanted_of(self.proposal)
        offer_done = offer_wanted - len(self._missing_offer())
        documents_wanted = sum(wanted.required for wanted in self.wanted_documents)
        documents_done = documents_wanted - len(self._missing_documents())
        return {
            TaskCode.MODEL: (_("Drone model"), self.proposal.drone_model.name, 1, 1),
            TaskCode.ANSWERS: (
                _("Answers to requirements"),
                self._answers_need(),
                len(self.claims),
                len(self.requirements),
            ),
            TaskCode.OFFER: (_("Production and price"), self._offer_need(), offer_done, offer_wanted),
            TaskCode.DOCUMENTS: (
                _("Documents"),
                ngettext(
                    "%(done)s of %(wanted)s required kind is here.",
                    "%(done)s of %(wanted)s required kinds are here.",
                    documents_wanted,
                )
                % {"done": documents_done, "wanted": documents_wanted},
                documents_done,
                documents_wanted,
            ),
            TaskCode.DECLARATIONS: (
                _("Declarations"),
                self._declarations_need(),
                self._declarations_done,
                self._declarations_wanted,
            ),
        }

    def _task(self, code: TaskCode, title: str, need: str, done: int, wanted: int) -> Task:
        return Task(code=code, title=title, need=need, done=done, wanted=wanted, url_name=URL_NAMES[code])

    def _answers_need(self) -> str:
        answered = _("%(done)s of %(wanted)s answered.") % {"done": len(self.claims), "wanted": len(self.requirements)}
        failing = len(self.warnings)
        if not failing:
            return answered
        fails = ngettext("%(count)s must-have does not pass.", "%(count)s must-haves do not pass.", failing)
        return f"{answered} {fails % {'count': failing}}"

    def _declarations_need(self) -> str:
        if not self._declarations_done:
            return _("A signatory signs these.")
        facts = {"done": self._declarations_done, "wanted": self._declarations_wanted}
        return _("%(done)s of %(wanted)s are signed.") % facts

    def _offer_need(self) -> str:
        left = self._missing_offer()
        return (
            _("Missing: %(first)s.") % {"first": left[0].sentence}
            if left
            else _("Prices, time and capacity are stated.")
        )


def missing(proposal: Proposal) -> list[Missing]:
    return Overview(proposal).missing


def warnings(proposal: Proposal) -> list[Failing]:
    return Overview(proposal).warnings


def tasks(proposal: Proposal) -> list[Task]:
    return Overview(proposal).tasks


def is_complete(proposal: Proposal) -> bool:
    return Overview(proposal).is_complete

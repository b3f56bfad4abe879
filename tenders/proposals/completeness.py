"""How far a draft is, and what will fail: for the task list, the check page and staging alike.

A failing must-have is a warning and never something missing: it does not block.
"""

from dataclasses import dataclass
from functools import cached_property

from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coalition_portal.formatting import in_language
from tenders.notices.claims import Verdict, claim_text, verdict, wanted_text
from tenders.notices.models import Requirement
from tenders.proposals.draft_content import DraftContent
from tenders.proposals.missing import (
    URL_NAMES,
    Missing,
    TaskCode,
    briefly,
    missing_documents,
    missing_in,
    missing_offer,
)
from tenders.proposals.offer_checks import Caution, cautions_about, wanted_of


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


class Overview(DraftContent):
    """Everything about one draft's completeness, computed once from its relations."""

    @cached_property
    def missing(self) -> list[Missing]:
        return missing_in(self)

    @property
    def missing_briefly(self) -> list[Missing]:
        return briefly(self.missing, self)

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

    def _fails(self, row: Requirement) -> str:
        return _("%(code)s, %(title)s: you claim %(claim)s; %(wanted)s is required.") % {
            "code": row.code,
            "title": in_language(row, "title"),
            "claim": claim_text(row, self.claims[row.code]),
            "wanted": wanted_text(row),
        }

    # Tasks

    def _task_facts(self) -> dict[TaskCode, tuple[str, str, int, int]]:
        """Title, need, done and wanted of each task."""
        offer_wanted = wanted_of(self.proposal)
        offer_done = offer_wanted - len(missing_offer(self))
        documents_wanted = sum(wanted.required for wanted in self.wanted_documents)
        documents_done = documents_wanted - len(missing_documents(self))
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
                self.declarations_done,
                self.declarations_wanted,
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
        if not self.declarations_done:
            return _("A signatory signs these.")
        facts = {"done": self.declarations_done, "wanted": self.declarations_wanted}
        return _("%(done)s of %(wanted)s are signed.") % facts

    def _offer_need(self) -> str:
        left = missing_offer(self)
        return (
            _("Missing: %(first)s.") % {"first": left[0].sentence}
            if left
            else _("Prices, time and capacity are stated.")
        )

"""What stops staging: each thing that a draft still lacks, in the words of the field in which it is put right."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coalition_portal.formatting import in_language
from tenders.proposals.draft_content import DraftContent
from tenders.proposals.models import ScanState
from tenders.proposals.offer_checks import lacks_of

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


def missing_in(content: DraftContent) -> list[Missing]:
    return [
        *_standing(content),
        *_answers(content),
        *missing_offer(content),
        *missing_documents(content),
        *_harmful(content),
        *_declarations(content),
    ]


def briefly(missing: list[Missing], content: DraftContent) -> list[Missing]:
    """The same with all answers that are named in one line: eighteen links help nobody."""
    answers = [item for item in missing if item.task == TaskCode.ANSWERS and item.anchor != UNSEEN]
    if len(answers) < 2:
        return missing
    left = [row.code for row in content.visible_requirements if row.code not in content.claims]
    sentence = _("%(count)s answers: %(codes)s") % {
        "count": len(left),
        "codes": ", ".join(left).replace("-", "\N{NON-BREAKING HYPHEN}"),
    }
    brief = _at(TaskCode.ANSWERS, sentence, answers[0].anchor)
    first = missing.index(answers[0])
    others = [item for item in missing if item not in answers]
    return [*others[:first], brief, *others[first:]]


def _standing(content: DraftContent) -> list[Missing]:
    listed = {state["code"] for state in content.tender.eligible_states if state.get("confidence") == SURE}
    if str(content.proposal.company.country) in listed:
        return []
    sentence = _(
        "An officer has to decide whether companies from %(country)s may take part. "
        "You can fill in the draft meanwhile. Write to %(mailbox)s."
    ) % {"country": content.proposal.company.country.name, "mailbox": content.tender.contact_mailbox}
    return [Missing(TaskCode.MODEL, sentence, URL_NAMES[TaskCode.MODEL], "")]


def _answers(content: DraftContent) -> list[Missing]:
    left = [row for row in content.requirements if row.code not in content.claims]
    named = [
        _at(
            TaskCode.ANSWERS,
            _("Answer to %(code)s, %(title)s") % {"code": row.code, "title": in_language(row, "title")},
            slugify(row.code),
        )
        for row in left
        if row in content.visible_requirements
    ]
    return named + _unseen(len(left) - len(named))


def _unseen(count: int) -> list[Missing]:
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


def missing_offer(content: DraftContent) -> list[Missing]:
    return [_at(TaskCode.OFFER, lack.sentence, lack.anchor) for lack in lacks_of(content.proposal)]


def missing_documents(content: DraftContent) -> list[Missing]:
    here = {document.kind_code for document in content.documents if document.scan != ScanState.INFECTED}
    return [
        _at(TaskCode.DOCUMENTS, in_language(wanted, "title"), f"kind-{wanted.code}")
        for wanted in content.wanted_documents
        if wanted.required and wanted.code not in here
    ]


def _harmful(content: DraftContent) -> list[Missing]:
    """What the scanner found after the file was taken: no version is frozen with a file that nobody can fetch."""
    return [
        Missing(
            TaskCode.DOCUMENTS,
            _("The scanner found “%(name)s” harmful: remove it") % {"name": document.name},
            URL_NAMES[TaskCode.DOCUMENTS],
            f"kind-{document.kind_code}",
            in_a_mail=_("The scanner found a file harmful: remove it"),
        )
        for document in content.documents
        if document.scan == ScanState.INFECTED
    ]


def _declarations(content: DraftContent) -> list[Missing]:
    left = content.declarations_wanted - content.declarations_done
    if not left:
        return []
    sentence = _("Declarations: %(count)s to sign") % {"count": left}
    return [_at(TaskCode.DECLARATIONS, sentence, "declarations")]


def _at(task: TaskCode, sentence: str, anchor: str) -> Missing:
    return Missing(task=task, sentence=sentence, url_name=URL_NAMES[task], anchor=anchor)

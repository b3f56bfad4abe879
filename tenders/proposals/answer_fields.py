"""The fields of the answers page: claims by requirement code, and where a document is asked for, it and its page.

Each field holds a text. Forms, autosave and the table as a workbook read, judge and keep them by the same words.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tenders.notices.models import Requirement
from tenders.proposals.answering import plain, read_number
from tenders.proposals.draft_texts import (
    EVIDENCE,
    NO_CLAIM,
    PAGE,
    answer_as_kept,
    answer_columns,
    answer_text,
    asks_for_document,
    evidence_texts,
    sentence_about_answer,
    sentence_about_evidence,
    sentence_about_page,
)
from tenders.proposals.models import Answer, Document


@dataclass(frozen=True)
class AnswerFields:
    """`requirements` by code are those that the person sees, `documents` by public id those that the draft holds."""

    requirements: Mapping[str, Requirement]
    documents: Mapping[str, Document]

    def code_of(self, field: str) -> str:
        """The requirement that a field belongs to; empty for a field that this page does not have."""
        if field in self.requirements:
            return field
        for prefix in (EVIDENCE, PAGE):
            code = field.removeprefix(prefix)
            if code != field and code in self.requirements and asks_for_document(self.requirements[code]):
                return code
        return ""

    def sentence(self, field: str, text: str) -> str:
        """Why `text` cannot be kept in the field; empty where it can."""
        code = self.code_of(field)
        if code == field or not code:
            return sentence_about_answer(self.requirements.get(code), text)
        if field.startswith(EVIDENCE):
            return sentence_about_evidence(self.documents, text)
        return sentence_about_page(text)

    def as_kept(self, field: str, text: str) -> str:
        """How a text about which there is nothing to say stands in its field once it is saved."""
        if field in self.requirements:
            return answer_as_kept(self.requirements[field], text)
        return plain(read_number(text, 0)) if field.startswith(PAGE) and text else text

    def texts(self, answers: Iterable[Answer]) -> dict[str, str]:
        """What every field holds; each answer brings its requirement and its evidence."""
        kept = {answer.requirement.code: answer for answer in answers}
        texts: dict[str, str] = {}
        for code, requirement in self.requirements.items():
            answer = kept.get(code)
            texts[code] = answer_text(requirement, answer) if answer else ""
            if asks_for_document(requirement):
                texts[EVIDENCE + code], texts[PAGE + code] = evidence_texts(answer)
        return texts

    def put(self, answer: Answer, field: str, text: str) -> None:
        """The text into its columns of the answer, which is not saved here."""
        if field in self.requirements:
            columns = answer_columns(self.requirements[field], text) if text else NO_CLAIM
            for column, value in columns.items():
                setattr(answer, column, value)
        elif field.startswith(EVIDENCE):
            answer.evidence = self.documents[text] if text else None
        else:
            answer.evidence_page = int(text) if text else None


def is_empty(answer: Answer) -> bool:
    columns = [getattr(answer, column) for column in NO_CLAIM]
    return all(value in (None, "") for value in columns) and not answer.evidence_id and answer.evidence_page is None

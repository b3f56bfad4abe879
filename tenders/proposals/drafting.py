"""Fill a proposal in. A draft changes only while its tender is open, and stays readable for ever.

Every change of content makes a new revision. A person who saves a page that they loaded at an older revision loses
nothing and overwrites nothing unseen: see answering.merge.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from coalition_portal.identity.models import User
from tenders.notices.models import Requirement
from tenders.notices.queries import requirements_visible_to
from tenders.proposals.answer_fields import AnswerFields, is_empty
from tenders.proposals.answering import merge
from tenders.proposals.draft_texts import EVIDENCE
from tenders.proposals.models import Answer, Document, Proposal
from tenders.proposals.revisions import locked_draft, save_revised
from tenders.proposals.saving import Kept, Raw, Unanswerable, as_text, merged


def save_answers(
    *,
    proposal: Proposal,
    answers: Mapping[str, Raw],
    revision: int | None,
    by: User,
    now: datetime,
    seen: Mapping[str, str] | None = None,
    made_on: int | None = None,
) -> Proposal:
    """Save claims by requirement code; an empty one takes the answer back, codes left out stay as they are.

    `evidence-<code>` names a document of the draft by its public id and `page-<code>` its page, where one is asked for.
    `revision` is the one the person loaded, None for who changes whatever is there, and `seen` the texts that their
    page showed; with `made_on` nothing is merged, and any other revision is refused. Raises Unanswerable, StaleDraft,
    Overtaken or Denied.
    """
    known = answer_fields(by, proposal, answers)
    typed = {field: as_text(raw) for field, raw in answers.items()}
    if mistakes := _mistakes(known, typed):
        raise Unanswerable(mistakes)
    typed = {field: known.as_kept(field, text) for field, text in typed.items()}
    with transaction.atomic(durable=True):
        draft = locked_draft(proposal, by, now, made_on=made_on)
        kept = _kept_answers(draft)
        saved = known.texts(kept.values())
        texts = merged(draft, revision, seen, typed, {field: saved[field] for field in typed})
        changed = {field: text for field, text in texts.items() if text != saved[field]}
        if changed:
            _write_answers(draft, known, kept, changed)
            save_revised(draft, by, now)
    return draft


def keep_answer_fields(
    *, proposal: Proposal, typed: Mapping[str, str], seen: Mapping[str, str], by: User, now: datetime
) -> Kept:
    """Save each field by itself: one that cannot be kept, or that somebody changed meanwhile, costs no other.

    `seen` holds what the person's page showed in each field of `typed`. Raises Denied.
    """
    known = answer_fields(by, proposal, typed)
    texts = {field: as_text(text) for field, text in typed.items()}
    mistakes = _mistakes(known, texts)
    texts = {field: known.as_kept(field, text) for field, text in texts.items() if field not in mistakes}
    with transaction.atomic(durable=True):
        draft = locked_draft(proposal, by, now)
        before, kept = draft.revision, _kept_answers(draft)
        saved = known.texts(kept.values())
        both = merge(seen=seen, typed=texts, saved=saved)
        values = {field: text for field, text in both.values.items() if field not in both.clashes}
        changed = {field: text for field, text in values.items() if text != saved[field]}
        if changed:
            _write_answers(draft, known, kept, changed)
            save_revised(draft, by, now)
    return Kept(draft=draft, before=before, values=saved | changed, mistakes=mistakes, clashes=both.clashes)


def answer_fields(user: User, proposal: Proposal, fields: Iterable[str]) -> AnswerFields:
    """The fields that the person sees; documents are looked up only where one of `fields` names one."""
    documents = Document.objects.filter(proposal=proposal, removed_at=None).order_by("kind_code", "pk")
    if not any(field.startswith(EVIDENCE) for field in fields):
        documents = documents.none()
    return AnswerFields(
        requirements={row.code: row for row in requirements_visible_to(user, proposal.tender)},
        documents={row.public_id: row for row in documents},
    )


def answers_pointing_to(document: Document) -> list[Requirement]:
    """The requirements whose answers name the document as evidence, in their order."""
    rows = Answer.objects.filter(evidence=document).select_related("requirement").order_by("requirement__order")
    return [row.requirement for row in rows]


def kept_answers(proposal: Proposal) -> QuerySet[Answer]:
    rows = Answer.objects.filter(proposal=proposal).select_related("requirement", "evidence")
    return rows.order_by("requirement__order", "pk")


def _mistakes(known: AnswerFields, typed: Mapping[str, str]) -> dict[str, str]:
    sentences = {field: known.sentence(field, text) for field, text in typed.items()}
    return {field: sentence for field, sentence in sentences.items() if sentence}


def _kept_answers(draft: Proposal) -> dict[str, Answer]:
    return {answer.requirement.code: answer for answer in kept_answers(draft)}


def _write_answers(
    draft: Proposal, known: AnswerFields, kept: Mapping[str, Answer], changed: Mapping[str, str]
) -> None:
    touched: dict[str, Answer] = {}
    for field, text in changed.items():
        code = known.code_of(field)
        if code not in touched:
            touched[code] = kept.get(code) or Answer(proposal=draft, requirement=known.requirements[code])
        known.put(touched[code], field, text)
    for answer in touched.values():
        if is_empty(answer):
            answer.delete()
        else:
            answer.save()

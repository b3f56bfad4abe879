"""Fill an empty draft from an earlier proposal of the company, and empty it again.

Answers go by requirement code where type and unit are the same, the offer field by field, documents by reference to
the content that is stored already. Each is held to what this tender asks, by the words of its own pages. Declarations
are never copied, and prices never into another currency. What was taken and what was not stands in `copied`:
{"source", "revision", "answers", "offer", "documents", "left": [{"what", "why"}]}, in the language of who copied.
"""

from dataclasses import asdict, dataclass, field
from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext as _

from coalition_portal.formatting import day, in_language
from coalition_portal.identity.models import User
from coalition_portal.permission import Refused
from coalition_portal.public_ids import is_public_id
from manufacturers.models import DroneModel
from tenders.notices.models import Requirement, Tender
from tenders.notices.queries import requirements_visible_to
from tenders.proposals import documents
from tenders.proposals.document_limits import Unacceptable
from tenders.proposals.documents import Looked, kept_documents
from tenders.proposals.draft_content import with_content
from tenders.proposals.draft_texts import (
    PRICE,
    STEP,
    answer_columns,
    answer_text,
    asks_for_document,
    offer_columns,
    offer_texts,
    sentence_about_answer,
    sentence_about_offer,
)
from tenders.proposals.models import Answer, Document, Proposal, ScanState
from tenders.proposals.offer_checks import title_of_field
from tenders.proposals.queries import proposals_visible_to
from tenders.proposals.revisions import locked_draft, save_revised
from tenders.proposals.wanted_offer import delivery_term

SOURCES_MAX = 10
OF_THE_MODEL = "model"


class NotCopyable(Refused):
    """Nothing was copied, or nothing was emptied."""


@dataclass
class Report:
    """What `copied` holds; filled while the copy is made."""

    source: str
    revision: int = 0
    answers: list[str] = field(default_factory=list)
    offer: list[str] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)
    left: list[dict[str, str]] = field(default_factory=list)

    def leave(self, what: str, why: str) -> None:
        """Once, where several fields stand under one title."""
        row = {"what": what, "why": why}
        self.left += [row] if row not in self.left else []


# From where


def sources_for(user: User, tender: Tender) -> models.QuerySet[Proposal]:
    """The company's proposals with the same kind of drone in which something is answered, the latest first."""
    mine = proposals_visible_to(user).filter(drone_model__kind=tender.kind)
    answered = models.Exists(Answer.objects.filter(proposal=models.OuterRef("pk")))
    return mine.filter(answered).order_by("-updated_at", "-pk")


def last_of_model(user: User, model: DroneModel, tender: Tender) -> Proposal | None:
    """The proposal in which the company answered last for that model, in another tender."""
    return sources_for(user, tender).filter(drone_model=model).exclude(tender=tender).first()


def source_choices(
    user: User, tender: Tender, *, first: str = "", besides: Proposal | None = None
) -> list[tuple[str, str]]:
    """Value and label for a select; `first` may be OF_THE_MODEL. A source of the model of `besides` comes first."""
    rows = sources_for(user, tender)
    rows = list((rows.exclude(pk=besides.pk) if besides else rows)[:SOURCES_MAX])
    if besides:
        rows.sort(key=lambda row: row.drone_model_id != besides.drone_model_id)
    choices = [(row.public_id, f"{row.tender.number}, {row.drone_model.name}, {day(row.updated_at)}") for row in rows]
    offers_model = rows and first == OF_THE_MODEL
    return [(OF_THE_MODEL, _("What we last answered for this model")), *choices] if offers_model else choices


def chosen(user: User, proposal: Proposal, choice: str) -> Proposal | None:
    """The source that a choice of source_choices stands for, seen from the draft that is to be filled."""
    if choice == OF_THE_MODEL:
        return last_of_model(user, proposal.drone_model, proposal.tender)
    return sources_for(user, proposal.tender).filter(public_id=choice).first() if is_public_id(choice) else None


def is_empty(proposal: Proposal) -> bool:
    """Nothing is answered, offered, uploaded or signed yet."""
    return not (
        any(offer_texts(proposal).values())
        or proposal.declarations_accepted
        or proposal.answers.all()
        or kept_documents(proposal)
    )


# The verbs


def copy_from(*, proposal: Proposal, source: Proposal, by: User, now: datetime) -> Proposal:
    """Fill the empty draft with what fits of `source`, which `by` can see. Raises NotCopyable or Denied."""
    if not sources_for(by, proposal.tender).filter(pk=source.pk).exclude(pk=proposal.pk).exists():
        raise NotCopyable(
            _("This proposal cannot be copied: it is of another kind of drone, or empty. Choose another one.")
        )
    source = with_content(Proposal.objects.all()).get(pk=source.pk)
    report = Report(source=f"{source.tender.number}, {source.drone_model.name}")
    with transaction.atomic(durable=True):
        draft = locked_draft(proposal, by, now)
        if not is_empty(draft):
            raise NotCopyable(
                _("The draft is not empty any more, so nothing is copied over what is there. Go on with it as it is.")
            )
        evidence = _copy_documents(source, draft, report, by, now)
        draft = locked_draft(proposal, by, now)
        _copy_answers(source, draft, report, evidence, by)
        _copy_offer(source, draft, report)
        _keep(draft, report, by, now)
    return draft


def empty_again(*, proposal: Proposal, by: User, now: datetime) -> Proposal:
    """Take back what was copied, as long as nobody changed the draft since. Raises NotCopyable or Denied."""
    with transaction.atomic(durable=True):
        draft = locked_draft(proposal, by, now)
        if not can_be_emptied(draft):
            raise NotCopyable(
                _("The draft was changed since it was filled, so it is not emptied at one stroke. Change it by hand.")
            )
        Answer.objects.filter(proposal=draft).delete()
        Document.objects.filter(proposal=draft, removed_at=None).update(removed_at=now)
        for column, value in offer_columns(dict.fromkeys(offer_texts(draft), "")).items():
            setattr(draft, column, value)
        draft.copied = None
        save_revised(draft, by, now)
    return draft


def can_be_emptied(proposal: Proposal) -> bool:
    """Whether the draft still stands as the copy left it."""
    return bool(proposal.copied) and proposal.copied["revision"] == proposal.revision


def _keep(draft: Proposal, report: Report, by: User, now: datetime) -> None:
    report.revision = draft.revision + 1
    draft.copied = asdict(report)
    save_revised(draft, by, now)


# Answers


def _copy_answers(source: Proposal, draft: Proposal, report: Report, evidence: dict[int, Document], by: User) -> None:
    here = {row.code: row for row in requirements_visible_to(by, draft.tender)}
    for answer in source.answers.select_related("requirement").order_by("requirement__order"):
        there, text = answer.requirement, answer_text(answer.requirement, answer)
        if not text:
            continue
        row = here.get(there.code)
        if why := _why_not_answer(row, there, text):
            report.leave(f"{row.code}, {in_language(row, 'title')}" if row else there.code, why)
            continue
        _copy_answer(answer, Answer(proposal=draft, requirement=row, **answer_columns(row, text)), evidence)
        report.answers.append(row.code)


def _why_not_answer(here: Requirement | None, there: Requirement, text: str) -> str:
    if here is None:
        return _("This tender has no such requirement, or you cannot see it.")
    if (here.answer_type, here.unit) != (there.answer_type, there.unit):
        return _("It is asked here in another way or unit.")
    return sentence_about_answer(here, text)


def _copy_answer(there: Answer, here: Answer, evidence: dict[int, Document]) -> None:
    if asks_for_document(here.requirement) and there.evidence_id in evidence:
        here.evidence, here.evidence_page = evidence[there.evidence_id], there.evidence_page
    here.save(force_insert=True)


# Offer


def _copy_offer(source: Proposal, draft: Proposal, report: Report) -> None:
    empty, texts = offer_texts(draft), {}
    for name, text in offer_texts(source).items():
        if not text:
            continue
        title = title_of_field(source.tender, name)
        if why := _why_not_offer(source.tender, draft.tender, name, text):
            report.leave(title, why)
            continue
        texts[name] = text
        report.offer += [title] if title not in report.offer else []
    for column, value in offer_columns(empty | texts).items():
        setattr(draft, column, value)


def _why_not_offer(there: Tender, here: Tender, name: str, text: str) -> str:
    if name.startswith((PRICE, STEP)) and there.currency != here.currency:
        return _("It was in %(there)s; this tender wants %(here)s.") % {"there": there.currency, "here": here.currency}
    if name == "delivery_place" and delivery_term(there) != delivery_term(here):
        return _("It was for %(there)s; this tender wants %(here)s.") % {
            "there": delivery_term(there),
            "here": delivery_term(here),
        }
    if name.startswith(STEP) and sentence_about_offer(here, name, ""):
        return _("This tender asks for no price of that quantity.")
    return sentence_about_offer(here, name, text)


# Documents


def _copy_documents(source: Proposal, draft: Proposal, report: Report, by: User, now: datetime) -> dict[int, Document]:
    """The new document for each one of `source` that has a place here, by the old one's key."""
    copies: dict[int, Document] = {}
    for document in kept_documents(source):
        try:
            copies[document.pk] = _copied_document(document, draft, by, now)
        except Unacceptable as refused:
            report.leave(document.name, refused.sentence)
        else:
            report.documents.append(document.name)
    return copies


def _copied_document(document: Document, draft: Proposal, by: User, now: datetime) -> Document:
    """Another row for the same content; the limits are this tender's."""
    if document.scan == ScanState.INFECTED:
        raise Unacceptable(_("A scan found it harmful."))
    wanted = documents.wanted_of(draft, document.kind_code)
    documents.check_announced(wanted, document.name, document.size_bytes)
    looked = Looked(
        name=document.name,
        media_type=document.media_type,
        content=document.content,
        sha256=document.sha256,
        stripped=document.stripped,
        scan=ScanState(document.scan),
    )
    copy = documents.record(looked, proposal=draft, wanted=wanted, by=by, now=now)
    copy.scanned_at = document.scanned_at
    copy.save(update_fields=["scanned_at"])
    return copy

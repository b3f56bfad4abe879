"""Fill a proposal in. A draft changes only while its tender is open, and stays readable for ever.

Every change of content makes a new revision. A person who saves a page that they loaded at an older revision loses
nothing and overwrites nothing unseen: see answering.merge.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from coalition_portal.identity.models import User
from coalition_portal.permission import Refused
from manufacturers.permissions import check_can_sign
from tenders.notices.models import Requirement
from tenders.notices.queries import requirements_visible_to
from tenders.proposals.answer_fields import AnswerFields, is_empty
from tenders.proposals.answering import merge, plain
from tenders.proposals.draft_texts import (
    DECLARED,
    EVIDENCE,
    MONTH,
    OFFER_FIELDS,
    PARTNER,
    PRICE,
    STEP,
    declaration_texts,
    declared_codes,
    offer_columns,
    offer_field_as_kept,
    offer_texts,
    sentence_about_offer,
)
from tenders.proposals.models import Answer, Document, Proposal
from tenders.proposals.revisions import locked_draft, save_revised

Raw = str | bool | Decimal | int | None


class Unanswerable(Refused):
    """Values that cannot be kept as they are; `mistakes` maps each field to a sentence. Nothing was saved."""

    def __init__(self, mistakes: Mapping[str, str]) -> None:
        super().__init__(" ".join(mistakes.values()), field=next(iter(mistakes)))
        self.mistakes = dict(mistakes)


class StaleDraft(Refused):
    """Somebody saved other values since the page was loaded. Nothing was saved.

    `values` is what the person's page should hold now, `clashes` what is saved in the fields that both changed, and
    `revision` the one to save under once the person has seen both.
    """

    def __init__(self, *, values: Mapping[str, str], clashes: Mapping[str, str], revision: int) -> None:
        super().__init__(
            _("Somebody saved other values while you were typing. Both are shown below. Correct yours and save again.")
        )
        self.values = dict(values)
        self.clashes = dict(clashes)
        self.revision = revision


# Answers


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
        texts = _merged(draft, revision, seen, typed, {field: saved[field] for field in typed})
        changed = {field: text for field, text in texts.items() if text != saved[field]}
        if changed:
            _write_answers(draft, known, kept, changed)
            save_revised(draft, by, now)
    return draft


@dataclass(frozen=True)
class Kept:
    """What became of fields that save themselves. `values` is what every field of the page holds now.

    `mistakes` has a sentence for each text that cannot be kept and `clashes` what somebody else saved in a field since
    the person saw it; these stay as they were. `before` is the revision that the draft had.
    """

    draft: Proposal
    before: int
    values: Mapping[str, str]
    mistakes: Mapping[str, str]
    clashes: Mapping[str, str]


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
        merged = merge(seen=seen, typed=texts, saved=saved)
        values = {field: text for field, text in merged.values.items() if field not in merged.clashes}
        changed = {field: text for field, text in values.items() if text != saved[field]}
        if changed:
            _write_answers(draft, known, kept, changed)
            save_revised(draft, by, now)
    return Kept(draft=draft, before=before, values=saved | changed, mistakes=mistakes, clashes=merged.clashes)


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


# Offer


@dataclass(frozen=True)
class Offer:
    """What a company offers besides its answers.

    `prices` maps the tender's price lines to amounts in its currency, `step_prices` the quantities that no line prices,
    `capacity_by_month` months such as 2027-03 to drones, and each of `partners` has name, country and part.
    """

    prices: Mapping[str, Raw]
    step_prices: Mapping[int, Raw] | None = None
    delivery_place: str = ""
    vat_basis: str = ""
    validity_days: Raw = None
    lead_time_days: Raw = None
    monthly_capacity: Raw = None
    capacity_by_month: Mapping[str, Raw] | None = None
    production_region: str = ""
    partners: Sequence[Mapping[str, str]] = ()
    trial_support: str = ""
    prevailing_language: str = ""

    def texts(self) -> dict[str, str]:
        """As they would stand in the form, by field."""
        values = {
            **{f"{PRICE}{code}": amount for code, amount in self.prices.items()},
            **{f"{STEP}{quantity}": amount for quantity, amount in (self.step_prices or {}).items()},
            **{f"{MONTH}{month}": drones for month, drones in (self.capacity_by_month or {}).items()},
            **{name: getattr(self, name) for name in OFFER_FIELDS},
        }
        for row, partner in enumerate(self.partners, start=1):
            values |= {f"{PARTNER}{row}-{name}": value for name, value in partner.items()}
        return {name: as_text(value) for name, value in values.items()}


def save_offer(
    *,
    proposal: Proposal,
    offer: Offer,
    revision: int,
    by: User,
    now: datetime,
    seen: Mapping[str, str] | None = None,
) -> Proposal:
    """Save the whole offer; an empty field is kept as empty. Raises as save_offer_fields does."""
    texts = dict.fromkeys(offer_texts(proposal), "") | offer.texts()
    return save_offer_fields(proposal=proposal, texts=texts, revision=revision, by=by, now=now, seen=seen)


def save_offer_fields(
    *,
    proposal: Proposal,
    texts: Mapping[str, str],
    revision: int | None,
    by: User,
    now: datetime,
    seen: Mapping[str, str] | None = None,
    made_on: int | None = None,
) -> Proposal:
    """Save these fields of the offer, named as offer_texts names them; fields left out stay as they are.

    Among them may be declarations, which a signatory ticks on the same page: see declaration_texts.
    An empty text takes the value back; `revision` and `made_on` are as in save_answers. Raises Unanswerable (then
    nothing was saved), StaleDraft, Overtaken or Denied.
    """
    typed = {name: as_text(text) for name, text in texts.items()}
    if mistakes := _offer_mistakes(proposal, typed):
        raise Unanswerable(mistakes)
    typed = {name: offer_field_as_kept(name, text) for name, text in typed.items()}
    with transaction.atomic(durable=True):
        draft = locked_draft(proposal, by, now, made_on=made_on)
        saved = _texts_to_change(draft, typed, by)
        merged = _merged(draft, revision, seen, typed, {name: saved.get(name, "") for name in typed})
        _write_offer(draft, saved, saved | merged, by, now)
    return draft


def keep_offer_fields(
    *, proposal: Proposal, typed: Mapping[str, str], seen: Mapping[str, str], by: User, now: datetime
) -> Kept:
    """As keep_answer_fields, for the fields of save_offer_fields. Raises Denied."""
    texts = {name: as_text(text) for name, text in typed.items()}
    mistakes = _offer_mistakes(proposal, texts)
    texts = {name: offer_field_as_kept(name, text) for name, text in texts.items() if name not in mistakes}
    with transaction.atomic(durable=True):
        draft = locked_draft(proposal, by, now)
        before, saved = draft.revision, _texts_to_change(draft, texts, by)
        merged = merge(seen=seen, typed=texts, saved=saved)
        values = saved | {name: text for name, text in merged.values.items() if name not in merged.clashes}
        _write_offer(draft, saved, values, by, now)
    return Kept(draft=draft, before=before, values=values, mistakes=mistakes, clashes=merged.clashes)


def _texts_to_change(draft: Proposal, typed: Iterable[str], by: User) -> dict[str, str]:
    """What is saved in the fields of the page. Nobody but a signatory changes a declaration."""
    if any(field.startswith(DECLARED) for field in typed):
        check_can_sign(by, draft.company)
    return offer_texts(draft) | declaration_texts(draft)


def _offer_mistakes(proposal: Proposal, typed: Mapping[str, str]) -> dict[str, str]:
    sentences = {name: sentence_about_offer(proposal.tender, name, text) for name, text in typed.items()}
    return {name: sentence for name, sentence in sentences.items() if sentence}


def _write_offer(draft: Proposal, saved: Mapping[str, str], texts: Mapping[str, str], by: User, now: datetime) -> None:
    """A new revision where other values are kept than before, whatever the texts are."""
    before, columns = _columns(saved), _columns(texts)
    if columns == before:
        return
    for column, value in columns.items():
        if value != before[column]:
            setattr(draft, column, value)
    save_revised(draft, by, now)


def _columns(texts: Mapping[str, str]) -> dict[str, object]:
    return offer_columns(texts) | {"declarations_accepted": declared_codes(texts)}


def accept_declarations(
    *, proposal: Proposal, codes: Iterable[str], by: User, now: datetime, made_on: int | None = None
) -> Proposal:
    """The declarations that stand signed from now on, by a signatory; those left out are taken back.

    Raises Overtaken where `made_on` is not the draft's revision.
    """
    wanted = list(codes)
    known = [declaration["code"] for declaration in proposal.tender.declarations]
    if foreign := sorted(set(wanted) - set(known)):
        raise Refused(_("This tender has no declaration “%(code)s”. Reload the page.") % {"code": foreign[0]})
    with transaction.atomic(durable=True):
        draft = locked_draft(proposal, by, now, made_on=made_on)
        check_can_sign(by, draft.company)
        accepted = [code for code in known if code in wanted]
        if accepted != draft.declarations_accepted:
            draft.declarations_accepted = accepted
            save_revised(draft, by, now)
    return draft


# What they share


def as_text(raw: Raw) -> str:
    """A value as it would stand in a form."""
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    return plain(raw) if isinstance(raw, Decimal) else str(raw).strip().replace("\r\n", "\n")


def _merged(
    draft: Proposal, revision: int | None, seen: Mapping[str, str] | None, typed: dict[str, str], saved: dict[str, str]
) -> dict[str, str]:
    if revision in (None, draft.revision):
        return typed
    merged = merge(seen=seen, typed=typed, saved=saved)
    if merged.clashes:
        raise StaleDraft(values=merged.values, clashes=merged.clashes, revision=draft.revision)
    return merged.values

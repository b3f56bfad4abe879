"""Begin a proposal and fill it in. A draft changes only while its tender is open, and stays readable for ever.

Every change of content makes a new revision. A person who saves a page that they loaded at an older revision loses
nothing and overwrites nothing unseen: see answering.merge.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from coalition_portal.identity.models import User
from coalition_portal.permission import Denied, Refused
from manufacturers.catalogue import add_drone_model
from manufacturers.models import Company, DroneModel
from manufacturers.permissions import check_can_edit, check_can_sign
from manufacturers.queries import company_of, drone_models_of
from tenders.notices import timetable
from tenders.notices.models import Requirement, Tender
from tenders.notices.queries import deadline_in_force, requirements_visible_to
from tenders.notices.states import TenderState
from tenders.proposals.answering import merge, plain
from tenders.proposals.draft_texts import (
    MONTH,
    OFFER_FIELDS,
    PARTNER,
    PRICE,
    STEP,
    answer_as_kept,
    answer_columns,
    answer_text,
    offer_columns,
    offer_field_as_kept,
    offer_texts,
    sentence_about_answer,
    sentence_about_offer,
)
from tenders.proposals.models import Answer, Proposal
from tenders.proposals.permissions import check_can_edit_draft

Raw = str | bool | Decimal | int | None


class NotStartable(Refused):
    """The proposal cannot be begun; `field` is `model_name` where the name is at fault."""


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


# Beginning


def start_proposal(*, tender: Tender, model_name: str, by: User, now: datetime) -> Proposal:
    """The company's draft for one drone model in one tender; the one that is there already where there is one.

    A model of that name in the catalogue is used again, else it is added. A company of a state that is not on the
    tender's list may draft: completeness tells it that an officer has to decide.
    """
    company = company_of(by)
    if company is None:
        raise Denied(_("Only a company proposes a drone. Register your company first."))
    check_can_edit(by, company)
    _check_takes_drafts(tender, now)
    model = _model_named(company, tender, model_name.strip(), by, now)
    with transaction.atomic(durable=True):
        proposal, _is_new = Proposal.objects.get_or_create(
            tender=tender,
            company=company,
            drone_model=model,
            defaults={"created_by": by, "created_at": now, "updated_by": by, "updated_at": now},
        )
    return proposal


def _check_takes_drafts(tender: Tender, now: datetime) -> None:
    if tender.state != TenderState.PUBLISHED or not timetable.is_open_at(deadline_in_force(tender).closes_at, now):
        raise NotStartable(
            _("This tender is not open, so no proposal can be begun. The home page lists the open ones.")
        )


def _model_named(company: Company, tender: Tender, name: str, by: User, now: datetime) -> DroneModel:
    if not name:
        raise NotStartable(
            _("The drone model has no name. Type the name and version under which you offer it."), field="model_name"
        )
    wanted = " ".join(name.split()).casefold()
    model = next((known for known in drone_models_of(company) if known.name.casefold() == wanted), None)
    if model is None:
        return add_drone_model(company=company, name=name, kind=tender.kind, by=by, now=now)
    if model.kind != tender.kind:
        raise NotStartable(
            _("“%(name)s” is in your catalogue as “%(got)s”. This tender wants “%(wanted)s”. Type another model name.")
            % {"name": model.name, "got": model.get_kind_display(), "wanted": tender.get_kind_display()},
            field="model_name",
        )
    return model


# Answers


def save_answers(
    *,
    proposal: Proposal,
    answers: Mapping[str, Raw],
    revision: int,
    by: User,
    now: datetime,
    seen: Mapping[str, str] | None = None,
) -> Proposal:
    """Save claims by requirement code; an empty one takes the answer back, codes left out stay as they are.

    `revision` is the one the person loaded and `seen` the texts that their page showed. Raises Unanswerable, StaleDraft
    or Denied.
    """
    requirements = {row.code: row for row in requirements_visible_to(by, proposal.tender)}
    typed = {code: as_text(raw) for code, raw in answers.items()}
    _refuse_unreadable_answers(requirements, typed)
    typed = {code: answer_as_kept(requirements[code], text) for code, text in typed.items()}
    with transaction.atomic(durable=True):
        draft = _locked_draft(proposal, by, now)
        kept = {row.requirement_id: row for row in draft.answers.select_related("requirement")}
        saved = {code: _saved_text(kept, requirements[code]) for code in typed}
        texts = _merged(draft, revision, seen, typed, saved)
        changed = {code: text for code, text in texts.items() if text != saved[code]}
        if changed:
            _write_answers(draft, kept, {requirements[code]: text for code, text in changed.items()})
            _bump(draft, by, now)
    return draft


def _refuse_unreadable_answers(requirements: Mapping[str, Requirement], typed: Mapping[str, str]) -> None:
    mistakes = {code: sentence_about_answer(requirements.get(code), text) for code, text in typed.items()}
    if found := {code: sentence for code, sentence in mistakes.items() if sentence}:
        raise Unanswerable(found)


def _saved_text(kept: Mapping[int, Answer], requirement: Requirement) -> str:
    answer = kept.get(requirement.pk)
    return "" if answer is None else answer_text(requirement, answer)


def _write_answers(draft: Proposal, kept: Mapping[int, Answer], texts: Mapping[Requirement, str]) -> None:
    for requirement, text in texts.items():
        if not text:
            kept[requirement.pk].delete()
            continue
        answer = kept.get(requirement.pk) or Answer(proposal=draft, requirement=requirement)
        for column, value in answer_columns(requirement, text).items():
            setattr(answer, column, value)
        answer.save()


# Offer


@dataclass(frozen=True)
class Offer:
    """What a company offers besides its answers.

    `prices` maps the tender's price lines to amounts in its currency, `step_prices` the quantities that no line prices,
    `capacity_by_month` months such as 2027-03 to drones, and each of `partners` has name, country and part.
    """

    prices: Mapping[str, Raw]
    lead_time_days: Raw = None
    monthly_capacity: Raw = None
    production_region: str = ""
    partners: Sequence[Mapping[str, str]] = ()
    trial_support: str = ""

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
    revision: int,
    by: User,
    now: datetime,
    seen: Mapping[str, str] | None = None,
) -> Proposal:
    """Save these fields of the offer, named as offer_texts names them; fields left out stay as they are.

    An empty text takes the value back. Raises Unanswerable (then nothing was saved), StaleDraft or Denied.
    """
    typed = {name: as_text(text) for name, text in texts.items()}
    mistakes = {name: sentence_about_offer(proposal.tender, name, text) for name, text in typed.items()}
    if found := {name: sentence for name, sentence in mistakes.items() if sentence}:
        raise Unanswerable(found)
    typed = {name: offer_field_as_kept(name, text) for name, text in typed.items()}
    with transaction.atomic(durable=True):
        draft = _locked_draft(proposal, by, now)
        saved = offer_texts(draft)
        merged = _merged(draft, revision, seen, typed, {name: saved.get(name, "") for name in typed})
        columns = offer_columns(saved | merged)
        if columns != offer_columns(saved):
            for column, value in columns.items():
                setattr(draft, column, value)
            _bump(draft, by, now)
    return draft


def accept_declarations(*, proposal: Proposal, codes: Iterable[str], by: User, now: datetime) -> Proposal:
    """The declarations that stand signed from now on, by a signatory; those left out are taken back."""
    wanted = list(codes)
    known = [declaration["code"] for declaration in proposal.tender.declarations]
    if foreign := sorted(set(wanted) - set(known)):
        raise Refused(_("This tender has no declaration “%(code)s”. Reload the page.") % {"code": foreign[0]})
    with transaction.atomic(durable=True):
        draft = _locked_draft(proposal, by, now)
        check_can_sign(by, draft.company)
        accepted = [code for code in known if code in wanted]
        if accepted != draft.declarations_accepted:
            draft.declarations_accepted = accepted
            _bump(draft, by, now)
    return draft


# What they share


def as_text(raw: Raw) -> str:
    """A value as it would stand in a form."""
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    return plain(raw) if isinstance(raw, Decimal) else str(raw).strip().replace("\r\n", "\n")


def _locked_draft(proposal: Proposal, by: User, now: datetime) -> Proposal:
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("tender", "company", "drone_model")
    step_prices: Mapping[int, Raw] | None = None
    delivery_place: str = ""
    vat_basis: str = ""
    validity_days: Raw = None
    draft = rows.get(pk=proposal.pk)
    check_can_edit_draft(by, draft, now)
    capacity_by_month: Mapping[str, Raw] | None = None
    return draft


    prevailing_language: str = ""
def _merged(
    draft: Proposal, revision: int, seen: Mapping[str, str] | None, typed: dict[str, str], saved: dict[str, str]
) -> dict[str, str]:
    if revision == draft.revision:
        return typed
    merged = merge(seen=seen, typed=typed, saved=saved)
    if merged.clashes:
        raise StaleDraft(values=merged.values, clashes=merged.clashes, revision=draft.revision)
    return merged.values


def _bump(draft: Proposal, by: User, now: datetime) -> None:
    draft.revision += 1
    draft.updated_by, draft.updated_at = by, now
    draft.save()

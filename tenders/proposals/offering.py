"""Fill the offer of a proposal in, and sign its declarations. Saving is as in drafting."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from coalition_portal.identity.models import User
from coalition_portal.permission import Refused
from manufacturers.permissions import check_can_sign
from tenders.proposals.answering import merge
from tenders.proposals.draft_texts import (
    DECLARED,
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
from tenders.proposals.models import Proposal
from tenders.proposals.revisions import locked_draft, save_revised
from tenders.proposals.saving import Kept, Raw, Unanswerable, as_text, merged


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
        texts = merged(draft, revision, seen, typed, {name: saved.get(name, "") for name in typed})
        _write_offer(draft, saved, saved | texts, by, now)
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
        both = merge(seen=seen, typed=texts, saved=saved)
        values = saved | {name: text for name, text in both.values.items() if name not in both.clashes}
        _write_offer(draft, saved, values, by, now)
    return Kept(draft=draft, before=before, values=values, mistakes=mistakes, clashes=both.clashes)


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

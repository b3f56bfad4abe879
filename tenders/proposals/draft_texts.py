"""A draft's values as the texts that stand in its forms, and back again.

A text that cannot be kept gets a sentence: what was got, what is wanted, what to do now.
"""

import re
from collections.abc import Container, Mapping
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_countries import countries

from coalition_portal.formatting import figure
from tenders.notices.claims import Claim, unit_words, wanted_text
from tenders.notices.models import AnswerType, Requirement, Tender
from tenders.proposals.answering import Unread, Unreadable, plain, read_number
from tenders.proposals.models import Answer, Proposal, VatBasis
from tenders.proposals.wanted_offer import capacity_months, price_lines, proposal_languages, steps_to_price

COUNTS_MAX = {"lead_time_days": 730, "monthly_capacity": 1_000_000, "validity_days": 730}
LENGTHS_MAX = {"delivery_place": 120, "production_region": 120, "trial_support": 2000}
CHOICE_FIELDS = ("vat_basis", "prevailing_language")
OFFER_FIELDS = (*COUNTS_MAX, *LENGTHS_MAX, *CHOICE_FIELDS)
ANSWER_LENGTH_MAX = 4000
PRICE_MAX = Decimal(10_000_000)
PRICE, STEP, MONTH, PARTNER = "price-", "step-", "capacity-", "partner-"
DECLARED = "declarations-"
PARTNERS_MAX = 20
PARTNER_LENGTHS_MAX = {"name": 160, "country": 2, "part": 500}
PARTNER_FIELD = re.compile(r"partner-([1-9][0-9]?)-(name|country|part)")

NO_CLAIM = {"number": None, "yes": None, "choice": "", "text": ""}
YES_OR_NO = {"yes": True, "no": False}
EVIDENCE, PAGE = "evidence-", "page-"
PAGE_MAX = 32_767
DOCUMENT = "document:"


# Answers


def answer_text(requirement: Requirement, answer: Answer) -> str:
    claim = claim_of(requirement, answer)
    if claim is None:
        return ""
    if isinstance(claim, bool):
        return "yes" if claim else "no"
    return plain(claim) if isinstance(claim, Decimal) else str(claim)


def answer_as_kept(requirement: Requirement, text: str) -> str:
    """How `text` stands in the form once it is saved: "6,50" comes back as "6.5"."""
    return answer_text(requirement, Answer(**answer_columns(requirement, text))) if text else ""


def claim_of(requirement: Requirement, answer: Answer | None) -> Claim:
    """The value in the column of the requirement's type; None where nothing is claimed."""
    if answer is None:
        return None
    columns = {
        AnswerType.NUMBER: answer.number,
        AnswerType.YES_NO: answer.yes,
        AnswerType.CHOICE: answer.choice or None,
        AnswerType.TEXT: answer.text or None,
    }
    return columns[AnswerType(requirement.answer_type)]


def judged_text(requirement: Requirement) -> str:
    """What a claim is held against, as words; empty where every claim stands and is scored only."""
    if requirement.answer_type == AnswerType.NUMBER:
        is_judged = requirement.threshold is not None and bool(requirement.operator)
    elif requirement.answer_type == AnswerType.YES_NO:
        is_judged = requirement.wanted_yes is not None
    else:
        is_judged = bool(requirement.accepted_choices)
    return wanted_text(requirement) if is_judged else ""


def answer_columns(requirement: Requirement, text: str) -> dict[str, Claim]:
    """All columns of the answer that `text` stands for; needs a text about which there is nothing to say."""
    if requirement.answer_type == AnswerType.NUMBER:
        return NO_CLAIM | {"number": read_number(text, requirement.decimals)}
    if requirement.answer_type == AnswerType.YES_NO:
        return NO_CLAIM | {"yes": YES_OR_NO[text]}
    return NO_CLAIM | {"choice" if requirement.answer_type == AnswerType.CHOICE else "text": text}


def asks_for_document(requirement: Requirement) -> bool:
    return requirement.evidence.startswith(DOCUMENT)


def evidence_texts(answer: Answer | None) -> tuple[str, str]:
    """The document's public id and the page; both empty once the document was removed from the draft."""
    document = answer.evidence if answer else None
    if answer is None or (document and document.removed_at):
        return "", ""
    page = answer.evidence_page
    return document.public_id if document else "", "" if page is None else str(page)


def sentence_about_evidence(documents: Container[str], text: str) -> str:
    """`documents` are the public ids of those that the draft holds."""
    if not text or text in documents:
        return ""
    return _("This document is not in the draft any more. Choose another one.")


def sentence_about_page(text: str) -> str:
    return (_about_number(text, 0, "") or _about_count(text, 1, PAGE_MAX)) if text else ""


def sentence_about_answer(requirement: Requirement | None, text: str) -> str:
    """Why `text` cannot be kept as the answer, and what to do; empty where it can. An empty text always can."""
    if requirement is None:
        return _("This tender has no such requirement, or you cannot see it. Reload the page.")
    if not text:
        return ""
    if requirement.answer_type == AnswerType.NUMBER:
        return _about_number(text, requirement.decimals, unit_words(requirement.unit, Decimal(2)))
    if requirement.answer_type == AnswerType.TEXT:
        return _about_length(text, ANSWER_LENGTH_MAX)
    is_yes_no = requirement.answer_type == AnswerType.YES_NO
    offered = YES_OR_NO if is_yes_no else {choice["code"] for choice in requirement.choices}
    if text in offered:
        return ""
    return _("We got “%(got)s”, which is none of the choices. Choose one of them.") % {"got": text[:80]}


def _about_number(text: str, decimals: int, unit: str) -> str:
    try:
        read_number(text, decimals)
    except Unreadable as unreadable:
        return _("We got “%(got)s”. We need %(wanted)s. %(advice)s") % {
            "got": text[:80],
            "wanted": number_wanted(decimals, unit),
            "advice": _advice(unreadable.reason, text, decimals),
        }
    return ""


def number_wanted(decimals: int, unit: str) -> str:
    """As in "a whole number in km"; the unit may be empty."""
    if not decimals:
        return _("a whole number in %(unit)s") % {"unit": unit} if unit else _("a whole number")
    places = ngettext("%(count)s decimal place", "%(count)s decimal places", decimals) % {"count": decimals}
    if unit:
        return _("a number in %(unit)s with at most %(places)s") % {"unit": unit, "places": places}
    return _("a number with at most %(places)s") % {"places": places}


def _advice(reason: Unread, text: str, decimals: int) -> str:
    if reason == Unread.AMBIGUOUS:
        return _("Type it without the comma, or with a point before the decimals.")
    if reason == Unread.TOO_FINE:
        return _("Round it, in the direction that you can keep.")
    if reason == Unread.TOO_LARGE:
        return _("Check the unit.")
    return _("Type digits only, without words or the unit.")


def _about_length(text: str, most: int) -> str:
    if len(text) <= most:
        return ""
    pattern = ngettext(
        "We got %(got)s character. We want at most %(most)s. Shorten it or put the rest into a document.",
        "We got %(got)s characters. We want at most %(most)s. Shorten it or put the rest into a document.",
        len(text),
    )
    return pattern % {"got": len(text), "most": most}


# Offer


def offer_texts(proposal: Proposal) -> dict[str, str]:
    """One text for each field of the offer.

    `price-<code>` for each price line, `step-<quantity>` for each quantity that no line prices, `capacity-<month>` for
    twelve months, each of OFFER_FIELDS, and `partner-<row>-<name|country|part>` for the rows that are there.
    """
    tender = proposal.tender
    prices = {PRICE + line["code"]: proposal.prices.get(line["code"]) for line in price_lines(tender)}
    steps = {f"{STEP}{quantity}": proposal.step_prices.get(str(quantity)) for quantity in steps_to_price(tender)}
    months = {MONTH + month: proposal.capacity_by_month.get(month) for month in capacity_months(tender)}
    plain_fields = {name: getattr(proposal, name) for name in OFFER_FIELDS}
    counted = {name: "" if value is None else str(value) for name, value in (months | plain_fields).items()}
    return {name: _price_text(amount) for name, amount in (prices | steps).items()} | counted | _partner_texts(proposal)


def _price_text(amount: str | None) -> str:
    return plain(Decimal(amount)) if amount else ""


def partner_fields(row: int) -> dict[str, str]:
    """The field of each part of a row that counts from 1: {"name": "partner-1-name", ...}."""
    return {name: f"{PARTNER}{row}-{name}" for name in PARTNER_LENGTHS_MAX}


def _partner_texts(proposal: Proposal) -> dict[str, str]:
    rows = enumerate(proposal.partners, start=1)
    return {field: partner.get(name, "") for row, partner in rows for name, field in partner_fields(row).items()}


def partners_of(proposal: Proposal) -> list[tuple[int, dict[str, str]]]:
    """Row and partner, in order. A row that was emptied keeps its number, so that nobody writes into another's row."""
    return [(row, partner) for row, partner in enumerate(proposal.partners, start=1) if any(partner.values())]


def offer_columns(texts: Mapping[str, str]) -> dict[str, object]:
    """The proposal's columns that `texts`, all of an offer, stand for; needs texts with nothing to say about them."""
    counts = {name: _count(texts[name]) for name in COUNTS_MAX}
    months = {field.removeprefix(MONTH): _count(text) for field, text in texts.items() if field.startswith(MONTH)}
    return {
        "prices": _amounts(texts, PRICE),
        "step_prices": _amounts(texts, STEP),
        "capacity_by_month": {month: drones for month, drones in months.items() if drones is not None},
        "partners": _partner_rows(texts),
        **counts,
        **{name: texts[name] for name in (*LENGTHS_MAX, *CHOICE_FIELDS)},
    }


def _amounts(texts: Mapping[str, str], prefix: str) -> dict[str, str]:
    written = {field.removeprefix(prefix): text for field, text in texts.items() if field.startswith(prefix) and text}
    return {code: format(read_number(text, 2), "f") for code, text in written.items()}


def _count(text: str) -> int | None:
    return int(read_number(text, 0)) if text else None


def _partner_rows(texts: Mapping[str, str]) -> list[dict[str, str]]:
    """Up to the last row that holds something."""
    found = {match.groups(): text for field, text in texts.items() if (match := PARTNER_FIELD.fullmatch(field))}
    last = max((int(row) for (row, _name), text in found.items() if text), default=0)
    return [{name: found.get((str(row), name), "") for name in PARTNER_LENGTHS_MAX} for row in range(1, last + 1)]


def offer_field_as_kept(field: str, text: str) -> str:
    """How `text` stands in that field once it is saved."""
    is_number = field.startswith((PRICE, STEP, MONTH)) or field in COUNTS_MAX
    return plain(read_number(text, 2)) if is_number and text else text


def declaration_texts(proposal: Proposal) -> dict[str, str]:
    """`declarations-<code>` for each declaration of the tender: the code where it is signed, else empty.

    They stand on the page of the offer and are kept with it, but are no part of it: see offering.keep_offer_fields.
    """
    signed = proposal.declarations_accepted
    codes = [declaration["code"] for declaration in proposal.tender.declarations]
    return {DECLARED + code: code if code in signed else "" for code in codes}


def declared_codes(texts: Mapping[str, str]) -> list[str]:
    """The declarations that stand signed, in the order of `texts`."""
    return [text for field, text in texts.items() if field.startswith(DECLARED) and text]


def prices_of(proposal: Proposal) -> dict[str, Decimal]:
    """Price line to amount in the tender's currency, for the lines that have one."""
    return {code: Decimal(amount) for code, amount in proposal.prices.items()}


def sentence_about_offer(tender: Tender, field: str, text: str) -> str:
    """Why `text` cannot be kept in that field of the offer; empty where it can. An empty text always can."""
    if not _is_asked(tender, field):
        return _about_unknown(field)
    if not text:
        return ""
    if field.startswith((PRICE, STEP)):
        return _about_price(text, tender.currency)
    if field.startswith(MONTH):
        return _about_number(text, 0, "") or _about_count(text, 0, COUNTS_MAX["monthly_capacity"])
    if field.startswith(PARTNER):
        return _about_partner(PARTNER_FIELD.fullmatch(field)[2], text)
    if field in COUNTS_MAX:
        return _about_number(text, 0, "") or _about_count(text, 1, COUNTS_MAX[field])
    if field.startswith(DECLARED):
        return _about_choice(text, [field.removeprefix(DECLARED)])
    if field in CHOICE_FIELDS:
        return _about_choice(text, VatBasis.values if field == "vat_basis" else proposal_languages(tender))
    return _about_length(text, LENGTHS_MAX[field]) or (_about_region(text) if field == "production_region" else "")


def _is_asked(tender: Tender, field: str) -> bool:
    if field.startswith(PRICE):
        return field.removeprefix(PRICE) in {line["code"] for line in price_lines(tender)}
    if field.startswith(STEP):
        return field.removeprefix(STEP) in {str(quantity) for quantity in steps_to_price(tender)}
    if field.startswith(MONTH):
        return field.removeprefix(MONTH) in capacity_months(tender)
    if field.startswith(DECLARED):
        return field.removeprefix(DECLARED) in {declaration["code"] for declaration in tender.declarations}
    if found := PARTNER_FIELD.fullmatch(field):
        return int(found[1]) <= PARTNERS_MAX
    return field in OFFER_FIELDS


def _about_unknown(field: str) -> str:
    if field.startswith(PRICE):
        return _("This tender has no price line “%(code)s”. Reload the page.") % {"code": field.removeprefix(PRICE)}
    if field.startswith(MONTH):
        return _("The offer has no month “%(month)s”. Reload the page: the deadline may have moved.") % {
            "month": field.removeprefix(MONTH)
        }
    return _("The offer has no field “%(field)s”. Reload the page.") % {"field": field}


def _about_price(text: str, currency: str) -> str:
    if sentence := _about_number(text, 2, currency):
        return sentence
    if not 0 < read_number(text, 2) <= PRICE_MAX:
        pattern = _("We got “%(got)s”. We want a price above 0 and at most 10 million. Type the price of one piece.")
        return pattern % {"got": text}
    return ""


def _about_count(text: str, least: int, most: int) -> str:
    if least <= read_number(text, 0) <= most:
        return ""
    facts = {"got": text, "least": least, "most": figure(most)}
    return _("We got “%(got)s”. We want a number from %(least)s to %(most)s.") % facts


def _about_choice(text: str, offered: list[str]) -> str:
    if text in offered:
        return ""
    return _("We got “%(got)s”, which is none of the choices. Choose one of them.") % {"got": text[:80]}


def _about_partner(name: str, text: str) -> str:
    if name != "country":
        return _about_length(text, PARTNER_LENGTHS_MAX[name])
    if text in dict(countries):
        return ""
    return _("We got “%(got)s”, which is no country of the list. Choose one of them.") % {"got": text[:80]}


def _about_region(text: str) -> str:
    """An address would tell an enemy where drones are made; addresses have numbers, regions have none."""
    if not any(character.isdigit() for character in text):
        return ""
    return _("We got a name with a number in it. We want a region, never an address. Leave out street and postcode.")

"""A draft's values as the texts that stand in its forms, and back again.

A text that cannot be kept gets a sentence: what was got, what is wanted, what to do now.
"""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tenders.notices.claims import Claim, unit_words, wanted_text
from tenders.notices.models import AnswerType, Requirement, Tender
from tenders.proposals.answering import Unread, Unreadable, plain, read_number
from tenders.proposals.models import Answer, Proposal

OFFER_FIELDS = ("lead_time_days", "monthly_capacity", "production_region", "partners", "trial_support")
COUNTS_MAX = {"lead_time_days": 730, "monthly_capacity": 1_000_000}
LENGTHS_MAX = {"production_region": 120, "partners": 2000, "trial_support": 2000}
ANSWER_LENGTH_MAX = 4000
PRICE = "price-"
PRICE_MAX = Decimal(10_000_000)

NO_CLAIM = {"number": None, "yes": None, "choice": "", "text": ""}
YES_OR_NO = {"yes": True, "no": False}


# Answers


def answer_text(requirement: Requirement, answer: Answer) -> str:
    claim = claim_of(requirement, answer)
    if isinstance(claim, bool):
        return "yes" if claim else "no"
    return plain(claim) if isinstance(claim, Decimal) else str(claim)


def answer_as_kept(requirement: Requirement, text: str) -> str:
    """How `text` stands in the form once it is saved: "6,50" comes back as "6.5"."""
    return answer_text(requirement, Answer(**answer_columns(requirement, text))) if text else ""


def claim_of(requirement: Requirement, answer: Answer | None) -> Claim:
    """The value in the column of the requirement's type; None without an answer."""
    if answer is None:
        return None
    columns = {
        AnswerType.NUMBER: answer.number,
        AnswerType.YES_NO: answer.yes,
        AnswerType.CHOICE: answer.choice,
        AnswerType.TEXT: answer.text,
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
            "wanted": _number_wanted(decimals, unit),
            "advice": _advice(unreadable.reason, text, decimals),
        }
    return ""


def _number_wanted(decimals: int, unit: str) -> str:
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
    pattern = _("We got %(got)s characters. We want at most %(most)s. Shorten it or put the rest into a document.")
    return pattern % {"got": len(text), "most": most}


# Offer


def price_lines(tender: Tender) -> list[dict]:
    """[{"code", "title_en", "title_uk", "required", "includes_en", "includes_uk", ...}] in the tender's order."""
    return tender.price.get("price_lines", [])


def offer_texts(proposal: Proposal) -> dict[str, str]:
    """One text for each price line, as `price-<code>`, and for each of OFFER_FIELDS."""
    prices = proposal.prices
    lines = {PRICE + line["code"]: _price_text(prices.get(line["code"])) for line in price_lines(proposal.tender)}
    values = {name: getattr(proposal, name) for name in OFFER_FIELDS}
    return lines | {name: "" if value is None else str(value) for name, value in values.items()}


def _price_text(amount: str | None) -> str:
    return plain(Decimal(amount)) if amount else ""


def offer_columns(texts: Mapping[str, str]) -> dict[str, object]:
    """The proposal's columns that `texts` stand for; needs texts about which there is nothing to say."""
    prices = {
        field.removeprefix(PRICE): format(read_number(text, 2), "f")
        for field, text in texts.items()
        if field.startswith(PRICE) and text
    }
    counts = {name: int(read_number(texts[name], 0)) if texts[name] else None for name in COUNTS_MAX}
    return {"prices": prices} | counts | {name: texts[name] for name in LENGTHS_MAX}


def offer_field_as_kept(field: str, text: str) -> str:
    """How `text` stands in that field once it is saved."""
    is_number = field.startswith(PRICE) or field in COUNTS_MAX
    return plain(read_number(text, 2)) if is_number and text else text


def prices_of(proposal: Proposal) -> dict[str, Decimal]:
    return {code: Decimal(amount) for code, amount in proposal.prices.items()}


def sentence_about_offer(tender: Tender, field: str, text: str) -> str:
    """Why `text` cannot be kept in that field of the offer; empty where it can. An empty text always can."""
    if field.startswith(PRICE):
        return _about_price(tender, field.removeprefix(PRICE), text)
    if not text:
        return ""
    if field in COUNTS_MAX:
        return _about_number(text, 0, "") or _about_count(field, text)
    return _about_length(text, LENGTHS_MAX[field]) or (_about_region(text) if field == "production_region" else "")


def _about_price(tender: Tender, code: str, text: str) -> str:
    if code not in {line["code"] for line in price_lines(tender)}:
        return _("This tender has no price line “%(code)s”. Reload the page.") % {"code": code}
    if not text:
        return ""
    if sentence := _about_number(text, 2, tender.currency):
        return sentence
    if not 0 < read_number(text, 2) <= PRICE_MAX:
        pattern = _("We got “%(got)s”. We want a price above 0 and at most 10 million. Type the price of one piece.")
        return pattern % {"got": text}
    return ""


def _about_count(field: str, text: str) -> str:
    most = COUNTS_MAX[field]
    if 1 <= read_number(text, 0) <= most:
        return ""
    return _("We got “%(got)s”. We want a number from 1 to %(most)s.") % {"got": text, "most": most}


def _about_region(text: str) -> str:
    """An address would tell an enemy where drones are made; addresses have numbers, regions have none."""
    if not any(character.isdigit() for character in text):
        return ""
    return _("We got a name with a number in it. We want a region, never an address. Leave out street and postcode.")

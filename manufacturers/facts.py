"""What names a company: each fact cleaned and checked on its own, for the form and for the verbs alike."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django_countries import countries

from coalition_portal.permission import Refused
from manufacturers.declarations import DECLARATIONS
from manufacturers.names import clean_name
from manufacturers.register_words import TITLES, sentence_of
from manufacturers.registers import MalformedNumber, UnknownRegister, check_number, register_of, serves

NAME_LENGTH = 200


class RegistrationRefused(Refused):
    """The company cannot be registered or changed like this."""


@dataclass(frozen=True)
class Facts:
    legal_name: str
    original_name: str
    country: str
    register_scheme: str
    register_number: str


def check_facts(
    *, legal_name: str, original_name: str, country: str, register_scheme: str, register_number: str
) -> Facts:
    """Raises a Refused for the first fact that is wrong, in the order of the page."""
    return Facts(
        legal_name=check_legal_name(legal_name),
        original_name=check_original_name(original_name),
        country=check_country(country),
        register_scheme=check_scheme(register_scheme, country),
        register_number=check_register_number(register_scheme, register_number),
    )


def check_legal_name(text: str) -> str:
    missing = _("Write the legal name as the register has it.")
    return clean_name(text, field="legal_name", longest=NAME_LENGTH, missing=missing)


def check_original_name(text: str) -> str:
    """Empty where the register writes in Latin letters."""
    return clean_name(text, field="original_name", longest=NAME_LENGTH)


def check_country(code: str) -> str:
    """Any country may register; whether it is an eligible state is another question."""
    if not code or code not in countries:
        raise RegistrationRefused(_("Choose the country in which the company is registered."), field="country")
    return str(code)


def check_scheme(scheme: str, country: str) -> str:
    """The register must be one that the portal knows and that serves the country."""
    try:
        fits = serves(scheme, str(country))
    except UnknownRegister:
        raise RegistrationRefused(_("Choose a register from the list."), field="register_scheme") from None
    if not fits:
        words = {"register": TITLES[scheme], "country": countries.name(register_of(scheme).country)}
        sentence = _(
            "We got a register of %(country)s: %(register)s. Choose one of the company's own country, or the LEI, which"
            " serves all countries."
        )
        raise RegistrationRefused(sentence % words, field="register_scheme")
    return scheme


def check_register_number(scheme: str, number: str) -> str:
    """The number in its one form; the register must be known."""
    try:
        return check_number(scheme, number)
    except MalformedNumber as fault:
        raise RegistrationRefused(sentence_of(fault, number), field="register_number") from fault


def check_declarations(given: Iterable[str]) -> list[str]:
    """All declarations, in their order."""
    missing = set(DECLARATIONS) - set(given)
    if missing:
        sentence = _(
            "We got %(got)s of %(wanted)s declarations. Tick every one; without them a company cannot register."
        )
        words = {"got": len(DECLARATIONS) - len(missing), "wanted": len(DECLARATIONS)}
        raise RegistrationRefused(sentence % words, field="declarations")
    return list(DECLARATIONS)

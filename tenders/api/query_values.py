"""What one value of a query can be: a function for each, from the text in the address to the value, or Wrong."""

import re
from datetime import UTC, datetime
from itertools import permutations, product

from django.utils.translation import gettext as _

from tenders.api.errors import shown
from tenders.notices.timetable import PublicStatus

STATUSES = [status.value for status in PublicStatus]
LIMIT_DEFAULT, LIMIT_MAX = 20, 100
WORDS_MAX, SEARCH_CHARACTERS_MAX = 8, 100
SORT_FIELDS = ("deadline", "published")
SORTS = [
    ",".join(sign + name for sign, name in zip(signs, names, strict=True))
    for length in (1, 2)
    for names in permutations(SORT_FIELDS, length)
    for signs in product(("", "-"), repeat=length)
]
SORT_DEFAULT = "-published"
CPV_PATTERN = r"^[0-9]{2,8}$|^[0-9]{8}-[0-9]$"
CURSOR_PATTERN = r"^[A-Za-z0-9_-]{1,300}$"
TENDER_PATTERN = r"^IDC-[0-9]{4}-[0-9]{4,10}$"
PUBLIC_ID_PATTERN = r"^[a-z2-7]{26}$"
INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
LANGUAGES = ["en", "uk"]


class Wrong(ValueError):
    """A value that a parameter cannot have; the code is for programs, the sentence for people."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def status(text: str) -> str:
    if text not in STATUSES:
        raise Wrong(
            "choice",
            _("%(got)s is no status. Give one of %(wanted)s; repeat the parameter for several.")
            % {"got": shown(text), "wanted": ", ".join(STATUSES)},
        )
    return text


def cpv(text: str) -> str:
    """The digits; a check digit is taken off."""
    if not re.match(CPV_PATTERN, text, re.ASCII) or text.endswith("\n"):
        raise Wrong(
            "pattern",
            _("%(got)s is no CPV code. Give its first 2 to 8 digits, or all 8 with the check digit, as in 35613000-4.")
            % {"got": shown(text)},
        )
    return text[:8]


def instant(text: str) -> datetime:
    try:
        if not INSTANT.fullmatch(text):
            raise ValueError(text)
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Wrong(
            "instant",
            _(
                "%(got)s is no instant. Write it as in RFC 3339 with a zone, for example 2026-10-14T09:00:00Z; "
                "in an address a plus sign is written %%2B."
            )
            % {"got": shown(text)},
        ) from None


def words(text: str) -> tuple[str, ...]:
    found = tuple(text.split())
    fits = 0 < len(found) <= WORDS_MAX and len(text) <= SEARCH_CHARACTERS_MAX
    if not fits or not all(word.isprintable() for word in found):
        raise Wrong(
            "words",
            _("Give 1 to %(words)s words, %(characters)s characters at most, without control characters.")
            % {"words": WORDS_MAX, "characters": SEARCH_CHARACTERS_MAX},
        )
    return found


def sort(text: str) -> str:
    if text not in SORTS:
        raise Wrong(
            "choice",
            _("%(got)s is no order. Give deadline, published or both, each once, with a minus for descending order.")
            % {"got": shown(text)},
        )
    return text


def limit(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", text, re.ASCII) or not 1 <= int(text) <= LIMIT_MAX:
        raise Wrong(
            "range",
            _("%(got)s is no possible limit. Give a whole number from 1 to %(max)s.")
            % {"got": shown(text), "max": LIMIT_MAX},
        )
    return int(text)


def cursor(text: str) -> str:
    """Opaque here; pagination.py reads it once the order is known."""
    return text


def count(text: str) -> bool:
    if text not in ("true", "false"):
        raise Wrong("choice", _("%(got)s is neither true nor false.") % {"got": shown(text)})
    return text == "true"


def language(text: str) -> str:
    if text not in LANGUAGES:
        raise Wrong("choice", _("%(got)s is neither en nor uk.") % {"got": shown(text)})
    return text


def tender_number(text: str) -> str:
    if not re.fullmatch(TENDER_PATTERN, text, re.ASCII) or text.endswith("\n"):
        raise Wrong(
            "pattern",
            _("%(got)s is no number of a tender. Write it as the list writes it: IDC, the year, four digits or more.")
            % {"got": shown(text)},
        )
    return text


def proposal_cursor(text: str) -> str:
    if not re.fullmatch(PUBLIC_ID_PATTERN, text, re.ASCII) or text.endswith("\n"):
        raise Wrong("pattern", _("The cursor cannot be read. Follow links.next unchanged."))
    return text


def version(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,5}", text, re.ASCII) or text.endswith("\n"):
        raise Wrong("range", _("%(got)s is no version. Versions count from 1.") % {"got": shown(text)})
    return int(text)

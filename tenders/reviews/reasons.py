"""Whether a reason names the place it rests on: a requirement of the tender or a page of a document. Pure."""

import re
from collections.abc import Iterable

PLACE = re.compile(
    r"\b(?:pages?|pp?\.?|rows?|tables?|figures?|sections?"
    r"|сторінк\w*|стор\.?|рядк\w*|рядок|таблиц\w*|рисун\w*|розділ\w*|с\.)\s*№?\s*\d",
    re.IGNORECASE,
)


def names_a_place(reason: str, requirement_codes: Iterable[str]) -> bool:
    """True for "thin evidence (ISR-07)", "see page 6", "стор. 6"; the codes are those of the tender."""
    return bool(PLACE.search(reason)) or any(_names(reason, code) for code in requirement_codes)


def _names(reason: str, code: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(code)}(?![\w-])", reason, re.IGNORECASE) is not None

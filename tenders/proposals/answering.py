"""What a person typed, read as the value it stands for. Pure; what cannot be read for certain is never guessed."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

SPACES = re.compile(r"[\s\u00a0\u2009\u202f']")
MINUSES = str.maketrans("\u2212\u2013\u2010", "---")
NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+")
WHOLE_DIGITS_MAX = 10


class Unread(StrEnum):
    """Why a text was not read as a number."""

    NO_NUMBER = "no number"
    AMBIGUOUS = "ambiguous"
    TOO_FINE = "too fine"
    TOO_LARGE = "too large"


class Unreadable(Exception):
    def __init__(self, reason: Unread) -> None:
        super().__init__(reason.value)
        self.reason = reason


def read_number(text: str, decimals: int) -> Decimal | None:
    """The number in `text` with at most `decimals` >= 0 places, None for an empty text; raises Unreadable.

    Spaces between digits, a comma for the point and typographic minus signs are understood. "1,200" is refused: it is
    one thing in London and another in Kyiv.
    """
    bare = SPACES.sub("", text).translate(MINUSES)
    if not bare:
        return None
    if GROUPED.fullmatch(bare):
        raise Unreadable(Unread.AMBIGUOUS)
    dotted = bare.replace(",", ".", 1) if bare.count(",") == 1 and "." not in bare else bare
    if not NUMBER.fullmatch(dotted):
        raise Unreadable(Unread.NO_NUMBER)
    return _within(Decimal(dotted), decimals)


def _within(number: Decimal, decimals: int) -> Decimal:
    if abs(number) >= 10**WHOLE_DIGITS_MAX:
        raise Unreadable(Unread.TOO_LARGE)
    step = Decimal(1).scaleb(-decimals)
    if number != number.quantize(step):
        raise Unreadable(Unread.TOO_FINE)
    return abs(number.quantize(step)) if number == 0 else number.quantize(step)


def plain(number: Decimal) -> str:
    """A number as it goes into a field and comes back the same: a point, no exponent, no zeros at the end."""
    written = format(number, "f")
    return written.rstrip("0").rstrip(".") if "." in written else written


@dataclass(frozen=True)
class Merged:
    """`values` is what stands in each field after the merge; `clashes` maps a field to what is saved there now."""

    values: dict[str, str]
    clashes: dict[str, str]


def merge(*, seen: dict[str, str] | None, typed: dict[str, str], saved: dict[str, str]) -> Merged:
    """Join what a person typed with what was saved since they loaded the page.

    All three map fields to texts; `seen` is what the page showed, None where that is not known. A field the person left
    alone takes what is saved; a field they changed keeps their text, and clashes where somebody else changed it to
    something else.
    """
    values: dict[str, str] = {}
    clashes: dict[str, str] = {}
    for field, text in typed.items():
        now = saved.get(field, "")
        before = None if seen is None else seen.get(field, "")
        values[field] = now if text == before else text
        if values[field] != now and before != now:
            clashes[field] = now
    return Merged(values=values, clashes=clashes)

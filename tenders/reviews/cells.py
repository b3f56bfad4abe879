"""Text for spreadsheet files that other programs open: no cell may begin a formula there. Pure."""

import re

STARTS = "=+\\-@\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"
RISKY = re.compile(rf"(^|[,;|])(\s*)(?=[{STARTS}])")
CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
QUOTE = "'"


def one_line(text: str) -> str:
    """Control characters, tabs and line ends become single spaces."""
    return CONTROL.sub(" ", text).strip()


def neutral(text: str) -> str:
    """For CSV: a quote before every character that could begin a formula, also after a separator inside a cell."""
    return RISKY.sub(rf"\1\2{QUOTE}", one_line(text))

"""The registers whose numbers name a company, and the form of each number.

The codes are those of the public list of organisation identifiers (org-id.guide). A code that is not here is refused: a
number means something only together with the register that gave it. Pure: no Django, no models, no words for people;
those stand in register_words.py.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

ANYWHERE = "XI"
"""The country of a register that serves every state."""


class Fault(Enum):
    """What is wrong with a number."""

    FORM = "form"
    CHECK_DIGIT = "check digit"


class UnknownRegister(ValueError):
    """The code names no register that the portal knows."""


class MalformedNumber(ValueError):
    """The number cannot be one of this register; `fault` tells which rule it breaks."""

    def __init__(self, scheme: str, fault: Fault) -> None:
        super().__init__(f"{scheme}: the number breaks the rule about its {fault.value}")
        self.scheme = scheme
        self.fault = fault


@dataclass(frozen=True)
class Register:
    """`pattern` is what the whole normalised number must match; `is_right` checks digits that depend on the others."""

    country: str
    pattern: str
    example: str
    drop: str = " .-"
    is_right: Callable[[str], bool] | None = None

    def normalise(self, number: str) -> str:
        """Upper case, single spaces, and without the marks that people put between groups of digits."""
        joined = " ".join(number.upper().split())
        return joined.translate(str.maketrans("", "", self.drop))


def check_number(scheme: str, number: str) -> str:
    """The number in the one form in which it is stored and compared. Raises UnknownRegister or MalformedNumber."""
    register = register_of(scheme)
    normal = register.normalise(number)
    if not re.fullmatch(register.pattern, normal, re.ASCII):
        raise MalformedNumber(scheme, Fault.FORM)
    if register.is_right is not None and not register.is_right(normal):
        raise MalformedNumber(scheme, Fault.CHECK_DIGIT)
    return normal


def register_of(scheme: str) -> Register:
    """Raises UnknownRegister."""
    try:
        return REGISTERS[scheme]
    except KeyError:
        raise UnknownRegister(f"{scheme} is no register that the portal knows") from None


def serves(scheme: str, country: str) -> bool:
    """Whether companies of `country` (two letters) can stand in this register. Raises UnknownRegister."""
    return register_of(scheme).country in (ANYWHERE, country)


def _is_edr(number: str) -> bool:
    """Ukraine: weighted sum modulo 11; numbers from 30000000 to 60000000 begin their weights with the seventh.

    Where the sum leaves 10 the weights grow by two, and where that leaves 10 as well the digit is 0.
    """
    weights = [7, 1, 2, 3, 4, 5, 6] if 30_000_000 <= int(number) <= 60_000_000 else [1, 2, 3, 4, 5, 6, 7]
    left = _weighted(number, weights) % 11
    if left == 10:
        left = _weighted(number, [weight + 2 for weight in weights]) % 11 % 10
    return left == int(number[-1])


def _is_ico(number: str) -> bool:
    """Czechia: eleven less the weighted sum modulo 11, of which the last digit counts."""
    return (11 - _weighted(number, [8, 7, 6, 5, 4, 3, 2]) % 11) % 10 == int(number[-1])


def _is_lei(number: str) -> bool:
    """ISO 17442: letters as 10 to 35, the whole modulo 97 leaves 1 (ISO/IEC 7064, MOD 97-10)."""
    return int("".join(str(int(character, 36)) for character in number)) % 97 == 1


def _weighted(number: str, weights: list[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False))


REGISTERS: dict[str, Register] = {
    "UA-EDR": Register("UA", r"\d{8}", "99000011", is_right=_is_edr),
    "AU-ASIC": Register("AU", r"\d{9}", "000 000 000"),
    "BE-BCE_KBO": Register("BE", r"[01]\d{9}", "0000.000.000"),
    "CA-CC": Register("CA", r"\d{6,10}", "000000-0"),
    "CZ-ICO": Register("CZ", r"\d{8}", "99000016", is_right=_is_ico),
    "DE-CR": Register(
        "DE", r"[A-ZÄÖÜ][A-ZÄÖÜ ./()-]{1,43} (HRA|HRB|GNR|GSR|PR|VR) \d{1,7}( [A-Z]{1,2})?", "DEMO HRB 999001", drop=""
    ),
    "DK-CVR": Register("DK", r"\d{8}", "00000000"),
    "EE-RIK": Register("EE", r"\d{8}", "99000001"),
    "FI-PRO": Register("FI", r"\d{7}-\d", "0000000-0", drop=" ."),
    "FR-RCS": Register("FR", r"\d{9}", "000 000 000"),
    "GB-COH": Register("GB", r"(\d{8}|[A-Z]{2}\d{6})", "99000001"),
    "IT-CF": Register("IT", r"\d{11}", "00000000000"),
    "LT-RC": Register("LT", r"\d{9}", "990000001"),
    "LU-RCS": Register("LU", r"[A-Z]\d{1,6}", "B000000"),
    "LV-RE": Register("LV", r"\d{11}", "99900000001"),
    "NL-KVK": Register("NL", r"\d{8}", "00000001"),
    "NO-BRC": Register("NO", r"\d{9}", "000 000 000"),
    "NZ-NZBN": Register("NZ", r"94\d{11}", "9400000000000"),
    "PL-KRS": Register("PL", r"\d{10}", "9990000001"),
    "SE-ON": Register("SE", r"\d{6}-\d{4}", "000000-0000", drop=" ."),
    "TR-MERSIS": Register("TR", r"\d{16}", "0000-0000-0000-0000"),
    "US-SAM": Register("US", r"[A-HJ-NP-Z1-9][A-HJ-NP-Z0-9]{11}", "AAAAAAAAAAAA"),
    "XI-LEI": Register(ANYWHERE, r"[A-Z0-9]{18}\d{2}", "00000000000000000098", is_right=_is_lei),
}

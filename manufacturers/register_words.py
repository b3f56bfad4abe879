"""What people read about a register: its name, and how its numbers look."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from manufacturers.registers import Fault, MalformedNumber, register_of

TITLES = {
    "UA-EDR": gettext_lazy("Unified State Register (EDR)"),
    "AU-ASIC": gettext_lazy("Securities and Investments Commission (ACN)"),
    "BE-BCE_KBO": gettext_lazy("Crossroads Bank for Enterprises (BCE/KBO)"),
    "CA-CC": gettext_lazy("Corporations Canada"),
    "CZ-ICO": gettext_lazy("Register of Economic Subjects (IČO)"),
    "DE-CR": gettext_lazy("Commercial Register (Handelsregister)"),
    "DK-CVR": gettext_lazy("Central Business Register (CVR)"),
    "EE-RIK": gettext_lazy("Business Register (RIK)"),
    "FI-PRO": gettext_lazy("Patent and Registration Office (Y-tunnus)"),
    "FR-RCS": gettext_lazy("Trade and Companies Register (SIREN)"),
    "GB-COH": gettext_lazy("Companies House"),
    "IT-CF": gettext_lazy("Business Register (codice fiscale)"),
    "LT-RC": gettext_lazy("Register of Legal Entities (JAR)"),
    "LU-RCS": gettext_lazy("Trade and Companies Register (RCS)"),
    "LV-RE": gettext_lazy("Register of Enterprises"),
    "NL-KVK": gettext_lazy("Chamber of Commerce (KVK)"),
    "NO-BRC": gettext_lazy("Brønnøysund Register Centre"),
    "NZ-NZBN": gettext_lazy("Business Number (NZBN)"),
    "PL-KRS": gettext_lazy("National Court Register (KRS)"),
    "SE-ON": gettext_lazy("Organisation number (Bolagsverket)"),
    "TR-MERSIS": gettext_lazy("Central Registry System (MERSIS)"),
    "US-SAM": gettext_lazy("System for Award Management (UEI)"),
    "XI-LEI": gettext_lazy("Legal Entity Identifier (LEI)"),
}

HINTS = {
    "UA-EDR": gettext_lazy("8 digits; zeros at the front belong to the number"),
    "AU-ASIC": gettext_lazy("9 digits"),
    "BE-BCE_KBO": gettext_lazy("10 digits; the first is 0 or 1"),
    "CA-CC": gettext_lazy("6 to 10 digits"),
    "CZ-ICO": gettext_lazy("8 digits; zeros at the front belong to the number"),
    "DE-CR": gettext_lazy("court, section and number with spaces between them"),
    "DK-CVR": gettext_lazy("8 digits"),
    "EE-RIK": gettext_lazy("8 digits"),
    "FI-PRO": gettext_lazy("7 digits, a hyphen and 1 digit"),
    "FR-RCS": gettext_lazy("9 digits, without the number of the establishment"),
    "GB-COH": gettext_lazy("8 digits, or 2 letters and 6 digits"),
    "IT-CF": gettext_lazy("11 digits"),
    "LT-RC": gettext_lazy("9 digits"),
    "LU-RCS": gettext_lazy("1 letter and up to 6 digits"),
    "LV-RE": gettext_lazy("11 digits"),
    "NL-KVK": gettext_lazy("8 digits; zeros at the front belong to the number"),
    "NO-BRC": gettext_lazy("9 digits"),
    "NZ-NZBN": gettext_lazy("13 digits that begin with 94"),
    "PL-KRS": gettext_lazy("10 digits; zeros at the front belong to the number"),
    "SE-ON": gettext_lazy("6 digits, a hyphen and 4 digits"),
    "TR-MERSIS": gettext_lazy("16 digits"),
    "US-SAM": gettext_lazy("12 letters and digits, without the letters I and O"),
    "XI-LEI": gettext_lazy("18 letters and digits and 2 check digits; for a company of any state"),
}


def hint_of(scheme: str) -> str:
    """How a number of this register looks, with an invented example."""
    return _("%(form)s, for example %(example)s") % {"form": HINTS[scheme], "example": register_of(scheme).example}


def sentence_of(fault: MalformedNumber, number: str) -> str:
    """What was got, what was wanted, what to do now."""
    words = {"number": number.strip(), "register": TITLES[fault.scheme], "hint": hint_of(fault.scheme)}
    if fault.fault is Fault.CHECK_DIGIT:
        sentence = _(
            "We got %(number)s. Its check digit does not fit the other digits, so one of them is mistyped."
            " Compare the number with the extract."
        )
        return sentence % words
    sentence = _("We got %(number)s. A number of this register (%(register)s) has %(hint)s. Copy it from the extract.")
    return sentence % words

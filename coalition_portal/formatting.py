"""Values as people read them, in the active language: pure functions, no request and no clock.

Spaces inside a value are non-breaking, so that a number never parts from its unit.
"""

import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import dateformat, formats
from django.utils.translation import get_language, gettext, gettext_noop, pgettext

SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"

HOME_ZONE = "Europe/Kyiv"

DAY_FORMATS = {"en": "j F Y", "uk": "j E Y р."}
SHORT_DAY_FORMATS = {"en": "j F", "uk": "j E"}

ZONES = {
    "UTC": (gettext_noop("UTC"), gettext_noop("UTC")),
    "Europe/Kyiv": (gettext_noop("Kyiv"), gettext_noop("Kyiv time")),
    "Europe/Riga": (gettext_noop("Riga"), gettext_noop("Riga time")),
    "Europe/London": (gettext_noop("London"), gettext_noop("London time")),
    "Europe/Amsterdam": (gettext_noop("Amsterdam"), gettext_noop("Amsterdam time")),
    "Europe/Berlin": (gettext_noop("Berlin"), gettext_noop("Berlin time")),
    "Europe/Brussels": (gettext_noop("Brussels"), gettext_noop("Brussels time")),
    "Europe/Copenhagen": (gettext_noop("Copenhagen"), gettext_noop("Copenhagen time")),
    "Europe/Istanbul": (gettext_noop("Istanbul"), gettext_noop("Istanbul time")),
    "Europe/Luxembourg": (gettext_noop("Luxembourg"), gettext_noop("Luxembourg time")),
    "Europe/Oslo": (gettext_noop("Oslo"), gettext_noop("Oslo time")),
    "Europe/Paris": (gettext_noop("Paris"), gettext_noop("Paris time")),
    "Europe/Prague": (gettext_noop("Prague"), gettext_noop("Prague time")),
    "Europe/Rome": (gettext_noop("Rome"), gettext_noop("Rome time")),
    "Europe/Stockholm": (gettext_noop("Stockholm"), gettext_noop("Stockholm time")),
    "Europe/Tallinn": (gettext_noop("Tallinn"), gettext_noop("Tallinn time")),
    "Europe/Vilnius": (gettext_noop("Vilnius"), gettext_noop("Vilnius time")),
    "Europe/Warsaw": (gettext_noop("Warsaw"), gettext_noop("Warsaw time")),
    "America/Toronto": (gettext_noop("Toronto"), gettext_noop("Toronto time")),
    "Australia/Sydney": (gettext_noop("Sydney"), gettext_noop("Sydney time")),
    "Pacific/Auckland": (gettext_noop("Auckland"), gettext_noop("Auckland time")),
}
"""Name of the place, and the words that follow a time there. A zone that is not listed is written by its own name."""

WALLS = ("Europe/Kyiv", "Europe/Riga", "Europe/London", "UTC")


def zone_named(name: str | None) -> tzinfo:
    """The zone of that name; the home zone when there is no such name."""
    try:
        return ZoneInfo(name or HOME_ZONE)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(HOME_ZONE)


def zone_place(zone: tzinfo) -> str:
    place, _words = ZONES.get(str(zone), (str(zone), ""))
    return gettext(place)


def zone_words(zone: tzinfo) -> str:
    _place, words = ZONES.get(str(zone), ("", str(zone)))
    return gettext(words)


def _by_language(table: dict[str, str]) -> str:
    return table.get((get_language() or "en")[:2], table["en"])


def day(value: date | datetime, *, short: bool = False) -> str:
    """As in "14 October 2026", without the year when short. An instant must already stand in the reader's zone."""
    return dateformat.format(value, _by_language(SHORT_DAY_FORMATS if short else DAY_FORMATS)).replace(" ", SPACE)


def time_of_day(value: datetime, *, seconds: bool = True) -> str:
    return value.strftime("%H:%M:%S" if seconds else "%H:%M")


def instant_in_zone(moment: datetime, zone: tzinfo) -> str:
    """As in "14 October 2026, 12:00:00 Kyiv time". Needs an aware instant."""
    local = moment.astimezone(zone)
    return f"{day(local)}, {time_of_day(local)}{SPACE}{zone_words(zone)}"


def instant_in_utc(moment: datetime, zone: tzinfo) -> str:
    """As in "09:00:00 UTC", with its day when that is another one than in `zone`."""
    there = moment.astimezone(UTC)
    clock = f"{time_of_day(there)}{SPACE}UTC"
    return clock if there.date() == moment.astimezone(zone).date() else f"{day(there, short=True)}, {clock}"


def instant(moment: datetime, zone: tzinfo) -> str:
    """One instant told twice: in the reader's zone and, in brackets, in UTC."""
    told = instant_in_zone(moment, zone)
    return told if str(zone) == "UTC" else f"{told} ({instant_in_utc(moment, zone)})"


def iso(moment: datetime) -> str:
    """UTC with Z, microseconds only where there are any: what a machine reads in <time datetime>."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def microseconds(moment: datetime) -> str:
    """An instant as receipts write it: UTC, six decimals, Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def epoch_ms(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@dataclass(frozen=True)
class TimePart:
    count: int
    unit: str


SOON = timedelta(hours=24)


def time_left(now: datetime, until: datetime, *, with_seconds: bool = False) -> list[TimePart]:
    """What is left, from its greatest unit down; an empty list at and after `until`.

    Seconds are shown in the last 24 hours, or always on demand. Parts of a second are cut off: the last one is "0 s".
    """
    left = until - now
    if left <= timedelta(0):
        return []
    parts = _parts_of(left)
    return parts[_first_filled(parts) : 4 if with_seconds or left.days == 0 else 3]


def _parts_of(span: timedelta) -> list[TimePart]:
    """Days, hours, minutes and seconds of a span that is not negative."""
    return [
        TimePart(span.days, pgettext("unit of time left", "d")),
        TimePart(span.seconds // 3600, pgettext("unit of time left", "h")),
        TimePart(span.seconds // 60 % 60, pgettext("unit of time left", "min")),
        TimePart(span.seconds % 60, pgettext("unit of time left", "s")),
    ]


def _first_filled(parts: list[TimePart]) -> int:
    """The place of the greatest unit that is not zero; the seconds where all are zero."""
    return next((place for place, part in enumerate(parts) if part.count), len(parts) - 1)


def is_soon(now: datetime, until: datetime) -> bool:
    """Less than 24 hours are left and the instant is not yet here."""
    return timedelta(0) < until - now < SOON


def duration(value: timedelta) -> str:
    """As in "14 d 21 h" or "57 min 49 s": the two greatest units. The sign is dropped."""
    parts = _parts_of(abs(value))
    first = _first_filled(parts)
    return SPACE.join(f"{part.count}{SPACE}{part.unit}" for part in parts[first : first + 2])


def figure(value: int | Decimal | float | None, decimals: int | None = None) -> str:
    """A number by the habits of the language: thousands apart, a true minus, no trailing zeros unless asked for."""
    if value is None or value == "":
        return ""
    number = Decimal(str(value))
    if decimals is None:
        number = number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()
    else:
        # Left to itself Django cuts digits off and rounds none.
        number = number.quantize(Decimal(1).scaleb(-decimals))
    written = formats.number_format(number, decimal_pos=decimals, use_l10n=True, force_grouping=True)
    return written.replace("-", MINUS)


def money(amount: int | Decimal | None, currency: str) -> str:
    """As in "EUR 2,000,000", with cents only where there are any."""
    if amount is None or amount == "":
        return ""
    value = Decimal(amount)
    decimals = 0 if value == value.to_integral_value() else 2
    return gettext("%(currency)s %(amount)s").replace(" ", SPACE) % {
        "currency": currency,
        "amount": figure(value, decimals),
    }


def short_money(amount: int | Decimal, currency: str) -> str:
    """As in "EUR 176M" or "EUR 1.5M", for narrow places; below a million the whole amount."""
    if abs(amount) < 1_000_000:
        return money(amount, currency)
    return gettext("%(currency)s %(amount)sM").replace(" ", SPACE) % {
        "currency": currency,
        "amount": figure(_tenths(amount, 1_000_000)),
    }


def file_size(size_bytes: int | None) -> str:
    """Bytes in decimal units: "212 kB", "4.2 MB", "1.5 GB". Needs size_bytes >= 0."""
    if size_bytes is None:
        return ""
    if size_bytes < 1000:
        return gettext("%(size)s bytes").replace(" ", SPACE) % {"size": size_bytes}
    if size_bytes < 1_000_000:
        return gettext("%(size)s kB").replace(" ", SPACE) % {"size": figure(size_bytes // 1000)}
    if size_bytes < 1_000_000_000:
        return gettext("%(size)s MB").replace(" ", SPACE) % {"size": figure(_tenths(size_bytes, 1_000_000))}
    return gettext("%(size)s GB").replace(" ", SPACE) % {"size": figure(_tenths(size_bytes, 1_000_000_000))}


def _tenths(value: int | Decimal, unit: int) -> Decimal:
    return (Decimal(value) / unit).quantize(Decimal("0.1"))


# In code points these letters stand apart from the alphabet; each belongs right after the letter that it is given.
_AFTER = str.maketrans({"ґ": "г\ufff0", "є": "е\ufff0", "і": "и\ufff0", "ї": "и\ufff1", "й": "и\ufff2"})


def alphabetical(text: str) -> str:
    """A key to sort words by as people do: without regard to accents and capitals, Ukrainian by its alphabet."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_AFTER))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def short_digest(digest: str) -> str:
    """First and last eight characters of a long digest; a short one stays whole."""
    return digest if len(digest) <= 20 else f"{digest[:8]}…{digest[-8:]}"


def grouped(text: str, size: int = 8) -> str:
    """The whole text in groups, for eyes that compare: a digest by eight, a secret by four."""
    return " ".join(text[start : start + size] for start in range(0, len(text), size))


def in_language(thing: object, field: str) -> str:
    """`thing.<field>_<active language>`, else its English, else its Ukrainian: a value never shows empty in vain."""
    language = (get_language() or "en")[:2]
    for code in (language, "en", "uk"):
        told = _read(thing, f"{field}_{code}")
        if told:
            return str(told)
    return ""


def _read(thing: object, name: str) -> object:
    return thing.get(name) if isinstance(thing, dict) else getattr(thing, name, None)


OPERATOR_WORDS = {
    "gt": gettext_noop("more than %(value)s"),
    "gte": gettext_noop("at least %(value)s"),
    "lt": gettext_noop("less than %(value)s"),
    "lte": gettext_noop("at most %(value)s"),
    "eq": gettext_noop("exactly %(value)s"),
}


def quantity(value: int | Decimal | None, unit: str = "") -> str:
    """As in "9.4 km"; the unit may be empty."""
    if value is None or value == "":
        return ""
    return f"{figure(value)}{SPACE}{unit}" if unit else figure(value)


def bound(operator: str, value: int | Decimal, unit: str = "") -> str:
    """As in "at least 10 km"; the operator is one of gt, gte, lt, lte, eq in either case of letters."""
    return gettext(OPERATOR_WORDS[operator.lower()]) % {"value": quantity(value, unit)}

"""Values as people read them, in the active language: pure functions, no request and no clock.

Spaces inside a value are non-breaking, so that a number never parts from its unit.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import dateformat, formats
from django.utils.translation import get_language, gettext, pgettext
from django.utils.translation import gettext_noop as noop

SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"

HOME_ZONE = "Europe/Kyiv"

DAY_FORMATS = {"en": "j F Y", "uk": "j E Y р."}
SHORT_DAY_FORMATS = {"en": "j F", "uk": "j E"}

ZONES = {
    "UTC": (noop("UTC"), noop("UTC")),
    "Europe/Kyiv": (noop("Kyiv"), noop("Kyiv time")),
    "Europe/Riga": (noop("Riga"), noop("Riga time")),
    "Europe/London": (noop("London"), noop("London time")),
    "Europe/Amsterdam": (noop("Amsterdam"), noop("Amsterdam time")),
    "Europe/Berlin": (noop("Berlin"), noop("Berlin time")),
    "Europe/Brussels": (noop("Brussels"), noop("Brussels time")),
    "Europe/Copenhagen": (noop("Copenhagen"), noop("Copenhagen time")),
    "Europe/Istanbul": (noop("Istanbul"), noop("Istanbul time")),
    "Europe/Luxembourg": (noop("Luxembourg"), noop("Luxembourg time")),
    "Europe/Oslo": (noop("Oslo"), noop("Oslo time")),
    "Europe/Paris": (noop("Paris"), noop("Paris time")),
    "Europe/Prague": (noop("Prague"), noop("Prague time")),
    "Europe/Rome": (noop("Rome"), noop("Rome time")),
    "Europe/Stockholm": (noop("Stockholm"), noop("Stockholm time")),
    "Europe/Tallinn": (noop("Tallinn"), noop("Tallinn time")),
    "Europe/Vilnius": (noop("Vilnius"), noop("Vilnius time")),
    "Europe/Warsaw": (noop("Warsaw"), noop("Warsaw time")),
    "America/Toronto": (noop("Toronto"), noop("Toronto time")),
    "Australia/Sydney": (noop("Sydney"), noop("Sydney time")),
    "Pacific/Auckland": (noop("Auckland"), noop("Auckland time")),
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
    """"14 October 2026", without the year when short. An instant must already stand in the reader's zone."""
    return dateformat.format(value, _by_language(SHORT_DAY_FORMATS if short else DAY_FORMATS)).replace(" ", SPACE)


def time_of_day(value: datetime, *, seconds: bool = True) -> str:
    return value.strftime("%H:%M:%S" if seconds else "%H:%M")


def instant_in_zone(moment: datetime, zone: tzinfo) -> str:
    """"14 October 2026, 12:00:00 Kyiv time". Needs an aware instant."""
    local = moment.astimezone(zone)
    return f"{day(local)}, {time_of_day(local)}{SPACE}{zone_words(zone)}"


def instant_in_utc(moment: datetime, zone: tzinfo) -> str:
    """"09:00:00 UTC", with its day when that is another one than in `zone`."""
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


def epoch_ms(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@dataclass(frozen=True)
class TimePart:
    count: int
    unit: str


SOON = timedelta(hours=24)


def time_left(now: datetime, until: datetime, *, with_seconds: bool = False) -> list[TimePart]:
    """What is left, from its greatest unit down; an empty list at and after `until`.

    Seconds are shown in the last 24 hours, or always on demand. Parts of a second are cut off, so the last second is "0 s".
    """
    left = until - now
    if left <= timedelta(0):
        return []
    days, rest = left.days, left.seconds
    counts = [days, rest // 3600, rest // 60 % 60, rest % 60]
    units = [
        pgettext("unit of time left", "d"),
        pgettext("unit of time left", "h"),
        pgettext("unit of time left", "min"),
        pgettext("unit of time left", "s"),
    ]
    parts = [TimePart(count, unit) for count, unit in zip(counts, units, strict=True)]
    first = next((index for index, count in enumerate(counts) if count), 3)
    last = 4 if with_seconds or days == 0 else 3
    return parts[first:last]


def is_soon(now: datetime, until: datetime) -> bool:
    """Less than 24 hours are left and the instant is not yet here."""
    return timedelta(0) < until - now < SOON


def duration(value: timedelta) -> str:
    """"14 d 21 h", "57 min 49 s": the two greatest units. The sign is dropped."""
    parts = time_left(datetime.min, datetime.min + abs(value), with_seconds=True)
    return SPACE.join(f"{part.count}{SPACE}{part.unit}" for part in parts[:2]) or f"0{SPACE}{pgettext('unit of time left', 's')}"


def figure(value: int | Decimal | float | None, decimals: int | None = None) -> str:
    """A number by the habits of the language: thousands apart, a true minus sign, no trailing zeros unless asked for."""
    if value is None or value == "":
        return ""
    number = Decimal(str(value))
    if decimals is None:
        number = number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()
    written = formats.number_format(number, decimal_pos=decimals, use_l10n=True, force_grouping=True)
    return written.replace("-", MINUS)


def money(amount: int | Decimal | None, currency: str) -> str:
    """"EUR 2,000,000", with cents only where there are any."""
    if amount is None or amount == "":
        return ""
    value = Decimal(amount)
    decimals = 0 if value == value.to_integral_value() else 2
    return gettext("%(currency)s %(amount)s").replace(" ", SPACE) % {
        "currency": currency,
        "amount": figure(value, decimals),
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


def _tenths(size_bytes: int, unit: int) -> Decimal:
    return (Decimal(size_bytes) / unit).quantize(Decimal("0.1"))


def short_digest(digest: str) -> str:
    """First and last eight characters of a long digest; a short one stays whole."""
    return digest if len(digest) <= 20 else f"{digest[:8]}…{digest[-8:]}"


def grouped(text: str, size: int = 8) -> str:
    """The whole text in groups, for eyes that compare: a digest by eight, a secret by four."""
    return " ".join(text[start : start + size] for start in range(0, len(text), size))


def in_language(thing: object, field: str) -> str:
    """`thing.<field>_<active language>`, else its English, else whatever is there: a bilingual value never shows empty."""
    language = (get_language() or "en")[:2]
    for code in (language, "en", "uk"):
        told = _read(thing, f"{field}_{code}")
        if told:
            return str(told)
    return ""


def _read(thing: object, name: str) -> object:
    return thing.get(name) if isinstance(thing, dict) else getattr(thing, name, None)


OPERATOR_WORDS = {
    "gt": noop("more than %(value)s"),
    "gte": noop("at least %(value)s"),
    "lt": noop("less than %(value)s"),
    "lte": noop("at most %(value)s"),
    "eq": noop("exactly %(value)s"),
}


def quantity(value: int | Decimal | None, unit: str = "") -> str:
    """"9.4 km"; the unit may be empty."""
    if value is None or value == "":
        return ""
    return f"{figure(value)}{SPACE}{unit}" if unit else figure(value)


def bound(operator: str, value: int | Decimal, unit: str = "") -> str:
    """"at least 10 km": an operator (gt, gte, lt, lte, eq, in either case of letters) as words."""
    return gettext(OPERATOR_WORDS[operator.lower()]) % {"value": quantity(value, unit)}

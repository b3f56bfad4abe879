"""Values as people read them, in both languages, at their edges."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from coalition_portal import formatting
from coalition_portal.formatting import TimePart

CLOSES = datetime(2026, 10, 14, 9, tzinfo=UTC)
KYIV = ZoneInfo("Europe/Kyiv")


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def plain(text):
    return text.replace(formatting.SPACE, " ")


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("Europe/Kyiv", "14 October 2026, 12:00:00 Kyiv time (09:00:00 UTC)"),
        ("Europe/London", "14 October 2026, 10:00:00 London time (09:00:00 UTC)"),
        ("UTC", "14 October 2026, 09:00:00 UTC"),
        ("Asia/Tokyo", "14 October 2026, 18:00:00 Asia/Tokyo (09:00:00 UTC)"),
    ],
)
def test_instant_is_told_twice(zone, told):
    assert plain(formatting.instant(CLOSES, ZoneInfo(zone))) == told


def test_instant_names_the_day_in_utc_where_it_is_another():
    moment = datetime(2026, 10, 13, 22, 30, 5, tzinfo=UTC)

    told = plain(formatting.instant(moment, KYIV))

    assert told == "14 October 2026, 01:30:05 Kyiv time (13 October, 22:30:05 UTC)"


def test_instant_after_the_clocks_went_back():
    assert plain(formatting.instant_in_zone(datetime(2026, 10, 26, 9, tzinfo=UTC), KYIV)) == (
        "26 October 2026, 11:00:00 Kyiv time"
    )


def test_day_in_ukrainian_has_the_month_in_its_case():
    with translation.override("uk"):
        days = [plain(formatting.day(date(2026, 10, 14))), plain(formatting.day(date(2026, 10, 14), short=True))]

    assert days == ["14 жовтня 2026 р.", "14 жовтня"]


@pytest.mark.parametrize(("name", "zone"), [(None, KYIV), ("", KYIV), ("No/Where", KYIV), ("../x", KYIV)])
def test_zone_named_falls_back_to_kyiv(name, zone):
    assert formatting.zone_named(name) == zone


def test_zone_place():
    assert [formatting.zone_place(ZoneInfo(name)) for name in ("Europe/Riga", "Asia/Tokyo")] == ["Riga", "Asia/Tokyo"]


def test_iso_keeps_microseconds_only_where_there_are_any():
    assert [formatting.iso(CLOSES), formatting.iso(CLOSES + timedelta(microseconds=7))] == [
        "2026-10-14T09:00:00Z",
        "2026-10-14T09:00:00.000007Z",
    ]


def test_microseconds_are_always_six():
    there = CLOSES.astimezone(KYIV)

    assert [formatting.microseconds(there), formatting.microseconds(there + timedelta(microseconds=7))] == [
        "2026-10-14T09:00:00.000000Z",
        "2026-10-14T09:00:00.000007Z",
    ]


def test_epoch_ms():
    assert formatting.epoch_ms(datetime(1970, 1, 1, 0, 0, 1, 5999, tzinfo=UTC)) == 1005


@pytest.mark.parametrize(
    ("left", "with_seconds", "parts"),
    [
        (timedelta(days=14, hours=21, minutes=57, seconds=49), False, [(14, "d"), (21, "h"), (57, "min")]),
        (timedelta(days=14, hours=21, minutes=57, seconds=49), True, [(14, "d"), (21, "h"), (57, "min"), (49, "s")]),
        (timedelta(days=1), False, [(1, "d"), (0, "h"), (0, "min")]),
        (timedelta(hours=21, minutes=46, seconds=40), False, [(21, "h"), (46, "min"), (40, "s")]),
        (timedelta(minutes=57, seconds=49), False, [(57, "min"), (49, "s")]),
        (timedelta(seconds=9, microseconds=999_999), False, [(9, "s")]),
        (timedelta(microseconds=1), False, [(0, "s")]),
        (timedelta(0), False, []),
        (timedelta(microseconds=-1), True, []),
    ],
)
def test_time_left(left, with_seconds, parts):
    told = formatting.time_left(CLOSES - left, CLOSES, with_seconds=with_seconds)

    assert told == [TimePart(count, unit) for count, unit in parts]


@pytest.mark.parametrize(
    ("left", "soon"),
    [
        (timedelta(hours=24), False),
        (timedelta(hours=24) - timedelta(microseconds=1), True),
        (timedelta(microseconds=1), True),
        (timedelta(0), False),
    ],
)
def test_is_soon(left, soon):
    assert formatting.is_soon(CLOSES - left, CLOSES) is soon


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (timedelta(days=14, hours=21, minutes=3), "14 d 21 h"),
        (timedelta(minutes=57, seconds=49), "57 min 49 s"),
        (timedelta(seconds=-3), "3 s"),
        (timedelta(0), "0 s"),
    ],
)
def test_duration_tells_the_two_greatest_units(value, told):
    assert plain(formatting.duration(value)) == told


@pytest.mark.parametrize(
    ("value", "decimals", "en", "uk"),
    [
        (1200, None, "1,200", "1 200"),
        (Decimal("9.4000"), None, "9.4", "9,4"),
        (Decimal("500.0000"), None, "500", "500"),
        (Decimal("1E+3"), None, "1,000", "1 000"),
        (Decimal("-14.5"), None, "−14.5", "−14,5"),
        (12.5, 2, "12.50", "12,50"),
        (Decimal("88.647"), 2, "88.65", "88,65"),
        (Decimal("73.955"), 2, "73.96", "73,96"),
        (Decimal("73.945"), 2, "73.94", "73,94"),
        (Decimal("-0.996"), 2, "−1.00", "−1,00"),
        (None, None, "", ""),
        ("", None, "", ""),
    ],
)
def test_figure(value, decimals, en, uk):
    told = [plain(formatting.figure(value, decimals))]
    with translation.override("uk"):
        told.append(plain(formatting.figure(value, decimals)))

    assert told == [en, uk]


@pytest.mark.parametrize(
    ("amount", "told"),
    [(2_000_000, "GBP 2,000,000"), (Decimal("4380.50"), "GBP 4,380.50"), (Decimal("4380.00"), "GBP 4,380"), (None, "")],
)
def test_money(amount, told):
    assert plain(formatting.money(amount, "GBP")) == told


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        (176_000_000, "EUR 176M"),
        (Decimal("1549999.99"), "EUR 1.5M"),
        (1_000_000, "EUR 1M"),
        (999_999, "EUR 999,999"),
    ],
)
def test_short_money(amount, told):
    assert plain(formatting.short_money(amount, "EUR")) == told


@pytest.mark.parametrize(
    ("size_bytes", "told"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1 kB"),
        (999_999, "999 kB"),
        (1_000_000, "1 MB"),
        (4_249_000, "4.2 MB"),
        (1_500_000_000, "1.5 GB"),
        (None, ""),
    ],
)
def test_file_size(size_bytes, told):
    assert plain(formatting.file_size(size_bytes)) == told


def test_digests():
    digest = "1e6ed65d77d6364eeaed5a745ba5c498"

    assert [formatting.short_digest(digest), formatting.short_digest("abc"), formatting.grouped(digest)] == [
        "1e6ed65d…5ba5c498",
        "abc",
        "1e6ed65d 77d6364e eaed5a74 5ba5c498",
    ]


@pytest.mark.parametrize(
    "thing", [SimpleNamespace(title_en="Range", title_uk="Дальність"), {"title_en": "Range", "title_uk": "Дальність"}]
)
def test_in_language(thing):
    told = [formatting.in_language(thing, "title")]
    with translation.override("uk"):
        told.append(formatting.in_language(thing, "title"))

    assert told == ["Range", "Дальність"]


def test_in_language_never_shows_empty_while_another_language_has_words():
    with translation.override("uk"):
        told = formatting.in_language({"title_en": "Range", "title_uk": ""}, "title")

    assert told == "Range"


def test_in_language_of_nothing():
    assert formatting.in_language({}, "title") == ""


@pytest.mark.parametrize(
    ("operator", "told"),
    [
        ("gt", "more than 10 km"),
        ("gte", "at least 10 km"),
        ("lt", "less than 10 km"),
        ("lte", "at most 10 km"),
        ("EQ", "exactly 10 km"),
    ],
)
def test_bound(operator, told):
    assert plain(formatting.bound(operator, Decimal("10.0000"), "km")) == told


def test_quantity():
    told = [plain(formatting.quantity(value, unit)) for value, unit in ((Decimal("9.4"), "km"), (3, ""), (None, "km"))]

    assert told == ["9.4 km", "3", ""]


@pytest.mark.parametrize(
    "words",
    [
        ["Австралія", "Гана", "Ґватемала", "Данія", "Естонія", "Єгипет", "Італія", "Їжачина", "Йорданія", "Канада"],
        ["Åland Islands", "Austria", "Belgium", "türkiye", "United Kingdom"],
    ],
)
def test_alphabetical(words):
    assert sorted(words, key=formatting.alphabetical) == words

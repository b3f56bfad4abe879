from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenders.proposals.answering import Merged, Unread, Unreadable, merge, plain, read_number


@pytest.mark.parametrize(
    ("text", "decimals", "expected"),
    [
        ("", 0, None),
        ("  ", 1, None),
        ("6.5", 1, Decimal("6.5")),
        ("6,5", 1, Decimal("6.5")),
        ("6.50", 1, Decimal("6.5")),
        ("6.", 1, Decimal("6.0")),
        (".5", 1, Decimal("0.5")),
        ("+7", 0, Decimal("7")),
        ("-18", 0, Decimal("-18")),
        ("\u221218", 0, Decimal("-18")),
        ("\u201318,5", 1, Decimal("-18.5")),
        ("1 200", 0, Decimal("1200")),
        ("1\u00a0200\u202f000", 0, Decimal("1200000")),
        ("1'200", 0, Decimal("1200")),
        ("-0.0", 1, Decimal("0.0")),
        ("9999999999", 0, Decimal("9999999999")),
        ("0012", 0, Decimal("12")),
        ("1234,5", 1, Decimal("1234.5")),
    ],
)
def test_read_number_understands(text, decimals, expected):
    read = read_number(text, decimals)

    assert (read, str(read)) == (expected, str(expected))


@pytest.mark.parametrize(
    ("text", "decimals", "reason"),
    [
        ("about 1200", 0, Unread.NO_NUMBER),
        ("1200 m", 0, Unread.NO_NUMBER),
        ("1e3", 0, Unread.NO_NUMBER),
        ("NaN", 0, Unread.NO_NUMBER),
        ("Infinity", 0, Unread.NO_NUMBER),
        ("١٢", 0, Unread.NO_NUMBER),
        ("1.2.3", 1, Unread.NO_NUMBER),
        ("1,2.3", 1, Unread.NO_NUMBER),
        ("--5", 0, Unread.NO_NUMBER),
        (".", 1, Unread.NO_NUMBER),
        ("1,200", 0, Unread.AMBIGUOUS),
        ("1,200", 3, Unread.AMBIGUOUS),
        ("12,345,678", 0, Unread.AMBIGUOUS),
        ("6.55", 1, Unread.TOO_FINE),
        ("0.5", 0, Unread.TOO_FINE),
        ("10000000000", 0, Unread.TOO_LARGE),
        ("-10000000000", 0, Unread.TOO_LARGE),
    ],
)
def test_read_number_never_guesses(text, decimals, reason):
    with pytest.raises(Unreadable) as raised:
        read_number(text, decimals)

    assert raised.value.reason == reason


@given(st.decimals(min_value=-9_999_999_999, max_value=9_999_999_999, places=4))
def test_plain_comes_back_the_same(number):
    written = plain(number)

    assert read_number(written, 4) == number
    assert plain(read_number(written, 4)) == (written if number else "0")


@pytest.mark.parametrize(
    ("seen", "typed", "saved", "value", "clash"),
    [
        ("a", "a", "a", "a", None),
        ("a", "b", "a", "b", None),
        ("a", "a", "c", "c", None),
        ("a", "b", "c", "b", "c"),
        ("a", "c", "c", "c", None),
        ("", "b", "", "b", None),
        ("", "b", "c", "b", "c"),
        ("a", "", "c", "", "c"),
        ("a", "b", "", "b", ""),
    ],
)
def test_merge_of_what_was_seen_typed_and_saved(seen, typed, saved, value, clash):
    merged = merge(seen={"f": seen}, typed={"f": typed}, saved={"f": saved})

    assert merged == Merged(values={"f": value}, clashes={} if clash is None else {"f": clash})


@pytest.mark.parametrize(("typed", "saved", "clashes"), [("a", "a", {}), ("b", "a", {"f": "a"}), ("", "a", {"f": "a"})])
def test_merge_without_knowing_what_was_seen_clashes_on_every_difference(typed, saved, clashes):
    assert merge(seen=None, typed={"f": typed}, saved={"f": saved}) == Merged(values={"f": typed}, clashes=clashes)


def test_merge_takes_each_field_by_itself():
    merged = merge(
        seen={"mine": "1", "theirs": "1", "both": "1"},
        typed={"mine": "2", "theirs": "1", "both": "2", "new": "5"},
        saved={"mine": "1", "theirs": "3", "both": "3"},
    )

    assert merged == Merged(values={"mine": "2", "theirs": "3", "both": "2", "new": "5"}, clashes={"both": "3"})

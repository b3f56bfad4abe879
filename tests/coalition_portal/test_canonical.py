import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from coalition_portal.canonical import canonical_json
from coalition_portal.identity.roles import Role

SPELLINGS = [
    (None, "null"),
    (True, "true"),
    (7, "7"),
    ("Київ", '"Київ"'),
    ('"\\\n', '"\\"\\\\\\n"'),
    (Role.CHAIR, '"CHAIR"'),
    (Decimal("1.50"), '"1.50"'),
    (Decimal("1E+3"), '"1000"'),
    (Decimal("-0.000001"), '"-0.000001"'),
    (date(2026, 10, 14), '"2026-10-14"'),
    (datetime(2026, 10, 14, 9, 0, tzinfo=UTC), '"2026-10-14T09:00:00.000000Z"'),
    (datetime(2026, 10, 14, 12, 0, 0, 1, tzinfo=timezone(timedelta(hours=3))), '"2026-10-14T09:00:00.000001Z"'),
    ([1, (2, "a")], '[1,[2,"a"]]'),
    ({"b": 1, "a": {"d": None, "c": []}}, '{"a":{"c":[],"d":null},"b":1}'),
]


@pytest.mark.parametrize(("value", "text"), SPELLINGS)
def test_canonical_json_has_one_spelling(value, text):
    assert canonical_json(value) == text.encode()


@pytest.mark.parametrize("value", [1.5, float("nan"), b"raw", {1, 2}, {1: "a"}, object(), gettext_lazy("chair")])
def test_canonical_json_refuses_types_with_no_one_spelling(value):
    with pytest.raises(TypeError, match="canonical JSON"):
        canonical_json([value])


@pytest.mark.parametrize("value", [datetime(2026, 10, 14), Decimal("NaN"), Decimal("Infinity"), "\ud800"])  # noqa: DTZ001
def test_canonical_json_refuses_values_with_no_one_spelling(value):
    with pytest.raises(ValueError, match=r"canonical JSON|surrogates"):
        canonical_json({"a": value})


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(PLAIN)
def test_canonical_json_reads_back_and_is_stable(value):
    body = canonical_json(value)

    assert json.loads(body) == value
    assert canonical_json(json.loads(body)) == body

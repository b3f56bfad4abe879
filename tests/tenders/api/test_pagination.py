import base64
import json
from datetime import UTC, datetime

import pytest
from django.db.models import Q

from tenders.api import pagination
from tenders.api.errors import Problem
from tenders.api.query_values import SORTS

ROW = {
    "number": "IDC-2026-0007",
    "closes_at": datetime(2026, 3, 9, 12, 0, tzinfo=UTC),
    "published_at": datetime(2026, 2, 2, 9, 0, 0, 123456, tzinfo=UTC),
}


def made_of(value) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_order_ends_with_what_is_unique():
    assert {sort: pagination.ordering(sort) for sort in SORTS[:6]} == {
        "deadline": ["closes_at", "number"],
        "-deadline": ["-closes_at", "number"],
        "published": ["published_at", "number"],
        "-published": ["-published_at", "number"],
        "deadline,published": ["closes_at", "published_at", "number"],
        "deadline,-published": ["closes_at", "-published_at", "number"],
    }


def test_what_follows_a_row():
    assert pagination.after(pagination.cursor_after(ROW, "-published"), "-published") == (
        Q(published_at__lt=ROW["published_at"]) | Q(published_at=ROW["published_at"]) & Q(number__gt="IDC-2026-0007")
    )


def test_what_follows_a_row_in_two_columns():
    cursor = pagination.cursor_after(ROW, "deadline,-published")

    assert pagination.after(cursor, "deadline,-published") == (
        Q(closes_at__gt=ROW["closes_at"])
        | Q(closes_at=ROW["closes_at"]) & Q(published_at__lt=ROW["published_at"])
        | Q(closes_at=ROW["closes_at"]) & Q(published_at=ROW["published_at"]) & Q(number__gt="IDC-2026-0007")
    )


@pytest.mark.parametrize("sort", SORTS)
def test_a_cursor_is_opaque_and_fits_an_address(sort):
    assert pagination.cursor_after(ROW, sort).replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "=",
        "A",
        "é",
        "abc\n",
        "x" * 301,
        made_of(7),
        made_of(None),
        made_of([]),
        made_of({}),
        made_of("-published"),
        made_of(["-published"]),
        made_of(["-published", "2026-02-02T09:00:00", "IDC-2026-0007"]),
        made_of(["-published", "2026-02-02T09:00:00+00:00", "IDC-2026-0007"]),
        made_of(["-published", "0001-01-01T00:00:00+10:00", "IDC-2026-0007"]),
        made_of(["-published", 12, "IDC-2026-0007"]),
        made_of(["-published", "2026-02-02T09:00:00Z", 7]),
        made_of(["-published", "2026-02-02T09:00:00Z", "IDC'--"]),
        made_of(["-published", "2026-02-02T09:00:00Z", "IDC\x00"]),
        base64.urlsafe_b64encode(b"\xff\xfe").decode().rstrip("="),
        base64.urlsafe_b64encode(b"[" * 200).decode().rstrip("="),
    ],
)
def test_a_cursor_of_ones_own_making(cursor):
    with pytest.raises(Problem) as raised:
        pagination.after(cursor, "-published")

    assert (raised.value.kind.slug, raised.value.sentence) == (
        "invalid-cursor",
        "The cursor cannot be read. Follow links.next unchanged.",
    )


@pytest.mark.parametrize(
    "cursor",
    [
        pagination.cursor_after(ROW, "deadline"),
        made_of(["-published", "2026-02-02T09:00:00Z", "2026-02-02T09:00:00Z", "IDC-2026-0007"]),
        made_of(["-published", "IDC-2026-0007"]),
        made_of([["-published"], "2026-02-02T09:00:00Z", "IDC-2026-0007"]),
    ],
)
def test_a_cursor_of_another_order(cursor):
    with pytest.raises(Problem) as raised:
        pagination.after(cursor, "-published")

    assert (raised.value.kind.slug, raised.value.sentence) == (
        "invalid-cursor",
        "The cursor belongs to a list in another order. Keep sort as it was, or begin without a cursor.",
    )

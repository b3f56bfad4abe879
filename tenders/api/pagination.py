"""Pages by key: a cursor names the last row of the page before, so that rows that come and go shift nothing."""

import base64
import json
import re
from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from coalition_portal.formatting import iso
from tenders.api import problems
from tenders.api.errors import Problem
from tenders.api.query_values import CURSOR_PATTERN

COLUMNS = {"deadline": "closes_at", "published": "published_at"}
NUMBER_LENGTH_MAX = 20


def ordering(sort: str) -> list[str]:
    """Columns for order_by, ended by the number, which is unique."""
    return [("-" if descending else "") + column for column, descending in _keys(sort)] + ["number"]


def cursor_after(row: Mapping, sort: str) -> str:
    """The cursor of whatever follows `row` in this order."""
    position = [sort, *(iso(row[column]) for column, _descending in _keys(sort)), row["number"]]
    return base64.urlsafe_b64encode(json.dumps(position, separators=(",", ":")).encode()).rstrip(b"=").decode()


def after(cursor: str, sort: str) -> Q:
    """The condition on rows that follow the cursor. Raises Problem invalid-cursor."""
    *values, number = _position(cursor, sort)
    condition, so_far = Q(), Q()
    for (column, descending), value in zip(_keys(sort), values, strict=True):
        condition |= so_far & Q(**{f"{column}__{'lt' if descending else 'gt'}": value})
        so_far &= Q(**{column: value})
    return condition | so_far & Q(number__gt=number)


def _keys(sort: str) -> list[tuple[str, bool]]:
    return [(COLUMNS[part.removeprefix("-")], part.startswith("-")) for part in sort.split(",")]


def _position(cursor: str, sort: str) -> list:
    """Instants and the number that the cursor holds for this order."""
    try:
        if not re.fullmatch(CURSOR_PATTERN, cursor, re.ASCII):
            raise ValueError(cursor)
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        made_for, *instants, number = json.loads(raw)
        position = [_instant(text) for text in instants] + [_number(number)]
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise Problem(problems.INVALID_CURSOR, _("The cursor cannot be read. Follow links.next unchanged.")) from None
    if made_for != sort or len(instants) != len(_keys(sort)):
        detail = _("The cursor belongs to a list in another order. Keep sort as it was, or begin without a cursor.")
        raise Problem(problems.INVALID_CURSOR, detail)
    return position


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if iso(moment) != text:
        raise ValueError(text)
    return moment


def _number(text: str) -> str:
    if not re.fullmatch(rf"[A-Z0-9-]{{1,{NUMBER_LENGTH_MAX}}}", text, re.ASCII):
        raise ValueError(text)
    return text

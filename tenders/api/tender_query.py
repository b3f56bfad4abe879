"""A question to the list of tenders, and the address that asks it again."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from coalition_portal.formatting import iso
from tenders.api.query_values import LIMIT_DEFAULT, SORT_DEFAULT


@dataclass(frozen=True)
class TenderListQuery:
    """What a client asked the list for; unset filters are None or empty."""

    status: tuple[str, ...] = ()
    cpv: str | None = None
    deadline_from: datetime | None = None
    deadline_to: datetime | None = None
    updated_from: datetime | None = None
    updated_to: datetime | None = None
    q: tuple[str, ...] = ()
    sort: str = SORT_DEFAULT
    limit: int = LIMIT_DEFAULT
    cursor: str | None = None
    count: bool = False

    @property
    def asks_the_clock(self) -> bool:
        """Whether the passing of a deadline alone can bring a tender into this list or take it out."""
        return bool(self.status or self.updated_from or self.updated_to)

    @property
    def needs_deadlines(self) -> bool:
        return bool(self.asks_the_clock or self.deadline_from or self.deadline_to or "deadline" in self.sort)

    def address(self, cursor: str | None) -> str:
        """The same question as a query string, in one fixed order and without defaults, at another cursor."""
        pairs = [("status", status) for status in self.status]
        windows = ("deadline_from", "deadline_to", "updated_from", "updated_to")
        pairs += [("cpv", self.cpv)] if self.cpv else []
        pairs += [(name, iso(getattr(self, name))) for name in windows if getattr(self, name)]
        pairs += [("q", " ".join(self.q))] if self.q else []
        pairs += [("sort", self.sort)] if self.sort != SORT_DEFAULT else []
        pairs += [("limit", str(self.limit))] if self.limit != LIMIT_DEFAULT else []
        pairs += [("count", "true")] if self.count else []
        pairs += [("cursor", cursor)] if cursor else []
        return f"?{urlencode(pairs)}" if pairs else ""

"""What the API says of a tender at an instant, from stored instants alone: pure, and never from a proposal.

A row is a mapping with state, published_at, updated_at, opened_at, cancelled_at and closes_at. Its deadlines are
(closes_at, set_at, reason) in their order, the first of which came with publication.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from tenders.notices.timetable import PublicStatus, status_at

OCDS_STATUS: Mapping[PublicStatus, str] = {
    PublicStatus.PLANNED: "planned",
    PublicStatus.OPEN: "active",
    PublicStatus.SEALED: "active",
    PublicStatus.EVALUATION: "active",
    PublicStatus.UNSUCCESSFUL: "unsuccessful",
    PublicStatus.CANCELLED: "cancelled",
}
"""OCDS has no word for a passed deadline or for evaluation."""


class DeadlineFacts(NamedTuple):
    closes_at: datetime
    set_at: datetime
    reason: str


def status_of(row: Mapping, now: datetime) -> PublicStatus:
    return status_at(row["state"], row["closes_at"], now)


def stage_of(status: PublicStatus) -> str:
    """The stage of the contracting process, as OCDS names it."""
    return "planning" if status is PublicStatus.PLANNED else "tender"


def updated_at(row: Mapping, now: datetime) -> datetime:
    """The last public event at or before `now`: a verb's, or the deadline that passed by itself."""
    if status_of(row, now) is PublicStatus.SEALED and row["closes_at"] is not None:
        return max(row["updated_at"], row["closes_at"])
    return row["updated_at"]


def next_event_at(row: Mapping, now: datetime) -> datetime | None:
    """The instant at which the clock alone changes the answer; None where only people can change it."""
    return row["closes_at"] if status_of(row, now) is PublicStatus.OPEN else None


def status_since(row: Mapping, deadlines: Sequence[DeadlineFacts], now: datetime) -> datetime:
    """When the tender came to the status that it has at `now`."""
    status = status_of(row, now)
    if status is PublicStatus.OPEN:
        return _open_since(row["published_at"], deadlines)
    stored = {
        PublicStatus.SEALED: row["closes_at"],
        PublicStatus.EVALUATION: row["opened_at"],
        PublicStatus.CANCELLED: row["cancelled_at"],
    }
    return stored.get(status) or row["updated_at"]


def _open_since(published_at: datetime, deadlines: Sequence[DeadlineFacts]) -> datetime:
    """Publication, or the last extension that came when the deadline before had passed already."""
    since = published_at
    for before, after in zip(deadlines, deadlines[1:], strict=False):
        if after.set_at >= before.closes_at:
            since = after.set_at
    return since

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery

from tenders.notices.states import TenderState
from tenders.notices.timetable import STATUS_OF_STATE, PublicStatus


class TenderQuerySet(models.QuerySet):
    """The SQL twin of timetable.status_at; one test holds the two together."""

    def with_deadline(self) -> Self:
        """Adds `closes_at`, `deadline_seq` and `deadline_changes`; None before publication."""
        if "closes_at" in self.query.annotations:
            return self
        # The model is found through its own relation: an import here would run in a circle.
        deadlines = self.model._meta.get_field("deadlines").related_model.objects
        in_force = deadlines.filter(tender=OuterRef("pk")).order_by("-seq")
        return self.annotate(
            closes_at=Subquery(in_force.values("closes_at")[:1]), deadline_seq=Subquery(in_force.values("seq")[:1])
        ).annotate(deadline_changes=F("deadline_seq") - 1)

    def published(self) -> Self:
        """What the public may see: everything that was ever published."""
        return self.filter(published_at__isnull=False)

    def open_at(self, now: datetime) -> Self:
        return self.with_status_at([PublicStatus.OPEN], now)

    def with_status_at(self, statuses: Iterable[str], now: datetime) -> Self:
        """Tenders whose public status at `now` is one of these; comes with the deadline."""
        wanted = {PublicStatus(status) for status in statuses}
        by_state = [state for state, status in STATUS_OF_STATE.items() if status in wanted]
        condition = Q(state__in=by_state)
        if PublicStatus.OPEN in wanted:
            condition |= Q(state=TenderState.PUBLISHED, closes_at__gt=now)
        if PublicStatus.SEALED in wanted:
            condition |= Q(state=TenderState.PUBLISHED) & (Q(closes_at__lte=now) | Q(closes_at=None))
        return self.with_deadline().filter(condition)

"""The consensus board: for each proposal and criterion the locked points, the draft over them and what is recorded.

It reads scores as bare values, for the proposals of one page at a time. The caller has made sure who may see them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from coalition_portal.identity.models import MemberCountry
from tenders.notices.models import Criterion, Tender
from tenders.proposals.models import OpenedProposal
from tenders.reviews.models import Assignment, ConsensusPoint
from tenders.reviews.queries import counted_scores, reviewed_criteria
from tenders.reviews.scoring import scale_of
from tenders.reviews.spread import Draft, Judged, draft, mean
from tenders.reviews.states import SheetState


@dataclass(frozen=True)
class Given:
    """One reviewer's locked point, told by the country."""

    country: str
    points: int
    reason: str


@dataclass
class Row:
    """One criterion of one proposal. `waiting` counts reviewers who have not locked; None where nobody is assigned."""

    opened: OpenedProposal
    criterion: Criterion
    given: list[Given]
    waiting: int | None
    draft: Draft | None
    recorded: ConsensusPoint | None
    form: object = None

    @property
    def key(self) -> str:
        return f"{self.opened.public_id}:{self.criterion.code}"

    @property
    def is_drafted(self) -> bool:
        return self.recorded is None and self.draft is not None and self.draft.drafted

    @property
    def is_to_discuss(self) -> bool:
        return self.recorded is None and self.draft is not None and not self.draft.drafted

    @property
    def is_waiting(self) -> bool:
        return self.recorded is None and self.draft is None

    @property
    def dots(self) -> list[tuple[str, int]]:
        return [(given.country, given.points) for given in self.given]

    @property
    def mean(self) -> Decimal | None:
        return mean([given.points for given in self.given]) if self.given else None

    @property
    def suggestion(self) -> dict:
        """What the form for a discussed point begins with."""
        if self.recorded is not None:
            return {"points": self.recorded.points, "reason": self.recorded.reason}
        return {}


@dataclass
class Line:
    """One proposal of the board."""

    opened: OpenedProposal
    rows: list[Row] = field(default_factory=list)

    @property
    def recorded(self) -> list[Row]:
        return [row for row in self.rows if row.recorded is not None]

    @property
    def drafted(self) -> list[Row]:
        return [row for row in self.rows if row.is_drafted]

    @property
    def to_discuss(self) -> list[Row]:
        return [row for row in self.rows if row.is_to_discuss]

    @property
    def waiting(self) -> list[Row]:
        return [row for row in self.rows if row.is_waiting]

    @property
    def task(self) -> tuple[str, str]:
        """Tone and words of what there is to do."""
        if self.to_discuss:
            return "warn", _("To discuss: %(count)s") % {"count": len(self.to_discuss)}
        if self.drafted:
            return "now", _("Drafted: %(count)s") % {"count": len(self.drafted)}
        if self.waiting:
            return "quiet", _("Waits for reviewers")
        return "good", _("Agreed")


def lines(tender: Tender, opened: Sequence[OpenedProposal]) -> list[Line]:
    """The board of these proposals, in their order."""
    criteria = list(reviewed_criteria(tender))
    given, waiting = _given(opened), _waiting(opened)
    recorded = {
        (point.opened_id, point.criterion_id): point for point in ConsensusPoint.objects.filter(opened__in=opened)
    }
    return [
        Line(
            one,
            [
                _row(
                    one,
                    criterion,
                    given.get((one.pk, criterion.pk), []),
                    waiting.get((one.pk, criterion.group)),
                    recorded.get((one.pk, criterion.pk)),
                )
                for criterion in criteria
            ],
        )
        for one in opened
    ]


def _row(
    opened: OpenedProposal,
    criterion: Criterion,
    given: list[Given],
    waiting: int | None,
    recorded: ConsensusPoint | None,
) -> Row:
    made = None
    if waiting == 0:
        made = draft([Judged(one.points, one.reason) for one in given], scale_of(criterion))
    return Row(opened=opened, criterion=criterion, given=given, waiting=waiting, draft=made, recorded=recorded)


def _given(opened: Iterable[OpenedProposal]) -> dict[tuple[int, int], list[Given]]:
    """Locked points of these proposals, in the order of their locking."""
    rows = counted_scores().filter(sheet__assignment__opened__in=opened).order_by("sheet__locked_at", "pk")
    columns = ("sheet__assignment__opened", "criterion", "sheet__assignment__member__country", "points", "reason")
    names = {country.pk: country.name for country in MemberCountry.objects.all()}
    given: dict[tuple[int, int], list[Given]] = {}
    for one, criterion, country, points, reason in rows.values_list(*columns):
        given.setdefault((one, criterion), []).append(Given(names[country], points, reason))
    return given


def _waiting(opened: Iterable[OpenedProposal]) -> dict[tuple[int, str], int]:
    """How many assigned reviewers have not locked, by proposal and group; no entry where nobody is assigned."""
    live = Assignment.objects.filter(opened__in=opened, ended_at=None)
    waiting: dict[tuple[int, str], int] = {}
    for one, group, state in live.values_list("opened", "member__group", "sheet__state"):
        waiting[one, group] = waiting.get((one, group), 0) + (state != SheetState.LOCKED)
    return waiting

"""What a bidder is told about its own proposals once the result is published."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from manufacturers.models import Company
from tenders.notices.models import Criterion, Tender
from tenders.proposals.models import OpenedProposal
from tenders.reviews.models import Ranking
from tenders.reviews.queries import in_list_form, reasons_of


@dataclass(frozen=True)
class CriterionResult:
    criterion: Criterion
    points: Decimal
    weighted: Decimal
    reason: str
    is_below_minimum: bool


@dataclass(frozen=True)
class Result:
    """What a company is told about one of its proposals once the result is published."""

    opened: OpenedProposal
    published_at: datetime
    ranked_count: int
    rank: int | None
    total: Decimal | None
    criteria: tuple[CriterionResult, ...]
    exclusion_reason: str

    @property
    def below_minimum(self) -> tuple[CriterionResult, ...]:
        return tuple(criterion for criterion in self.criteria if criterion.is_below_minimum)


def result_for_company(company: Company, tender: Tender) -> list[Result]:
    """The company's own results of a tender, one for each of its proposals; nothing before publication."""
    ranking = Ranking.objects.filter(tender=tender, published_at__isnull=False).first()
    if ranking is None:
        return []
    rows = OpenedProposal.objects.filter(tender=tender, proposal__company=company)
    rows = in_list_form(rows).select_related("ranked", "exclusion").order_by("public_id")
    criteria = {criterion.code: criterion for criterion in Criterion.objects.filter(tender=tender)}
    reasons = reasons_of([opened.pk for opened in rows])
    return [_result(opened, ranking, criteria, reasons) for opened in rows]


def _result(
    opened: OpenedProposal, ranking: Ranking, criteria: dict[str, Criterion], reasons: dict[tuple[int, str], str]
) -> Result:
    ranked = getattr(opened, "ranked", None)
    exclusion = getattr(opened, "exclusion", None)
    parts = ranked.parts if ranked else []
    return Result(
        opened=opened,
        published_at=ranking.published_at,
        ranked_count=ranking.ranked_count,
        rank=ranked.rank if ranked else None,
        total=ranked.total if ranked else None,
        criteria=tuple(
            CriterionResult(
                criterion=criteria[part["criterion"]],
                points=Decimal(part["points"]),
                weighted=Decimal(part["weighted"]),
                reason=reasons.get((opened.pk, part["criterion"]), ""),
                is_below_minimum=part["below_minimum"],
            )
            for part in parts
        ),
        exclusion_reason=exclusion.reason if exclusion and exclusion.confirmed_at else "",
    )

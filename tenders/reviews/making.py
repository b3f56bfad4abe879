"""Make the ranking from the recorded consensus; publish its result to the bidders by two people of two countries."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coalition_portal.identity.models import User
from coalition_portal.identity.queries import country_of
from coalition_portal.ledger.append import append
from coalition_portal.ledger.entries import Event, commit, new_salt
from coalition_portal.permission import Refused
from coalition_portal.post.queue import queue_mail
from manufacturers.models import Company
from manufacturers.queries import people_who_can_edit
from tenders.notices.models import Criterion, CriterionMethod, Tender
from tenders.notices.price import price_points
from tenders.notices.states import TENDER
from tenders.proposals.models import Exclusion, OpenedProposal
from tenders.proposals.states import ProposalState
from tenders.reviews.models import ConsensusPoint, RankedProposal, Ranking
from tenders.reviews.panel import locked
from tenders.reviews.permissions import check_can_make_ranking, check_can_publish_result
from tenders.reviews.ranking import Candidate, Ranked, Weight, rank

RESULT_PATH = "/results/{}/"
BATCH = 500


class NotRankable(Refused):
    """The ranking cannot be made yet; the sentence says what is missing."""


class NotPublishable(Refused):
    """The result cannot be published by this person now; the sentence says why."""


def make_ranking(*, tender: Tender, by: User, now: datetime) -> Ranking:
    """Rank everything that is not excluded; from here on nothing that went into it changes. A repeat returns it."""
    with transaction.atomic(durable=True):
        tender = locked(tender)
        if known := Ranking.objects.filter(tender=tender, made_by=by).first():
            return known
        check_can_make_ranking(by, tender)
        excluded = _decided_exclusions(tender)
        prices = _prices(tender)
        ranked = rank(_candidates(tender, prices), weights_of(tender))
        return _write(tender, ranked, prices, excluded, by, now)


def weights_of(tender: Tender) -> list[Weight]:
    """The criteria as the ranking takes them, in their published order."""
    rows = Criterion.objects.filter(tender=tender).order_by("order")
    return [Weight(criterion.code, criterion.weight_percent, Decimal(criterion.minimum_points)) for criterion in rows]


def propose_publication(*, ranking: Ranking, by: User, now: datetime) -> Ranking:
    """The first half. A repeat by anybody returns what is proposed already."""
    with transaction.atomic(durable=True):
        check_can_publish_result(by, locked(ranking.tender))
        ranking = (
            Ranking.objects.select_for_update(of=("self",), no_key=True).select_related("tender").get(pk=ranking.pk)
        )
        if ranking.publication_proposed_at is not None:
            return ranking
        ranking.publication_proposed_by, ranking.publication_proposed_country = by, country_of(by)
        ranking.publication_proposed_at = now
        ranking.save()
        append(event=Event.REVIEWS_RESULT_PUBLISHED, subject=ranking.tender.number, facts={"step": "proposed"}, at=now)
        return ranking


def publish_result(*, ranking: Ranking, by: User, now: datetime) -> Ranking:
    """The second half, by another person of another country, one of the two being the chair: every bidder gets news."""
    with transaction.atomic(durable=True):
        check_can_publish_result(by, locked(ranking.tender))
        rows = Ranking.objects.select_for_update(of=("self",), no_key=True).select_related(
            "tender", "publication_proposed_by"
        )
        ranking = rows.get(pk=ranking.pk)
        if ranking.published_at is not None:
            return ranking
        _check_second(ranking, by)
        ranking.published_by, ranking.published_country, ranking.published_at = by, country_of(by), now
        ranking.save()
        _tell_bidders(ranking.tender, now)
        append(event=Event.REVIEWS_RESULT_PUBLISHED, subject=ranking.tender.number, facts={"step": "published"}, at=now)
        return ranking


def _decided_exclusions(tender: Tender) -> int:
    exclusions = Exclusion.objects.filter(opened__tender=tender)
    undecided = exclusions.filter(confirmed_at=None).count()
    if undecided:
        raise NotRankable(
            ngettext(
                "%(count)s proposed exclusion is undecided. A second country confirms it, or it is taken back.",
                "%(count)s proposed exclusions are undecided. A second country confirms them, or they are taken back.",
                undecided,
            )
            % {"count": undecided}
        )
    return exclusions.count()


def _prices(tender: Tender) -> dict[int, Decimal]:
    """The points for the price of every proposal that is ranked, by the published formula."""
    admitted = OpenedProposal.objects.filter(tender=tender, proposal__state=ProposalState.OPENED)
    rows = dict(admitted.values_list("pk", "evaluated_price"))
    if not rows:
        raise NotRankable(_("No proposal is left to rank. A tender without one is declared unsuccessful instead."))
    unread = sum(evaluated is None for evaluated in rows.values())
    if unread:
        raise NotRankable(
            ngettext(
                "%(count)s submission could not be read, so it has no price. Exclude it or have it restored.",
                "%(count)s submissions could not be read, so they have no price. Exclude them or have them restored.",
                unread,
            )
            % {"count": unread}
        )
    return {
        pk: price_points(evaluated, tender.ceiling_price, tender.full_points_price) for pk, evaluated in rows.items()
    }


def _candidates(tender: Tender, prices: Mapping[int, Decimal]) -> list[Candidate]:
    """One candidate for each proposal, from consensus points read as bare values."""
    criteria = dict(Criterion.objects.filter(tender=tender).values_list("code", "method"))
    points: dict[int, dict[str, Decimal]] = {
        pk: {code: price for code, method in criteria.items() if method == CriterionMethod.COMPUTED}
        for pk, price in prices.items()
    }
    rows = ConsensusPoint.objects.filter(opened__tender=tender, opened__proposal__state=ProposalState.OPENED)
    for opened, code, agreed in rows.values_list("opened", "criterion__code", "points"):
        points[opened][code] = Decimal(agreed)
    missing = sum(len(criteria) - len(given) for given in points.values())
    if missing:
        raise NotRankable(
            ngettext(
                "%(count)s consensus point is missing. Record it first.",
                "%(count)s consensus points are missing. Record them first.",
                missing,
            )
            % {"count": missing}
        )
    names = dict(OpenedProposal.objects.filter(pk__in=list(points)).values_list("pk", "public_id"))
    return [Candidate(names[pk], given) for pk, given in points.items()]


def _write(
    tender: Tender, ranked: list[Ranked], prices: Mapping[int, Decimal], excluded: int, by: User, now: datetime
) -> Ranking:
    salt = new_salt()
    ranking = Ranking.objects.create(
        tender=tender, made_by=by, made_at=now, ranked_count=len(ranked), excluded_count=excluded, salt=salt
    )
    keys = dict(OpenedProposal.objects.filter(tender=tender).values_list("public_id", "pk"))
    rows = [
        RankedProposal(ranking=ranking, opened_id=keys[row.key], rank=row.rank, total=row.total, parts=_parts(row))
        for row in ranked
    ]
    RankedProposal.objects.bulk_create(rows, batch_size=BATCH)
    tender.state = TENDER.check(tender.state, "rank")
    # Nothing public changes, so neither does the version that clients compare, nor the instant of the last change.
    tender.save(update_fields=["state"])
    append(
        event=Event.REVIEWS_RANKING_MADE,
        subject=tender.number,
        facts={},
        at=now,
        commitment=commit(salt, {"ranking": [[row.rank, row.key, row.total] for row in ranked]}),
    )
    return ranking


def _parts(row: Ranked) -> list[dict]:
    return [
        {
            "criterion": part.criterion,
            "points": format(part.points, "f"),
            "weight_percent": format(part.weight_percent, "f"),
            "weighted": format(part.weighted, "f"),
            "below_minimum": part.is_below_minimum,
        }
        for part in row.parts
    ]


def _check_second(ranking: Ranking, by: User) -> None:
    if ranking.publication_proposed_at is None:
        raise NotPublishable(_("Nobody has proposed to publish the result. Propose it; a second person publishes."))
    if ranking.publication_proposed_by == by:
        raise NotPublishable(_("You proposed it yourself. A second person of another country has to publish."))
    if ranking.publication_proposed_country == country_of(by):
        raise NotPublishable(_("You are of the country that proposed it. A person of another country has to publish."))
    if ranking.tender.second_approver_id not in (by.pk, ranking.publication_proposed_by_id):
        raise NotPublishable(_("One of the two has to be the chair of this tender. Ask the chair to publish."))


def _tell_bidders(tender: Tender, now: datetime) -> None:
    """One mail for each person and proposal; it says that there is news and nothing else."""
    rows = OpenedProposal.objects.filter(tender=tender).order_by("public_id")
    for public_id, company in rows.values_list("public_id", "proposal__company"):
        for person in _people_of(company):
            queue_mail(
                key=f"result:{public_id}:{person.public_id}",
                to=person,
                template="review_result",
                context={"tender": tender.number, "path": RESULT_PATH.format(public_id)},
                now=now,
            )


def _people_of(company_pk: int) -> Iterable[User]:
    return people_who_can_edit(Company(pk=company_pk))

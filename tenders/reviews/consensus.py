"""The panel's point per criterion: drafted from the median where reviewers are close, discussed where they are not."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from coalition_portal.identity.models import User
from coalition_portal.ledger.append import append
from coalition_portal.ledger.entries import Event, commit, new_salt
from coalition_portal.permission import Refused
from tenders.notices.models import Criterion, CriterionMethod, Tender
from tenders.proposals.models import OpenedProposal
from tenders.proposals.states import ProposalState
from tenders.reviews.models import Assignment, ConsensusPoint, Score
from tenders.reviews.panel import locked
from tenders.reviews.permissions import check_can_lead_consensus, check_can_record
from tenders.reviews.scoring import REASON_LENGTH, scale_of
from tenders.reviews.spread import Draft, Judged, draft
from tenders.reviews.states import SheetState

Key = tuple[str, str]
"""The public id of an opened proposal and the code of a criterion."""


class NotAgreed(Refused):
    """The consensus point cannot be recorded; the sentence says why."""


def draft_for(opened: OpenedProposal, criterion: Criterion) -> Draft | None:
    """The draft over the locked scores; None while a reviewer of the group has not locked, or nobody is assigned."""
    if not is_scored(opened.pk, criterion.group):
        return None
    rows = counted_scores().filter(sheet__assignment__opened=opened, criterion=criterion)
    judged = [Judged(*row) for row in rows.order_by("sheet__locked_at", "pk").values_list("points", "reason")]
    return draft(judged, scale_of(criterion))


def is_scored(opened_pk: int, group: str) -> bool:
    """Whether somebody was assigned in the group and everybody who still is has locked."""
    live = Assignment.objects.filter(opened=opened_pk, ended_at=None, member__group=group)
    states = list(live.values_list("sheet__state", flat=True))
    return bool(states) and set(states) == {SheetState.LOCKED}


def counted_scores():
    """Scores that count: of locked sheets whose assignment stands. An assignment ends when its reviewer is recused."""
    return Score.objects.filter(sheet__state=SheetState.LOCKED, sheet__assignment__ended_at=None)


def record(
    *, opened: OpenedProposal, criterion: Criterion, points: int, reason: str, by: User, now: datetime
) -> ConsensusPoint:
    """Record a discussed point with its reason. Until the ranking is made it can be recorded anew."""
    with transaction.atomic(durable=True):
        tender = locked(opened.tender)
        check_can_record(by, tender, opened.pk)
        _check_recordable(tender, opened, criterion)
        _check_given(criterion, points, reason)
        point = _write(opened, criterion, Judged(points, reason.strip()), False, by, now)
        _log(tender, {(opened.public_id, criterion.code): point}, point.salt, now)
        return point


def confirm_drafts(
    *, tender: Tender, by: User, now: datetime, keys: Iterable[Key] | None = None
) -> list[ConsensusPoint]:
    """Confirm drafted points in a list: those in `keys`, or all that are drafted and not recorded yet.

    A key that has no draft or is recorded already is passed over; returns what was recorded.
    """
    with transaction.atomic(durable=True):
        tender = locked(tender)
        check_can_lead_consensus(by, tender)
        wanted = None if keys is None else set(keys)
        drafts = drafts_of(tender, unrecused_ids(by, tender))
        salt = new_salt()
        points = {
            (opened.public_id, criterion.code): _write(
                opened, criterion, Judged(made.points, made.reason), True, by, now, salt
            )
            for (opened, criterion), made in drafts.items()
            if wanted is None or (opened.public_id, criterion.code) in wanted
        }
        if points:
            _log(tender, points, salt, now)
        return list(points.values())


def drafts_of(tender: Tender, opened_pks: Iterable[int]) -> dict[tuple[OpenedProposal, Criterion], Draft]:
    """Every draft that waits to be confirmed among these proposals, by proposal and order of the criteria."""
    opened_by_pk = OpenedProposal.objects.defer("content").in_bulk(list(opened_pks))
    reviewed = Criterion.objects.filter(tender=tender, method=CriterionMethod.REVIEWED).order_by("order")
    scored = _scored_groups(opened_by_pk)
    judged = _judged(opened_by_pk)
    recorded = set(ConsensusPoint.objects.filter(opened__in=opened_by_pk).values_list("opened", "criterion"))
    return {
        (opened, criterion): made
        for pk, opened in sorted(opened_by_pk.items(), key=lambda item: item[1].public_id)
        for criterion in reviewed
        if (pk, criterion.group) in scored
        and (pk, criterion.pk) not in recorded
        and (made := draft(judged[pk, criterion.pk], scale_of(criterion))).drafted
    }


def unrecused_ids(user: User, tender: Tender) -> list[int]:
    """Proposals that can still be agreed on and that this person may know of."""
    rows = OpenedProposal.objects.filter(tender=tender, proposal__state=ProposalState.OPENED)
    return list(rows.exclude(conflicts__member__user=user).values_list("pk", flat=True))


def _scored_groups(opened_pks: Iterable[int]) -> set[tuple[int, str]]:
    """Pairs of proposal and group that are scored, as `is_scored` says it for one."""
    live = Assignment.objects.filter(opened__in=list(opened_pks), ended_at=None)
    states: dict[tuple[int, str], set[str]] = {}
    for opened, group, state in live.values_list("opened", "member__group", "sheet__state"):
        states.setdefault((opened, group), set()).add(state)
    return {key for key, found in states.items() if found == {SheetState.LOCKED}}


def _judged(opened_pks: Iterable[int]) -> dict[tuple[int, int], list[Judged]]:
    rows = counted_scores().filter(sheet__assignment__opened__in=list(opened_pks))
    judged: dict[tuple[int, int], list[Judged]] = {}
    columns = ("sheet__assignment__opened", "criterion", "points", "reason")
    for opened, criterion, points, reason in rows.order_by("sheet__locked_at", "pk").values_list(*columns):
        judged.setdefault((opened, criterion), []).append(Judged(points, reason))
    return judged


def _check_recordable(tender: Tender, opened: OpenedProposal, criterion: Criterion) -> None:
    if {criterion.tender_id, opened.tender_id} != {tender.pk} or criterion.method != CriterionMethod.REVIEWED:
        raise NotAgreed(_("This criterion is not scored by the panel of this tender. Load the page again."))
    if not OpenedProposal.objects.filter(pk=opened.pk, proposal__state=ProposalState.OPENED).exists():
        raise NotAgreed(_("This proposal has been excluded. It needs no consensus any more."))
    if not is_scored(opened.pk, criterion.group):
        raise NotAgreed(
            _("Not every reviewer of this group has locked. Wait for them, or end the assignments of the absent.")
        )


def _check_given(criterion: Criterion, points: int, reason: str) -> None:
    scale = scale_of(criterion)
    if points not in scale:
        told = {"points": points, "scale": ", ".join(str(point) for point in scale)}
        sentence = _("%(points)s is no point of the scale. Choose one of %(scale)s.")
        raise NotAgreed(sentence % told, field="points")
    if not reason.strip():
        raise NotAgreed(_("A consensus point needs its recorded reason. The company reads it."), field="reason")
    if len(reason) > REASON_LENGTH:
        sentence = _("The reason has %(got)s characters. Make it one sentence of at most %(most)s.")
        raise NotAgreed(sentence % {"got": len(reason), "most": REASON_LENGTH}, field="reason")


def _write(
    opened: OpenedProposal,
    criterion: Criterion,
    agreed: Judged,
    drafted: bool,
    by: User,
    now: datetime,
    salt: str | None = None,
) -> ConsensusPoint:
    point, _is_new = ConsensusPoint.objects.update_or_create(
        opened=opened,
        criterion=criterion,
        defaults={
            "points": agreed.points,
            "reason": agreed.reason,
            "drafted": drafted,
            "recorded_by": by,
            "recorded_at": now,
            "salt": salt or new_salt(),
        },
    )
    return point


def _log(tender: Tender, points: Mapping[Key, ConsensusPoint], salt: str, now: datetime) -> None:
    secret = [[*key, point.points, point.reason] for key, point in sorted(points.items())]
    append(
        event=Event.REVIEWS_CONSENSUS_RECORDED,
        subject=tender.number,
        facts={},
        at=now,
        commitment=commit(salt, {"consensus": secret}),
    )

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
from tenders.reviews.board import lines
from tenders.reviews.models import ConsensusPoint
from tenders.reviews.panel import locked
from tenders.reviews.permissions import check_can_lead_consensus, check_can_record
from tenders.reviews.queries import unrecused
from tenders.reviews.scoring import REASON_LENGTH, scale_of
from tenders.reviews.spread import Draft, Judged

Key = tuple[str, str]
"""The public id of an opened proposal and the code of a criterion."""


class NotAgreed(Refused):
    """The consensus point cannot be recorded; the sentence says why."""


def draft_for(opened: OpenedProposal, criterion: Criterion) -> Draft | None:
    """The draft over the locked scores; None while a reviewer of the group has not locked, or nobody is assigned."""
    [line] = lines(opened.tender, [opened])
    return next((row.draft for row in line.rows if row.criterion == criterion), None)


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
        salt = new_salt()
        points = {
            (row.opened.public_id, row.criterion.code): _write(
                row.opened, row.criterion, Judged(row.draft.points, row.draft.reason), True, by, now, salt
            )
            for line in lines(tender, _agreeable(by, tender))
            for row in line.drafted
            if wanted is None or (row.opened.public_id, row.criterion.code) in wanted
        }
        if points:
            _log(tender, points, salt, now)
        return list(points.values())


def _agreeable(user: User, tender: Tender) -> list[OpenedProposal]:
    """Proposals that can still be agreed on and that this person may know of."""
    rows = OpenedProposal.objects.filter(tender=tender, proposal__state=ProposalState.OPENED)
    return list(unrecused(rows, user).defer("content").order_by("public_id"))


def _check_recordable(tender: Tender, opened: OpenedProposal, criterion: Criterion) -> None:
    if {criterion.tender_id, opened.tender_id} != {tender.pk} or criterion.method != CriterionMethod.REVIEWED:
        raise NotAgreed(_("This criterion is not scored by the panel of this tender. Load the page again."))
    if not OpenedProposal.objects.filter(pk=opened.pk, proposal__state=ProposalState.OPENED).exists():
        raise NotAgreed(_("This proposal has been excluded. It needs no consensus any more."))
    if draft_for(opened, criterion) is None:
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

"""Conflicts of interest: one signature over the list of companies before anything else of a tender is shown."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from coalition_portal.identity.models import User
from coalition_portal.ledger.append import append
from coalition_portal.ledger.entries import Event, commit, new_salt
from coalition_portal.permission import Refused
from tenders.proposals.models import OpenedProposal
from tenders.reviews.models import Assignment, Conflict, Declaration, PanelMember
from tenders.reviews.permissions import check_can_declare


class NotDeclared(Refused):
    """The declaration was not taken; the sentence says why."""


def declare(*, member: PanelMember, conflicts: Mapping[str, str], by: User, now: datetime) -> Declaration:
    """Sign "no conflict except these": public ids of opened proposals with a reason each; none is a full answer.

    A conflict is with the company, so it covers all its proposals in the tender. Assignments to them end at once. The
    same signature twice is the first one; another one is refused: later conflicts go through `recuse`.
    """
    with transaction.atomic(durable=True):
        member = _locked(member, by)
        if known := Declaration.objects.filter(member=member).first():
            return _same(known, member, conflicts)
        reasons = _reasons(member, conflicts)
        declaration = Declaration.objects.create(member=member, signed_at=now)
        _recuse(member, reasons, declaration.salt, now)
        _log(member, declaration.salt, reasons, now)
        return declaration


def recuse(*, member: PanelMember, opened: OpenedProposal, reason: str, by: User, now: datetime) -> list[Conflict]:
    """A conflict that came to light after the signature. What was scored, locked or not, counts nowhere any more."""
    with transaction.atomic(durable=True):
        member = _locked(member, by)
        if not Declaration.objects.filter(member=member).exists():
            raise NotDeclared(_("Declare your conflicts over the whole list of companies first."))
        if Conflict.objects.filter(member=member, opened=opened).exists():
            return list(Conflict.objects.filter(member=member, opened=opened))
        reasons = _reasons(member, {opened.public_id: reason})
        salt = new_salt()
        made = _recuse(member, reasons, salt, now)
        _log(member, salt, reasons, now)
        return made


def _locked(member: PanelMember, by: User) -> PanelMember:
    rows = PanelMember.objects.select_for_update(of=("self",), no_key=True).select_related("tender", "user")
    member = rows.get(pk=member.pk)
    check_can_declare(by, member)
    return member


def _reasons(member: PanelMember, conflicts: Mapping[str, str]) -> dict[OpenedProposal, str]:
    """A reason for every proposal of each company that was named."""
    listed = OpenedProposal.objects.filter(tender=member.tender).defer("content").select_related("proposal")
    by_id = {opened.public_id: opened for opened in listed}
    named: dict[int, str] = {}
    for public_id, reason in conflicts.items():
        if public_id not in by_id:
            raise NotDeclared(_("One of the companies is not on the list of this tender. Load the page again."))
        if not reason.strip():
            raise NotDeclared(_("A conflict needs its reason. One sentence is enough."), field=public_id)
        named[by_id[public_id].proposal.company_id] = reason.strip()
    return {
        opened: named[opened.proposal.company_id] for opened in by_id.values() if opened.proposal.company_id in named
    }


def _recuse(member: PanelMember, reasons: Mapping[OpenedProposal, str], salt: str, now: datetime) -> list[Conflict]:
    Assignment.objects.filter(member=member, opened__in=list(reasons), ended_at=None).update(ended_at=now)
    return Conflict.objects.bulk_create(
        Conflict(member=member, opened=opened, reason=reason, declared_at=now, salt=salt)
        for opened, reason in reasons.items()
    )


def _same(known: Declaration, member: PanelMember, conflicts: Mapping[str, str]) -> Declaration:
    before = set(Conflict.objects.filter(member=member).values_list("opened__public_id", flat=True))
    if not set(conflicts) <= before:
        raise NotDeclared(_("You have signed for this tender already. Add a new conflict on the page of the proposal."))
    return known


def _log(member: PanelMember, salt: str, reasons: Mapping[OpenedProposal, str], now: datetime) -> None:
    """Looks the same whether or not there is a conflict: the entry holds a commitment and nothing else."""
    conflicts = {opened.public_id: reason for opened, reason in reasons.items()}
    append(
        event=Event.REVIEWS_CONFLICTS_DECLARED,
        subject=member.tender.number,
        facts={},
        at=now,
        commitment=commit(salt, {"user": member.user.public_id, "conflicts": conflicts}),
    )

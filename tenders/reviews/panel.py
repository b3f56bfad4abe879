"""Who is on the panel of a tender: reviewers of its panel countries, each in one group."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from coalition_portal.identity.models import MemberCountry, User
from coalition_portal.identity.queries import country_of, has_role
from coalition_portal.identity.roles import Role
from coalition_portal.ledger.append import append
from coalition_portal.ledger.entries import Event, commit, new_salt
from coalition_portal.permission import Refused
from tenders.notices.models import ReviewerGroup, Tender
from tenders.notices.states import TenderState
from tenders.reviews.models import Assignment, PanelMember
from tenders.reviews.permissions import check_can_run_panel
from tenders.reviews.states import SheetState

STATES = (TenderState.PUBLISHED, TenderState.OPENED)


class NotNamed(Refused):
    """The person cannot be on this panel, or not in this group; the sentence says why."""


def name_panel_member(*, tender: Tender, user: User, group: str, by: User, now: datetime) -> PanelMember:
    """Give a reviewer a place in one group. A repeat changes nothing; a removed member can come back."""
    with transaction.atomic(durable=True):
        tender = locked(tender)
        check_can_run_panel(by, tender)
        country = _country_on_panel(tender, user)
        member = PanelMember.objects.select_for_update(no_key=True).filter(tender=tender, user=user).first()
        if member is None:
            member = PanelMember(tender=tender, user=user)
        elif member.removed_at is None and member.group == group:
            return member
        elif member.removed_at is None:
            raise NotNamed(_("%(name)s has a place in the other group. Remove that place first.") % {"name": user})
        elif member.group != group and member.assignments.exists():
            sentence = _("%(name)s has been assigned in the other group before and can come back to that group only.")
            raise NotNamed(sentence % {"name": user})
        member.country, member.group, member.removed_at = country, ReviewerGroup(group).value, None
        member.named_by, member.named_at, member.salt = by, now, new_salt()
        member.save()
        _log(member, "named", now)
        return member


def remove_panel_member(*, member: PanelMember, by: User, now: datetime) -> PanelMember:
    """Take the place away and end what is not locked. Locked sheets stay and count. A repeat changes nothing."""
    with transaction.atomic(durable=True):
        tender = locked(member.tender)
        check_can_run_panel(by, tender)
        member = PanelMember.objects.select_for_update(no_key=True).get(pk=member.pk)
        if member.removed_at is not None:
            return member
        open_ones = Assignment.objects.filter(member=member, ended_at=None).exclude(sheet__state=SheetState.LOCKED)
        open_ones.update(ended_at=now)
        member.removed_at, member.salt = now, new_salt()
        member.save(update_fields=["removed_at", "salt"])
        _log(member, "removed", now)
        return member


def locked(tender: Tender) -> Tender:
    """The tender with its row locked, so that panel, assignments, consensus and ranking change one after another."""
    return Tender.objects.select_for_update(of=("self",), no_key=True).get(pk=tender.pk)


def _country_on_panel(tender: Tender, user: User) -> MemberCountry:
    if tender.state not in STATES:
        raise NotNamed(_("The panel is named after publication and before the ranking is made."))
    country = country_of(user)
    if country is None or not has_role(user, Role.REVIEWER):
        sentence = _("%(name)s is no reviewer. The head of their delegation has to name them first.")
        raise NotNamed(sentence % {"name": user}, field="user")
    if not tender.panel_countries.filter(pk=country.pk).exists():
        sentence = _("%(country)s is no panel country of this tender. Choose a reviewer of a country that is.")
        raise NotNamed(sentence % {"country": country.name}, field="user")
    return country


def _log(member: PanelMember, act: str, now: datetime) -> None:
    secret = {"user": member.user.public_id, "group": member.group, "country": member.country_id, "act": act}
    append(
        event=Event.REVIEWS_PANEL_CHANGED,
        subject=member.tender.number,
        facts={"act": act},
        at=now,
        commitment=commit(member.salt, secret),
    )

"""Granting and ending roles. A change takes effect at once, is an entry of the log, and an end ends all sessions."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from coalition_portal.identity.models import MemberCountry, RoleGrant, User
from coalition_portal.identity.permissions import check_can_change_role
from coalition_portal.identity.roles import NEEDS_COUNTRY, Role, clashing
from coalition_portal.ledger.append import append
from coalition_portal.ledger.entries import Event, commit
from coalition_portal.permission import Refused

Bar = Callable[[User], str | None]
_bars: list[Bar] = []


class RoleRefused(Refused):
    """The role cannot be given to this person."""


def register_bar(bar: Bar) -> None:
    """An app above tells who can never be staff: `bar(user)` answers with a sentence, or None.

    The companies' app registers one when it is ready, so that nobody is both bidder and staff, and nothing here
    imports upwards.
    """
    if bar not in _bars:
        _bars.append(bar)


def grant_role(*, user: User, role: str, country: MemberCountry | None, by: User | None, now: datetime) -> RoleGrant:
    """Give `user` a role. `by` is None only where the operator's command calls. Raises Denied or RoleRefused."""
    if by is not None:
        check_can_change_role(by, user, role, country)
    with transaction.atomic(durable=True):
        person = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        _refuse_what_clashes(person, Role(role), country)
        grant = RoleGrant.objects.create(user=person, role=role, country=country, granted_by=by, granted_at=now)
        _keep_staff_flag(person, user)
        append(
            event=Event.IDENTITY_ROLE_GRANTED,
            subject=f"grant:{grant.public_id}",
            facts={"role": role, "country": grant.country_id},
            at=now,
            commitment=commit(grant.salt, _secret(grant)),
        )
    return grant


def end_role(*, grant: RoleGrant, by: User | None, now: datetime) -> RoleGrant:
    """End a live grant and all sessions of the person. Ending one that has ended already changes nothing."""
    if by is not None:
        check_can_change_role(by, grant.user, grant.role, grant.country)
    with transaction.atomic(durable=True):
        person = User.objects.select_for_update(no_key=True).get(pk=grant.user_id)
        grant.refresh_from_db()
        if grant.ended_at is not None:
            return grant
        grant.ended_at, grant.ended_by = now, by
        grant.save(update_fields=["ended_at", "ended_by"])
        person.session_epoch += 1
        _keep_staff_flag(person)
        append(
            event=Event.IDENTITY_ROLE_ENDED,
            subject=f"grant:{grant.public_id}",
            facts={"role": grant.role, "country": grant.country_id},
            at=now,
        )
    return grant


def _refuse_what_clashes(person: User, role: Role, country: MemberCountry | None) -> None:
    if country is None and role in NEEDS_COUNTRY:
        raise RoleRefused(_("This role acts for a country. Name one."), field="country")
    live = list(RoleGrant.objects.filter(user=person, ended_at=None))
    held = {grant.role for grant in live}
    if role in held:
        raise RoleRefused(_("%(name)s holds this role already.") % {"name": person}, field="role")
    if (other := clashing(role, held)) is not None:
        sentence = _("%(name)s is %(held)s and so cannot be %(role)s. End that role first or name somebody else.")
        raise RoleRefused(sentence % {"name": person, "held": other.label, "role": role.label}, field="role")
    if country is not None and any(grant.country_id not in (None, country.pk) for grant in live):
        sentence = _("%(name)s acts for another country already. Staff act for one country.")
        raise RoleRefused(sentence % {"name": person}, field="country")
    for bar in _bars:
        if (reason := bar(person)) is not None:
            raise RoleRefused(reason, field="user")


def _keep_staff_flag(person: User, *same: User) -> None:
    person.is_staff = RoleGrant.objects.filter(user=person, ended_at=None).exists()
    person.save(update_fields=["is_staff", "session_epoch"])
    for copy in same:
        copy.is_staff, copy.session_epoch = person.is_staff, person.session_epoch


def _secret(grant: RoleGrant) -> dict:
    by = grant.granted_by.public_id if grant.granted_by else None
    return {"user": grant.user.public_id, "role": grant.role, "country": grant.country_id, "granted_by": by}

from itertools import product

import pytest
from django.contrib.auth import get_user

from coalition_portal import clock
from coalition_portal.identity import granting
from coalition_portal.identity.granting import RoleRefused, end_role, grant_role
from coalition_portal.identity.models import RoleGrant, User
from coalition_portal.identity.permissions import can_change_role
from coalition_portal.identity.queries import has_role
from coalition_portal.identity.roles import Role
from coalition_portal.ledger.append import entry_of
from coalition_portal.ledger.entries import commit
from coalition_portal.ledger.models import Entry
from coalition_portal.ledger.verify import verify
from coalition_portal.permission import Denied
from tests.factories import people

pytestmark = pytest.mark.django_db


def test_a_head_of_delegation_names_a_reviewer_of_the_country(fixed_now):
    head, user = people.head("LV"), people.person()

    grant = grant_role(user=user, role=Role.REVIEWER, country=people.country("LV"), by=head, now=fixed_now)

    assert (grant.user, grant.role, grant.country_id, grant.granted_by, grant.granted_at, grant.ended_at) == (
        user, "REVIEWER", "LV", head, fixed_now, None,
    )  # fmt: skip
    assert (user.is_staff, User.objects.get(pk=user.pk).is_staff) == (True, True)


def test_a_grant_is_in_the_log_and_names_nobody(fixed_now):
    head, user = people.head("LV"), people.person(name="Anna", email="anna@example.test")

    grant = grant_role(user=user, role=Role.REVIEWER, country=people.country("LV"), by=head, now=fixed_now)

    secret = {"user": user.public_id, "role": "REVIEWER", "country": "LV", "granted_by": head.public_id}
    entry = entry_of(commit(grant.salt, secret))
    assert (entry.event, entry.subject) == ("identity:role:granted", f"grant:{grant.public_id}")
    assert b'"facts":{"country":"LV","role":"REVIEWER"}' in bytes(entry.body)
    for word in ("Anna", "anna@", user.public_id, head.public_id):
        assert word.encode() not in bytes(entry.body)
    verify()


def test_an_ended_role_ends_the_sessions_and_the_staff_flag(client_of, rf):
    user = people.staff(Role.REVIEWER)
    request = rf.get("/")
    request.session = client_of(user).session
    assert get_user(request) == user

    grant = end_role(grant=people.grant_of(user, Role.REVIEWER), by=None, now=clock.now())

    fresh = User.objects.get(pk=user.pk)
    assert (fresh.is_staff, has_role(fresh, Role.REVIEWER)) == (False, False)
    assert get_user(request).is_authenticated is False
    entry = Entry.objects.latest("index")
    assert (entry.event, entry.subject) == ("identity:role:ended", f"grant:{grant.public_id}")


def test_whoever_keeps_another_role_stays_staff(fixed_now):
    user = people.staff(Role.CHAIR)
    people.staff(Role.HEAD, user=user)

    end_role(grant=people.grant_of(user, Role.CHAIR), by=None, now=clock.now())

    assert User.objects.get(pk=user.pk).is_staff is True


def test_ending_a_role_again_changes_nothing(fixed_now):
    user = people.staff(Role.CHAIR)
    grant = people.grant_of(user, Role.CHAIR)
    first = end_role(grant=grant, by=None, now=clock.now())
    entries, ended_at = Entry.objects.count(), first.ended_at

    again = end_role(grant=RoleGrant.objects.get(pk=grant.pk), by=None, now=clock.now())

    assert (again.ended_at, Entry.objects.count()) == (ended_at, entries)


def test_a_head_of_delegation_ends_a_role_of_the_country():
    head, user = people.head("LV"), people.reviewer("LV")

    grant = end_role(grant=people.grant_of(user, Role.REVIEWER), by=head, now=clock.now())

    assert grant.ended_by == head


KINDS = ["visitor_account", *Role]


@pytest.mark.parametrize("kind", KINDS)
def test_who_may_change_roles_of_a_country(kind):
    """Only the head of the same delegation, and only the roles that a delegation names."""
    by = people.person() if kind == "visitor_account" else people.staff(kind, "LV" if kind != Role.OPERATOR else None)
    other, lv, gb = people.person(), people.country("LV"), people.country("GB")
    named = {Role.OFFICER, Role.CHAIR, Role.OPENER, Role.REVIEWER, Role.ADVISER}

    allowed = {
        (role, country): can_change_role(by, other, role, country) for role, country in product(Role, (lv, gb, None))
    }

    is_head = kind == Role.HEAD
    assert allowed == {
        (role, country): is_head and role in named and country == lv for role, country in product(Role, (lv, gb, None))
    }


def test_nobody_changes_their_own_roles(fixed_now):
    head = people.head("LV")

    with pytest.raises(Denied, match="their own roles"):
        grant_role(user=head, role=Role.CHAIR, country=people.country("LV"), by=head, now=fixed_now)


def test_the_denied_verbs_change_nothing(fixed_now):
    stranger, user = people.person(), people.reviewer("LV")

    with pytest.raises(Denied, match="head of a delegation"):
        grant_role(user=user, role=Role.OPENER, country=people.country("LV"), by=stranger, now=fixed_now)
    with pytest.raises(Denied, match="head of a delegation"):
        end_role(grant=people.grant_of(user, Role.REVIEWER), by=stranger, now=fixed_now)
    with pytest.raises(Denied, match="operator of the portal"):
        grant_role(user=user, role=Role.AUDITOR, country=None, by=people.head("LV"), now=fixed_now)

    assert list(RoleGrant.objects.filter(user=user).values_list("role", "ended_at")) == [("REVIEWER", None)]


@pytest.mark.parametrize(
    ("held", "role", "code", "field", "words"),
    [
        (None, Role.REVIEWER, None, "country", "acts for a country"),
        (Role.REVIEWER, Role.REVIEWER, "LV", "role", "holds this role already"),
        (Role.CHAIR, Role.OPENER, "LV", "role", "is chair and so cannot be opener"),
        (Role.OFFICER, Role.REVIEWER, "LV", "role", "is tender officer and so cannot be reviewer"),
        (Role.REVIEWER, Role.OPENER, "GB", "country", "acts for another country"),
    ],
)
def test_a_role_that_does_not_fit_is_refused(fixed_now, held, role, code, field, words):
    user = people.staff(held, "LV") if held else people.person()
    before = Entry.objects.count()

    with pytest.raises(RoleRefused, match=words) as caught:
        grant_role(user=user, role=role, country=people.country(code) if code else None, by=None, now=fixed_now)

    assert caught.value.field == field
    assert Entry.objects.count() == before


def test_an_officer_of_the_secretariat_can_join_a_country(fixed_now):
    user = people.staff(Role.OFFICER)

    grant_role(user=user, role=Role.HEAD, country=people.country("LV"), by=None, now=fixed_now)

    assert has_role(user, Role.HEAD, people.country("LV"))


def test_whom_a_bar_names_cannot_be_staff(monkeypatch, fixed_now):
    monkeypatch.setattr(granting, "_bars", [])
    barred, free = people.person(), people.person()

    def bar(user):
        return "This person belongs to a company." if user == barred else None

    granting.register_bar(bar)
    granting.register_bar(bar)

    assert granting._bars == [bar]
    with pytest.raises(RoleRefused, match="belongs to a company"):
        people.staff(Role.REVIEWER, user=barred)
    assert people.staff(Role.REVIEWER, user=free).is_staff is True

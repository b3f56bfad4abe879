import pytest
from django.contrib.auth.models import AnonymousUser

from coalition_portal import clock
from coalition_portal.identity import queries
from coalition_portal.identity.granting import end_role
from coalition_portal.identity.loading import load_coalition
from coalition_portal.identity.models import MemberCountry
from coalition_portal.identity.roles import Role
from tests.factories import people

pytestmark = pytest.mark.django_db


def ended(role, code=None):
    user = people.staff(role, code)
    end_role(grant=people.grant_of(user, role), by=None, now=clock.now())
    return user


def switched_off(role, code=None):
    user = people.staff(role, code)
    user.is_active = False
    user.save()
    return user


@pytest.mark.parametrize(
    ("make", "staff", "reviewer", "of_lv", "of_gb", "country", "roles"),
    [
        (AnonymousUser, False, False, False, False, None, set()),
        (people.person, False, False, False, False, None, set()),
        (lambda: people.reviewer("LV"), True, True, True, False, "LV", {Role.REVIEWER}),
        (lambda: people.reviewer("GB"), True, True, False, True, "GB", {Role.REVIEWER}),
        (lambda: people.chair("LV"), True, False, False, False, "LV", {Role.CHAIR}),
        (lambda: people.staff(Role.OFFICER), True, False, False, False, None, {Role.OFFICER}),
        (lambda: people.staff(Role.HEAD, user=people.reviewer("LV")), True, True, True, False, "LV",
         {Role.REVIEWER, Role.HEAD}),
        (lambda: ended(Role.REVIEWER), False, False, False, False, None, set()),
        (lambda: switched_off(Role.REVIEWER), False, False, False, False, None, set()),
    ],
)  # fmt: skip
def test_who_a_person_is(make, staff, reviewer, of_lv, of_gb, country, roles):
    user, lv, gb = make(), people.country("LV"), people.country("GB")

    assert queries.is_staff_person(user) is staff
    assert queries.has_role(user, Role.REVIEWER) is reviewer
    assert queries.has_role(user, Role.REVIEWER, lv) is of_lv
    assert queries.has_role(user, Role.REVIEWER, gb) is of_gb
    assert queries.country_of(user) == (MemberCountry.objects.get(code=country) if country else None)
    assert queries.roles_of(user) == roles


def test_the_two_person_rule_wants_two_countries():
    lv, also_lv, gb, none = people.chair("LV"), people.opener("LV"), people.opener("GB"), people.staff(Role.OFFICER)

    assert [
        queries.are_of_two_countries(first, second)
        for first, second in [(lv, gb), (gb, lv), (lv, also_lv), (lv, lv), (lv, none), (none, none)]
    ] == [True, True, False, False, False, False]


def test_people_with_role_are_those_who_hold_it_now():
    anna = people.reviewer("LV", name="Anna")
    boris = people.reviewer("GB", name="Boris")
    people.opener("LV")
    ended(Role.REVIEWER)
    switched_off(Role.REVIEWER)

    assert list(queries.people_with_role(Role.REVIEWER)) == [anna, boris]
    assert list(queries.people_with_role(Role.REVIEWER, people.country("GB"))) == [boris]


@pytest.mark.parametrize("grants", [1, 3])
def test_has_role_is_one_query(django_assert_num_queries, grants):
    user = people.head("LV")
    for role in [Role.CHAIR, Role.OFFICER][: grants - 1]:
        people.staff(role, "LV", user=user)

    with django_assert_num_queries(1):
        assert queries.has_role(user, Role.HEAD, MemberCountry("LV"))
    with django_assert_num_queries(1):
        queries.country_of(user)


def test_members_and_milestones_are_listed(fixed_now):
    load_coalition(now=fixed_now)

    names = [country.name for country in queries.member_countries()]
    assert (len(names), names[0], names[-1]) == (20, "Australia", "United Kingdom")
    assert list(queries.fund_milestones().values_list("date", flat=True)) == ["2024-07-10", "2024-10", "2025-03"]

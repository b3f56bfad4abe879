"""Truth tables: one row per kind of person, the answers in the order of the acts."""

import pytest
from django.contrib.auth.models import AnonymousUser

from coalition_portal.identity.roles import Role
from coalition_portal.permission import Denied
from manufacturers import permissions
from manufacturers.models import CompanyRole, Person
from manufacturers.permissions import Rights, check_can_own, reason_against_staff_role, rights_of
from tests.factories import companies, people

pytestmark = pytest.mark.django_db

ACTS = (permissions.can_view, permissions.can_edit, permissions.can_sign, permissions.can_own, permissions.can_vet)
YES, NO = True, False


def visitor(company):
    return AnonymousUser()


def viewer(company):
    return companies.person_of(company, CompanyRole.VIEWER)


def editor(company):
    return companies.person_of(company, CompanyRole.EDITOR)


def signatory(company):
    return companies.person_of(company, CompanyRole.SIGNATORY)


def owner(company):
    return companies.person_of(company, CompanyRole.OWNER)


def switched_off_owner(company):
    user = owner(company)
    user.is_active = False
    user.save()
    return user


def owner_of_another_company(company):
    return companies.owner_of(companies.company(country="LV"))


def person_without_a_company(company):
    return companies.verified_user()


def administrator(company):
    return people.person(is_staff=True, is_superuser=True)


def officer_of_the_home_country(company):
    return people.officer("LV")


def officer_of_another_country(company):
    return people.officer("GB")


def officer_of_the_secretariat(company):
    return people.staff(Role.OFFICER)


def staff(role):
    def of_the_home_country(company):
        return people.staff(role, "LV")

    of_the_home_country.__name__ = role.value.lower()
    return of_the_home_country


TABLE = [
    # who                        view edit sign own  vet
    (visitor, (NO, NO, NO, NO, NO)),
    (viewer, (YES, NO, NO, NO, NO)),
    (editor, (YES, YES, NO, NO, NO)),
    (signatory, (YES, YES, YES, NO, NO)),
    (owner, (YES, YES, YES, YES, NO)),
    (switched_off_owner, (NO, NO, NO, NO, NO)),
    (owner_of_another_company, (NO, NO, NO, NO, NO)),
    (person_without_a_company, (NO, NO, NO, NO, NO)),
    (administrator, (NO, NO, NO, NO, NO)),
    (officer_of_the_home_country, (NO, NO, NO, NO, YES)),
    (officer_of_another_country, (NO, NO, NO, NO, NO)),
    (officer_of_the_secretariat, (NO, NO, NO, NO, YES)),
    *((staff(role), (NO, NO, NO, NO, NO)) for role in Role if role != Role.OFFICER),
]


@pytest.mark.parametrize(("who", "answers"), TABLE, ids=lambda part: getattr(part, "__name__", ""))
def test_who_may_do_what(who, answers):
    company = companies.company(country="LV")
    user = who(company)

    assert tuple(can(user, company) for can in ACTS) == answers


@pytest.mark.parametrize(
    ("role", "rights"),
    [
        (CompanyRole.VIEWER, Rights(can_edit=NO, can_sign=NO, can_own=NO)),
        (CompanyRole.EDITOR, Rights(can_edit=YES, can_sign=NO, can_own=NO)),
        (CompanyRole.SIGNATORY, Rights(can_edit=YES, can_sign=YES, can_own=NO)),
        (CompanyRole.OWNER, Rights(can_edit=YES, can_sign=YES, can_own=YES)),
    ],
)
def test_rights_answer_like_the_checks(role, rights):
    company = companies.company()
    user = companies.person_of(company, role)
    answers = Rights(*(can(user, company) for can in (permissions.can_edit, permissions.can_sign, permissions.can_own)))

    assert rights_of(Person.objects.get(user=user)) == answers == rights


@pytest.mark.parametrize(
    ("who", "whom", "answer"),
    [
        (viewer, "self", YES),
        (owner, "self", YES),
        (viewer, "other", NO),
        (editor, "other", NO),
        (signatory, "other", NO),
        (owner, "other", YES),
        (owner_of_another_company, "other", NO),
        (officer_of_the_home_country, "other", NO),
    ],
    ids=lambda part: getattr(part, "__name__", str(part)),
)
def test_owners_remove_anybody_and_everybody_may_leave(who, whom, answer):
    company = companies.company(country="LV")
    user = who(company)
    person = Person.objects.get(user=user if whom == "self" else companies.person_of(company))

    assert permissions.can_remove(user, person) is answer


def test_role_that_ended_counts_no_longer():
    company = companies.company()
    user = companies.person_of(company, CompanyRole.OWNER)
    check_can_own(user, company)

    Person.objects.filter(user=user).update(role=CompanyRole.VIEWER)

    with pytest.raises(Denied) as denied:
        check_can_own(user, company)
    assert denied.value.reason == "Only an owner changes the company and its people. Ask an owner of your company."


def test_every_denial_is_a_sentence_that_tells_what_to_do():
    company = companies.company()
    reader = viewer(company)
    refusals = {}
    for check in ("check_can_view", "check_can_edit", "check_can_sign", "check_can_own", "check_can_vet"):
        user = companies.verified_user() if check == "check_can_view" else reader
        with pytest.raises(Denied) as denied:
            getattr(permissions, check)(user, company)
        refusals[check] = denied.value.reason

    assert refusals == {
        "check_can_view": "You do not act for this company. Sign in as a person of the company.",
        "check_can_edit": "A viewer reads and does not write. Ask an owner of your company to make you an editor.",
        "check_can_sign": "This binds the company, so a signatory has to do it."
        " Ask a signatory or an owner of your company.",
        "check_can_own": "Only an owner changes the company and its people. Ask an owner of your company.",
        "check_can_vet": "Only a tender officer vets companies. Ask the officer of the company's home country.",
    }


def test_nobody_of_a_company_is_given_a_staff_role_even_when_switched_off():
    company = companies.company()
    off = switched_off_owner(company)

    assert reason_against_staff_role(companies.verified_user()) is None
    assert reason_against_staff_role(off) == f"{off} acts for a company that may bid, so no staff role is possible."

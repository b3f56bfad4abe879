import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser

from manufacturers import queries, vetting
from manufacturers.models import CompanyRole, Person
from tests.factories import companies, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return companies.company(undertaking=True)


def test_company_and_place_of_every_kind_of_person(company):
    viewer = companies.person_of(company, CompanyRole.VIEWER)
    off = companies.person_of(company, CompanyRole.OWNER)
    off.is_active = False
    off.save()
    nobody = [AnonymousUser(), off, companies.verified_user(), people.officer(), people.person(is_superuser=True)]

    assert [queries.company_of(user) for user in nobody] == [None] * 5
    assert [queries.person_of(user) for user in nobody] == [None] * 5
    assert queries.company_of(viewer) == company
    assert queries.person_of(viewer) == Person.objects.get(user=viewer)


def test_where_everybody_lands(company):
    table = [
        (AnonymousUser(), "home"),
        (companies.owner_of(company), "dashboard"),
        (companies.person_of(company, CompanyRole.VIEWER), "dashboard"),
        (companies.verified_user(), "company-register"),
        (people.person(), "company-register"),
        (people.reviewer(), "admin:index"),
        (people.person(is_staff=True, is_superuser=True), "admin:index"),
    ]

    assert [(user, queries.landing_of(user)) for user, _page in table] == table


@pytest.mark.parametrize("signed_in", [True, False])
@pytest.mark.parametrize("confirmed", [True, False])
@pytest.mark.parametrize("country", ["UA", "CY", "BR"])
@pytest.mark.parametrize("accepted", [True, False])
def test_registered_requirements_need_all_four(signed_in, confirmed, country, accepted, django_assert_num_queries):
    company = companies.company(country=country, undertaking=accepted)
    user = companies.person_of(company, CompanyRole.VIEWER)
    EmailAddress.objects.filter(user=user).update(verified=confirmed)
    reader = user if signed_in else AnonymousUser()

    with django_assert_num_queries(1 if signed_in else 0):
        seen = queries.may_see_registered_requirements(reader)

    assert seen is (signed_in and confirmed and country == "UA" and accepted)


def test_registered_requirements_are_closed_to_everybody_else(company):
    off = companies.person_of(company)
    off.is_active = False
    off.save()
    moved = companies.person_of(company, email="old@example.test")
    moved.email = "new@example.test"
    moved.save()

    others = [off, moved, companies.verified_user(), people.officer("UA"), people.person(is_superuser=True)]

    assert [queries.may_see_registered_requirements(user) for user in others] == [False] * 5


def test_confirmed_address_is_the_one_that_the_person_signs_in_with():
    user = companies.verified_user(email="first@example.test")
    assert queries.is_verified_email(user)

    EmailAddress.objects.create(user=user, email="second@example.test", verified=False)
    user.email = "second@example.test"

    assert not queries.is_verified_email(user)


def test_undertaking_of_the_company(company):
    other = companies.company()

    assert [queries.has_accepted_undertaking(company), queries.has_accepted_undertaking(other)] == [True, False]
    assert queries.accepted_undertaking(company).accepted_by == companies.owner_of(company)
    assert queries.accepted_undertaking(other) is None


def test_people_of_the_company_and_those_who_can_edit(company):
    companies.owner_of(companies.company())
    everybody = [companies.owner_of(company)] + [companies.person_of(company, role) for role in CompanyRole.values]
    owner, _viewer, editor, signatory, second = everybody
    off = companies.person_of(company, CompanyRole.OWNER)
    off.is_active = False
    off.save()

    assert [person.user for person in queries.people_of(company)] == [*everybody, off]
    assert list(queries.people_who_can_edit(company)) == [owner, editor, signatory, second]
    assert list(queries.owners_of(company)) == [owner, second]


def test_drone_models_come_by_name(company):
    companies.drone_model(companies.company(), name="Another")
    models = [companies.drone_model(company, name=name) for name in ("B", "C", "A")]

    assert list(queries.drone_models_of(company)) == [models[2], models[0], models[1]]


def test_latest_reason_is_that_of_the_last_act_that_has_one(company, fixed_now):
    officer = people.officer("UA")
    assert queries.latest_vetting_reason(company) is None

    vetting.submit_evidence(company=company, by=companies.owner_of(company), now=fixed_now)
    vetting.return_(company=company, reason="The first", by=officer, now=fixed_now)
    vetting.suspend(company=company, reason="The second", by=officer, now=fixed_now)
    companies.drone_model(company)

    assert queries.latest_vetting_reason(company).reason == "The second"
    assert queries.latest_vetting_reason(companies.company()) is None


def test_company_comes_with_its_person_in_one_query(company, django_assert_num_queries):
    owner = companies.owner_of(company)

    with django_assert_num_queries(1):
        name = queries.company_of(owner).legal_name

    assert name == company.legal_name

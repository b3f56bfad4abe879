import pytest
from django.db import IntegrityError

from coalition_portal.identity.granting import RoleRefused, grant_role
from coalition_portal.identity.roles import Role
from coalition_portal.permission import Denied, Refused
from manufacturers import registration
from manufacturers.declarations import DECLARATIONS
from manufacturers.facts import Facts
from manufacturers.models import Company, CompanyAct, CompanyRecord, CompanyRole, Person
from manufacturers.registration import change_company, register_company
from manufacturers.states import MAY_CHANGE, VettingState
from tests.factories import companies, people

pytestmark = pytest.mark.django_db

GOOD = {
    "legal_name": " Vyhadka  Aero LLC",
    "original_name": "ТОВ «Вигадка Аеро»",
    "country": "UA",
    "register_scheme": "UA-EDR",
    "register_number": "99 000 011",
}
KEPT = {
    "legal_name": "Vyhadka Aero LLC",
    "original_name": "ТОВ «Вигадка Аеро»",
    "country": "UA",
    "register_scheme": "UA-EDR",
    "register_number": "99000011",
}


def register(by, now, **change):
    return register_company(**GOOD | {"declarations": list(DECLARATIONS)} | change, by=by, now=now)


def facts_of(company):
    return {name: str(value) for name, value in Company.objects.values(*KEPT).get(pk=company.pk).items()}


def refusal_of(act, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)
    return refused.value.field, refused.value.sentence


def test_register_keeps_the_facts_and_makes_the_person_its_owner(fixed_now):
    user = companies.verified_user()

    company = register(user, fixed_now)

    kept = Company.objects.get()
    assert kept == company
    assert facts_of(kept) == KEPT
    assert (kept.state, kept.declarations_accepted, kept.registered_by, kept.registered_at) == (
        VettingState.REGISTERED,
        list(DECLARATIONS),
        user,
        fixed_now,
    )
    assert list(Person.objects.values_list("company", "user", "role", "joined_at")) == [
        (company.pk, user.pk, CompanyRole.OWNER, fixed_now)
    ]
    assert list(CompanyRecord.objects.values_list("act", "facts", "by", "at")) == [
        (CompanyAct.REGISTERED, KEPT | {"declarations": list(DECLARATIONS)}, user.pk, fixed_now)
    ]


def test_register_takes_a_company_of_a_state_that_waits_for_an_officer(fixed_now):
    scheme, number = companies.register_number("BR")

    company = register(
        companies.verified_user(), fixed_now, country="BR", register_scheme=scheme, register_number=number
    )

    assert (company.country.code, company.state) == ("BR", VettingState.REGISTERED)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"legal_name": ""}, "legal_name"),
        ({"original_name": "x" * 201}, "original_name"),
        ({"country": "ZZ"}, "country"),
        ({"register_scheme": "UA-NONE"}, "register_scheme"),
        ({"country": "LV"}, "register_scheme"),
        ({"register_number": "99000012"}, "register_number"),
        ({"declarations": ["truth", "sanctions"]}, "declarations"),
    ],
)
def test_register_refuses_wrong_facts_and_keeps_nothing(change, field, fixed_now):
    assert refusal_of(register, companies.verified_user(), fixed_now, **change)[0] == field
    assert not Company.objects.exists()


def administrator():
    return people.person(is_superuser=True)


def colleague():
    return companies.person_of(companies.company())


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        (people.officer, "You have a role in the coalition, and nobody is both bidder and staff. Use another account."),
        (administrator, "You have a role in the coalition, and nobody is both bidder and staff. Use another account."),
        (colleague, "You act for a company already. A person acts for one company at a time."),
        (people.person, "Your e-mail address is not confirmed yet. Confirm it, then register the company."),
    ],
)
def test_register_refuses_people_who_cannot_act_for_a_company(who, sentence, fixed_now):
    user = who()
    before = Company.objects.count()

    assert refusal_of(register, user, fixed_now) == (None, sentence)
    assert Company.objects.count() == before


@pytest.mark.parametrize("typed", ["99000011", "99 000-011"])
def test_register_refuses_a_known_number_in_neutral_words(typed, fixed_now):
    register(companies.verified_user(), fixed_now)
    second = companies.verified_user()

    assert refusal_of(register, second, fixed_now, legal_name="Another LLC", register_number=typed) == (
        "register_number",
        "We could not register a company with this number. Compare it with the extract. If a colleague has registered"
        " your company here, ask them to add you; else write to the contact of the portal.",
    )
    assert Company.objects.count() == 1
    assert not Person.objects.filter(user=second).exists()
    assert CompanyRecord.objects.count() == 1


def test_register_lets_other_faults_of_the_database_through(fixed_now, monkeypatch):
    """Only the known number is an expected refusal; whatever else breaks is not called one."""

    def no_name(**_facts):
        return Facts(**KEPT | {"legal_name": ""})

    monkeypatch.setattr(registration, "check_facts", no_name)

    with pytest.raises(IntegrityError):
        register(companies.verified_user(), fixed_now)


def test_person_of_a_company_cannot_be_given_a_staff_role(fixed_now):
    user = companies.owner_of(companies.company())

    with pytest.raises(RoleRefused) as refused:
        grant_role(user=user, role=Role.OFFICER, country=people.country(), by=None, now=fixed_now)

    assert refused.value.sentence == f"{user} acts for a company that may bid, so no staff role is possible."


@pytest.mark.parametrize("state", VettingState.values)
def test_change_is_possible_only_while_nobody_relies_on_the_facts(state, fixed_now):
    company = companies.company()
    Company.objects.filter(pk=company.pk).update(state=state)
    owner = companies.owner_of(company)

    if state in MAY_CHANGE:
        change_company(company=company, **GOOD, by=owner, now=fixed_now)
        assert facts_of(company) == KEPT
        return

    label = VettingState(state).label
    assert refusal_of(change_company, company=company, **GOOD, by=owner, now=fixed_now) == (
        None,
        f"The delegation relies on these facts ({label}), so they stay. Write to it where one is wrong.",
    )


def test_change_writes_down_what_changed_and_nothing_when_nothing_did(fixed_now):
    company = register(companies.verified_user(), fixed_now)
    owner = companies.owner_of(company)

    change_company(company=company, **GOOD, by=owner, now=fixed_now)
    change_company(company=company, **GOOD | {"original_name": ""}, by=owner, now=fixed_now)
    changed = change_company(company=company, **GOOD | {"original_name": ""}, by=owner, now=fixed_now)

    assert changed.original_name == ""
    assert list(CompanyRecord.objects.order_by("pk").values_list("act", "facts"))[1:] == [
        (CompanyAct.CHANGED, {"original_name": ""})
    ]


def test_change_refuses_the_number_of_another_company(fixed_now):
    register(companies.verified_user(), fixed_now)
    company = companies.company()
    before = facts_of(company)

    assert (
        refusal_of(change_company, company=company, **GOOD, by=companies.owner_of(company), now=fixed_now)[0]
        == "register_number"
    )
    assert facts_of(company) == before


@pytest.mark.parametrize("role", [CompanyRole.VIEWER, CompanyRole.EDITOR, CompanyRole.SIGNATORY])
def test_change_is_denied_to_everybody_but_owners(role, fixed_now):
    company = companies.company()
    user = companies.person_of(company, role)

    with pytest.raises(Denied):
        change_company(company=company, **GOOD, by=user, now=fixed_now)

"""Adding and removing people, and changing what they may do."""

import pytest

from coalition_portal.permission import Denied, Refused
from coalition_portal.post.models import OutgoingMail
from manufacturers.models import CompanyAct, CompanyRecord, CompanyRole, Person
from manufacturers.registration import add_person, change_role, remove_person
from tests.factories import companies, people

pytestmark = pytest.mark.django_db

NOT_ADDED = (
    "email",
    "We could not add this address. The person needs an account here, has confirmed this address, acts for no other"
    " company and has no role in the coalition. Ask them to register, then add them again.",
)
ONLY_OWNER = (
    None,
    "This is the only owner, and a company needs one. Make another person an owner first, then try again.",
)


@pytest.fixture
def company():
    return companies.company()


@pytest.fixture
def owner(company):
    return companies.owner_of(company)


def place_of(user):
    return Person.objects.get(user=user)


def roles_in(company):
    return dict(Person.objects.filter(company=company).values_list("user", "role"))


def refusal_of(act, **kwargs):
    with pytest.raises(Refused) as refused:
        act(**kwargs)
    return refused.value.field, refused.value.sentence


def mails_to(user):
    return list(OutgoingMail.objects.filter(to=user.email).order_by("pk").values_list("template", "context"))


def last_record():
    return CompanyRecord.objects.order_by("pk").values_list("act", "facts", "by").last()


@pytest.mark.parametrize("role", CompanyRole.values)
def test_add_gives_the_person_the_role_and_tells_them(company, owner, role, fixed_now):
    user = companies.verified_user(email="new@example.test")

    added = add_person(company=company, email=" NEW@example.test ", role=role, by=owner, now=fixed_now)

    assert (added.company, added.user, added.role, added.joined_at) == (company, user, role, fixed_now)
    assert roles_in(company) == {owner.pk: CompanyRole.OWNER, user.pk: role}
    assert mails_to(user) == [("company_person_added", {"path": "/company/"})]
    assert last_record() == (CompanyAct.PERSON_ADDED, {"person": user.public_id, "role": role}, owner.pk)


def unconfirmed():
    return people.person()


def switched_off():
    return companies.verified_user(is_active=False)


def of_another_company():
    return companies.owner_of(companies.company())


def staff():
    return people.reviewer(user=companies.verified_user())


def administrator():
    return companies.verified_user(is_superuser=True)


@pytest.mark.parametrize(
    "who", [unconfirmed, switched_off, of_another_company, staff, administrator], ids=lambda who: who.__name__
)
def test_add_refuses_unfit_people_with_the_words_for_unknown_addresses(company, owner, who, fixed_now):
    user = who()

    wanted = {"company": company, "role": CompanyRole.EDITOR, "by": owner, "now": fixed_now}
    assert refusal_of(add_person, email=user.email, **wanted) == NOT_ADDED
    assert refusal_of(add_person, email="nobody@example.test", **wanted) == NOT_ADDED
    assert roles_in(company) == {owner.pk: CompanyRole.OWNER}
    assert mails_to(user) == []


def test_add_refuses_a_person_of_the_same_company(company, owner, fixed_now):
    editor = companies.person_of(company)

    assert (
        refusal_of(add_person, company=company, email=editor.email, role=CompanyRole.OWNER, by=owner, now=fixed_now)
        == NOT_ADDED
    )
    assert roles_in(company)[editor.pk] == CompanyRole.EDITOR


def test_add_and_change_refuse_a_role_that_does_not_exist(company, owner, fixed_now):
    user = companies.verified_user()
    wanted = ("role", "Choose a role from the list.")

    assert refusal_of(add_person, company=company, email=user.email, role="BOSS", by=owner, now=fixed_now) == wanted
    assert refusal_of(change_role, person=place_of(owner), role="BOSS", by=owner, now=fixed_now) == wanted


@pytest.mark.parametrize("role", CompanyRole.values)
def test_change_gives_another_role_at_once_and_tells_the_person(company, owner, role, fixed_now):
    user = companies.person_of(company, CompanyRole.EDITOR)
    before = len(mails_to(user))

    changed = change_role(person=place_of(user), role=role, by=owner, now=fixed_now)

    assert (changed.role, roles_in(company)[user.pk]) == (role, role)
    if role == CompanyRole.EDITOR:
        assert len(mails_to(user)) == before
        return
    assert mails_to(user)[before:] == [("company_role_changed", {"path": "/company/"})]
    assert last_record() == (CompanyAct.ROLE_CHANGED, {"person": user.public_id, "role": role}, owner.pk)


def test_change_judges_by_the_role_in_the_database(company, owner, fixed_now):
    """The page may be old: what it knew of the person does not count."""
    user = companies.person_of(company, CompanyRole.OWNER)
    stale = place_of(user)
    change_role(person=place_of(user), role=CompanyRole.VIEWER, by=owner, now=fixed_now)

    changed = change_role(person=stale, role=CompanyRole.OWNER, by=owner, now=fixed_now)

    assert changed.role == CompanyRole.OWNER
    assert roles_in(company)[user.pk] == CompanyRole.OWNER


def test_remove_takes_the_person_out_and_frees_them_for_another_company(company, owner, fixed_now):
    user = companies.person_of(company, CompanyRole.SIGNATORY)
    before = len(mails_to(user))

    remove_person(person=place_of(user), by=owner, now=fixed_now)

    assert roles_in(company) == {owner.pk: CompanyRole.OWNER}
    assert mails_to(user)[before:] == [("company_person_removed", {"path": "/company/"})]
    assert last_record() == (
        CompanyAct.PERSON_REMOVED,
        {"person": user.public_id, "role": CompanyRole.SIGNATORY},
        owner.pk,
    )
    assert companies.company(by=user).registered_by == user


@pytest.mark.parametrize("role", [CompanyRole.VIEWER, CompanyRole.EDITOR, CompanyRole.SIGNATORY])
def test_everybody_may_leave(company, owner, role, fixed_now):
    user = companies.person_of(company, role)

    remove_person(person=place_of(user), by=user, now=fixed_now)

    assert roles_in(company) == {owner.pk: CompanyRole.OWNER}


def test_last_owner_cannot_go_nor_step_down(company, owner, fixed_now):
    companies.person_of(company, CompanyRole.SIGNATORY)
    place = place_of(owner)

    assert refusal_of(remove_person, person=place, by=owner, now=fixed_now) == ONLY_OWNER
    assert refusal_of(change_role, person=place, role=CompanyRole.EDITOR, by=owner, now=fixed_now) == ONLY_OWNER
    assert roles_in(company)[owner.pk] == CompanyRole.OWNER


def test_owner_whose_account_is_switched_off_does_not_count_as_another(company, owner, fixed_now):
    other = companies.person_of(company, CompanyRole.OWNER)
    other.is_active = False
    other.save()

    assert refusal_of(remove_person, person=place_of(owner), by=owner, now=fixed_now) == ONLY_OWNER


def test_one_of_two_owners_may_go(company, owner, fixed_now):
    other = companies.person_of(company, CompanyRole.OWNER)

    remove_person(person=place_of(owner), by=owner, now=fixed_now)

    assert roles_in(company) == {other.pk: CompanyRole.OWNER}


@pytest.mark.parametrize("role", [CompanyRole.VIEWER, CompanyRole.EDITOR, CompanyRole.SIGNATORY, None])
def test_people_are_managed_by_owners_of_the_same_company_alone(company, owner, role, fixed_now):
    user = companies.person_of(company, role) if role else companies.owner_of(companies.company())
    new = companies.verified_user()

    with pytest.raises(Denied):
        add_person(company=company, email=new.email, role=CompanyRole.VIEWER, by=user, now=fixed_now)
    with pytest.raises(Denied):
        change_role(person=place_of(owner), role=CompanyRole.VIEWER, by=user, now=fixed_now)
    with pytest.raises(Denied):
        remove_person(person=place_of(owner), by=user, now=fixed_now)

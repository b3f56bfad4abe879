"""Two people press at the same instant: real connections, on either database."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from coalition_portal import clock
from coalition_portal.ledger.verify import verify
from coalition_portal.permission import Denied, Refused
from manufacturers.catalogue import add_drone_model
from manufacturers.declarations import DECLARATIONS
from manufacturers.models import Company, CompanyAct, CompanyRecord, CompanyRole, DroneModel, Person, Undertaking
from manufacturers.registration import add_person, change_role, register_company, remove_person
from manufacturers.undertaking import accept_undertaking
from tests.factories import companies

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 4


def at_once(*acts):
    """Run the acts together, each on a connection of its own; what each returned or raised, in their order."""
    barrier, outcomes = Barrier(len(acts)), [None] * len(acts)

    def run(place, act):
        try:
            connection.ensure_connection()
            barrier.wait(timeout=60)
            outcomes[place] = act()
        except (Refused, Denied) as refused:
            outcomes[place] = refused
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    return outcomes


def refused(outcomes):
    return [outcome for outcome in outcomes if isinstance(outcome, Refused | Denied)]


def registering(user, number, name="Example Drone Works"):
    return lambda: register_company(
        legal_name=name,
        original_name="",
        country="LV",
        register_scheme="LV-RE",
        register_number=number,
        declarations=list(DECLARATIONS),
        by=user,
        now=clock.now(),
    )


def test_two_people_register_one_number_and_exactly_one_company_exists():
    for turn in range(ROUNDS):
        number = f"9990001{turn:04}"
        users = [companies.verified_user() for _turn in range(3)]

        outcomes = at_once(*(registering(user, number) for user in users))

        company = Company.objects.get(register_number=number)
        assert [refusal.field for refusal in refused(outcomes)] == ["register_number"] * 2
        assert list(Person.objects.filter(user__in=users).values_list("company", "role")) == [
            (company.pk, CompanyRole.OWNER)
        ]
    assert CompanyRecord.objects.filter(act=CompanyAct.REGISTERED).count() == ROUNDS
    verify()


def test_one_person_registers_two_companies_and_exactly_one_exists():
    for turn in range(ROUNDS):
        user = companies.verified_user()

        outcomes = at_once(registering(user, f"9990002{turn:04}"), registering(user, f"9990003{turn:04}"))

        assert len(refused(outcomes)) == 1
        assert Company.objects.filter(registered_by=user).count() == 1


def adding(company, user):
    owner, email = companies.owner_of(company), user.email
    return lambda: add_person(company=company, email=email, role=CompanyRole.EDITOR, by=owner, now=clock.now())


def test_two_companies_add_one_person_and_exactly_one_has_them():
    for _turn in range(ROUNDS):
        user = companies.verified_user()

        outcomes = at_once(adding(companies.company(), user), adding(companies.company(), user))

        assert [refusal.field for refusal in refused(outcomes)] == ["email"]
        assert Person.objects.filter(user=user).count() == 1


def removing(user, by):
    person = Person.objects.get(user=user)
    return lambda: remove_person(person=person, by=by, now=clock.now())


def demoting(user, by):
    person = Person.objects.get(user=user)
    return lambda: change_role(person=person, role=CompanyRole.VIEWER, by=by, now=clock.now())


def test_two_owners_remove_and_demote_each_other_and_one_stays_owner():
    for _turn in range(ROUNDS):
        company = companies.company()
        owner, other = companies.owner_of(company), companies.person_of(company, CompanyRole.OWNER)

        outcomes = at_once(removing(other, by=owner), demoting(owner, by=other))

        assert len(refused(outcomes)) == 1
        assert Person.objects.filter(company=company, role=CompanyRole.OWNER).count() == 1


def accepting(company, user):
    return lambda: accept_undertaking(company=company, by=user, now=clock.now())


def test_two_signatories_accept_and_one_acceptance_stands():
    company = companies.company()
    users = [companies.owner_of(company), companies.person_of(company, CompanyRole.SIGNATORY)]

    outcomes = at_once(*(accepting(company, user) for user in users))

    assert refused(outcomes) == []
    assert outcomes[0] == outcomes[1] == Undertaking.objects.get(company=company)
    assert CompanyRecord.objects.filter(act=CompanyAct.UNDERTAKING_ACCEPTED).count() == 1


def adding_model(company, name):
    user = companies.person_of(company)
    return lambda: add_drone_model(company=company, name=name, kind="FPV", by=user, now=clock.now())


def test_two_editors_add_one_model_and_it_stands_once():
    company = companies.company()

    outcomes = at_once(adding_model(company, "Zrazok"), adding_model(company, "ZRAZOK"))

    assert [refusal.field for refusal in refused(outcomes)] == ["name"]
    assert DroneModel.objects.filter(company=company).count() == 1

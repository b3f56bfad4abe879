import json

import pytest

from coalition_portal.ledger.append import entry_of
from coalition_portal.ledger.entries import commit
from coalition_portal.ledger.models import Entry
from coalition_portal.ledger.verify import verify
from manufacturers import registration, vetting
from manufacturers.history import EVENTS, secret_of
from manufacturers.models import CompanyAct, CompanyRecord, CompanyRole, Person
from tenders.api import keys
from tests.factories import companies, people
from tests.factories.keys import key_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def life(fixed_now):
    """A company to which everything has happened once."""
    company = companies.company(name="Marker Works", undertaking=True, now=fixed_now)
    owner = companies.owner_of(company)
    facts = {
        name: str(getattr(company, name)) for name in ("original_name", "country", "register_scheme", "register_number")
    }
    registration.change_company(company=company, legal_name="Marker Works Two", **facts, by=owner, now=fixed_now)
    editor = Person.objects.get(user=companies.person_of(company, now=fixed_now))
    registration.change_role(person=editor, role=CompanyRole.SIGNATORY, by=owner, now=fixed_now)
    registration.remove_person(person=editor, by=owner, now=fixed_now)
    companies.drone_model(company, name="Marker One", now=fixed_now)
    key, _token = key_of(owner, name="Marker key", now=fixed_now)
    keys.revoke(key=key, by=owner, now=fixed_now)
    officer = people.officer("UA")
    vetting.submit_evidence(company=company, by=owner, now=fixed_now)
    vetting.return_(company=company, reason="Marker reason", by=officer, now=fixed_now)
    vetting.submit_evidence(company=company, by=owner, now=fixed_now)
    vetting.verify(company=company, by=officer, now=fixed_now)
    vetting.suspend(company=company, reason="Marker reason", by=officer, now=fixed_now)
    vetting.reinstate(company=company, reason="Marker reason", by=officer, now=fixed_now)
    return company


def test_every_act_leaves_a_row_and_an_entry_in_the_same_order(life):
    rows = list(CompanyRecord.objects.filter(company=life).order_by("pk"))
    entries = [entry_of(row.commitment) for row in rows]

    assert {row.act for row in rows} == set(CompanyAct.values)
    assert [entry.index for entry in entries] == sorted(entry.index for entry in entries)
    assert [entry.event for entry in entries] == [EVENTS.get(row.act, "manufacturers:company:changed") for row in rows]
    verify()


def test_commitment_of_each_entry_binds_to_its_row(life):
    rows = CompanyRecord.objects.filter(company=life).select_related("company", "by")

    assert [row.commitment for row in rows] == [commit(row.salt, secret_of(row)) for row in rows]


def test_log_holds_nothing_about_the_company(life):
    log = b"\n".join(bytes(body) for body in Entry.objects.values_list("body", flat=True)).decode()
    kept = json.dumps(list(CompanyRecord.objects.values_list("facts", "reason")))

    hidden = ["Marker", life.public_id, life.register_number, life.registered_by.public_id, "example.test"]
    assert "Marker" in kept
    assert life.register_number in kept
    assert [word for word in hidden if word in log] == []

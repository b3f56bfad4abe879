"""An act with a key happens once, however often it is asked for."""

from datetime import timedelta

import pytest

from coalition_portal import clock
from manufacturers.models import CompanyRole, Person
from tenders.api import idempotency
from tenders.api.models import KeptAnswer
from tenders.api.tasks import forget_old_answers
from tenders.proposals.models import Proposal
from tests.factories import companies
from tests.factories.keys import WRITES
from tests.factories.proposals import staged_bundle
from tests.factories.sessions import signed_in
from tests.factories.tenders import published_tender
from tests.tenders.api.asking import AROUND, begin, submit, told

pytestmark = pytest.mark.django_db
HOURS = timedelta(hours=1)


def test_an_act_needs_a_key(robot, company):
    bundle = staged_bundle(company=company)
    here = f"proposals/{bundle.proposal.public_id}"

    for path in ("proposals", f"{here}/submit", f"{here}/withdraw"):
        for key in (None, "", " ", "x" * 201, "two words", "ключ".encode().decode("latin-1")):
            response = robot.ask("POST", path, {"version": 1}, Idempotency_Key=key)
            assert told(response)[:2] == (400, "idempotency-key-missing"), (path, key)


def test_a_repeat_gets_the_same_answer_and_another_body_none(robot):
    tender = published_tender()

    first, again = begin(robot, tender), begin(robot, tender)
    other = begin(robot, tender, name="Other")

    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert (again["Idempotent-Replayed"], again["Location"]) == ("true", first["Location"])
    assert "Idempotent-Replayed" not in first
    assert told(other)[:2] == (422, "idempotency-key-reused")
    assert Proposal.objects.count() == 1


def test_a_proposal_that_is_there_is_given_back(robot):
    tender = published_tender()

    first, second = begin(robot, tender), begin(robot, tender, key="two")

    assert (second.status_code, second.json()["id"]) == (200, first.json()["id"])


def test_the_same_key_of_two_people_is_two_keys(robot_of, company, robot):
    tender = published_tender()
    colleague = robot_of(companies.person_of(company, CompanyRole.EDITOR), scopes=WRITES)

    assert begin(robot, tender).status_code == 201
    assert begin(colleague, tender, name="Other").status_code == 201


def test_who_acts_for_another_company_since_is_told_nothing_of_the_first(robot, robot_of, owner):
    tender = published_tender()
    first = begin(robot, tender)
    Person.objects.filter(user=owner).update(company=companies.company(undertaking=True))

    again = begin(robot_of(owner), tender)

    assert (first.status_code, told(again)) == (201, (422, "idempotency-key-reused", []))
    assert begin(robot_of(owner), tender, key="two").json()["id"] != first.json()["id"]


def test_who_acts_for_no_company_any_more_is_told_nothing(robot, owner):
    tender, browser = published_tender(), signed_in(owner)
    begin(robot, tender)
    Person.objects.filter(user=owner).delete()
    body = {"tender": tender.number, "drone_model": "Example 9"}

    again = browser.post("/api/v1/proposals", body, content_type="application/json", headers={"Idempotency-Key": "one"})

    assert told(again)[:2] == (422, "idempotency-key-reused")


def test_a_refused_act_may_be_tried_again(robot):
    tender = published_tender()

    refused = robot.ask("POST", "proposals", {"tender": "IDC-2001-0001", "drone_model": "A"}, Idempotency_Key="one")

    assert told(refused) == (422, "validation", [("/tender", "not_found")])
    assert begin(robot, tender).status_code == 201


@pytest.mark.parametrize("step", AROUND)
def test_an_answer_is_kept_for_a_day(robot, time_machine, fixed_now, step):
    tender = published_tender(closes_at=fixed_now.replace(year=2030))
    time_machine.move_to(fixed_now.replace(year=2029), tick=False)
    begin(robot, tender)

    time_machine.move_to(fixed_now.replace(year=2029) + 24 * HOURS + step, tick=False)
    again = begin(robot, tender)

    assert ("Idempotent-Replayed" in again) is (step < timedelta(0))


@pytest.mark.parametrize("step", AROUND)
def test_kept_answers_are_deleted_after_a_day(robot, fixed_now, time_machine, step):
    tender = published_tender(closes_at=fixed_now.replace(year=2030))
    time_machine.move_to(fixed_now.replace(year=2029), tick=False)
    begin(robot, tender)

    time_machine.move_to(fixed_now.replace(year=2029) + 24 * HOURS + step, tick=False)
    forget_old_answers()

    assert KeptAnswer.objects.count() == (step < timedelta(0))


def test_a_key_of_an_earlier_day_keeps_the_new_answer(robot, company):
    bundle = staged_bundle(company=company)
    submit(robot, bundle)
    KeptAnswer.objects.update(begun_at=clock.now() - 24 * HOURS, fingerprint="x")

    new, again = submit(robot, bundle), submit(robot, bundle)

    assert (new.status_code, again.status_code, again.content) == (200, 200, new.content)
    assert ("Idempotent-Replayed" in new, "Idempotent-Replayed" in again) == (False, True)
    assert KeptAnswer.objects.count() == 1


@pytest.mark.parametrize(
    ("age", "status"), [(timedelta(0), 409), (timedelta(minutes=1), 409), (idempotency.GIVEN_UP, 201)]
)
def test_an_act_that_still_runs_is_waited_for(robot, owner, age, status, time_machine, fixed_now):
    tender = published_tender(closes_at=fixed_now.replace(year=2030))
    time_machine.move_to(fixed_now.replace(year=2029), tick=False)
    begin(robot, tender)
    Proposal.objects.all().delete()
    KeptAnswer.objects.update(status=None, begun_at=clock.now() - age)

    response = begin(robot, tender)

    assert response.status_code == status
    if status == 409:
        assert (told(response)[1], response["Retry-After"]) == ("conflict", "2")

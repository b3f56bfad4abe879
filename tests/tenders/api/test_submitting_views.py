"""Submitting and withdrawing by a program: in time or not, and once."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError
from django.urls import reverse

from coalition_portal import clock
from manufacturers.models import CompanyRole
from tenders.api import submitting_views, throttling
from tenders.api.models import KeptAnswer
from tenders.proposals import submit_limit
from tenders.proposals.models import Receipt, Refusal, Withdrawal
from tests.factories import companies
from tests.factories.proposals import staged_bundle
from tests.factories.sessions import signed_in
from tests.tenders.api.asking import AROUND, MICROSECOND, submit, told

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("step", AROUND)
def test_the_deadline_is_exact(robot, cutoff, company, step):
    bundle = staged_bundle(tender=cutoff.tender, company=company)
    cutoff.at(step)

    response = submit(robot, bundle)

    assert response.status_code == (201 if step < timedelta(0) else 409)
    assert (Receipt.objects.count(), Refusal.objects.count()) == ((1, 0) if step < timedelta(0) else (0, 1))


@pytest.mark.parametrize("act", ["submit", "withdraw"])
def test_what_a_route_waits_for_makes_nobody_late(robot, cutoff, company, monkeypatch, act):
    bundle = staged_bundle(tender=cutoff.tender, company=company)
    if act == "withdraw":
        cutoff.submit(bundle, -timedelta(seconds=2))
    person_of = submitting_views.person_of

    def find_slowly(user):
        cutoff.at(timedelta(seconds=1))
        return person_of(user)

    monkeypatch.setattr(submitting_views, "person_of", find_slowly)
    cutoff.at(-MICROSECOND)

    here, wanted = f"proposals/{bundle.proposal.public_id}/{act}", {"version": 1, "sha256": bundle.sha256}
    response = robot.ask("POST", here, wanted if act == "submit" else {"version": 1}, Idempotency_Key="one")

    assert (response.status_code, Refusal.objects.count()) == (201 if act == "submit" else 200, 0)


def test_a_late_act_says_when_it_arrived(robot, cutoff, company):
    bundle = staged_bundle(tender=cutoff.tender, company=company)
    cutoff.submit(bundle, -MICROSECOND)
    cutoff.at(timedelta(0))
    deadline = cutoff.closes_at.strftime("%Y-%m-%dT%H:%M:%S.000000Z")

    late = robot.ask("POST", f"proposals/{bundle.proposal.public_id}/withdraw", {"version": 1}, Idempotency_Key="two")

    assert told(late)[:2] == (409, "deadline-passed")
    assert (late.json()["deadline"], late.json()["server_time"]) == (deadline, deadline)
    assert Withdrawal.objects.count() == 0


def test_a_draft_stays_readable_after_the_deadline(robot, draft, time_machine):
    time_machine.move_to(clock.now() + timedelta(days=400), tick=False)
    here = f"proposals/{draft.public_id}"

    changed = robot.ask("PATCH", f"{here}/offer", {"lead_time_days": 30}, If_Match="*")

    assert told(changed)[:2] == (409, "deadline-passed")
    assert {"deadline", "server_time"} <= changed.json().keys()
    assert robot.get(here).json()["open"] is False


def test_what_arrived_while_it_closed_is_provisional(robot, cutoff, company):
    bundle = staged_bundle(tender=cutoff.tender, company=company)
    cutoff.close()
    cutoff.at(-MICROSECOND)

    response = submit(robot, bundle)

    assert (response.status_code, response.json()["standing"]) == (202, "PROVISIONAL")
    assert robot.get(f"proposals/{bundle.proposal.public_id}").json()["standing"] == "NOT SUBMITTED"


def test_what_cannot_be_submitted(robot, company):
    bundle = staged_bundle(company=company)

    assert told(submit(robot, bundle, version=2))[:2] == (409, "conflict")
    assert told(submit(robot, bundle, sha256="0" * 64))[:2] == (409, "conflict")
    assert told(submit(robot, bundle, sha256="A" * 64)) == (422, "validation", [("/sha256", "digest")])
    assert told(submit(robot, bundle, version=0)) == (422, "validation", [("/version", "min_value")])
    assert submit(robot, bundle).status_code == 201


def test_only_the_version_that_is_named_is_withdrawn(robot, company):
    bundle = staged_bundle(company=company)
    here = f"proposals/{bundle.proposal.public_id}"
    before = robot.ask("POST", f"{here}/withdraw", {"version": 1}, Idempotency_Key="zero")
    submit(robot, bundle)

    other = robot.ask("POST", f"{here}/withdraw", {"version": 2}, Idempotency_Key="one-more")
    done = robot.ask("POST", f"{here}/withdraw", {"version": 1}, Idempotency_Key="two")
    twice = robot.ask("POST", f"{here}/withdraw", {"version": 1}, Idempotency_Key="three")

    assert (told(before)[:2], told(other)[:2]) == ((409, "conflict"), (409, "conflict"))
    assert (done.status_code, twice.status_code, twice.content) == (200, 200, done.content)
    assert Withdrawal.objects.count() == 1


def test_what_was_withdrawn_is_never_said_to_be_submitted(robot, company):
    bundle = staged_bundle(company=company)
    here = f"proposals/{bundle.proposal.public_id}"
    submit(robot, bundle, key="one")
    robot.ask("POST", f"{here}/withdraw", {"version": 1}, Idempotency_Key="back")

    repeated = [submit(robot, bundle, key=key) for key in ("one", "two")]

    sentence = "NOT SUBMITTED: this proposal was withdrawn. Stage the draft again and submit the new version."
    assert [(response.status_code, response.json()["detail"]) for response in repeated] == [(409, sentence)] * 2
    assert told(submit(robot, bundle, key="one", version=2))[1] == "idempotency-key-reused"
    again = submit(robot, staged_bundle(proposal=bundle.proposal), key="three")
    assert (again.status_code, again.json()["standing"], again.json()["version"]) == (201, "SUBMITTED", 2)
    stale = robot.ask("POST", f"{here}/withdraw", {"version": 1}, Idempotency_Key="back")
    assert told(stale)[:2] == (409, "conflict")
    assert robot.get(here).json()["standing"] == "SUBMITTED"

    robot.ask("POST", f"{here}/withdraw", {"version": 2}, Idempotency_Key="back-too")
    assert told(submit(robot, bundle, key="the-replaced-one"))[1] == "conflict"


def test_the_receipt_is_that_of_the_page(robot, company, owner):
    bundle = staged_bundle(company=company)
    here = f"proposals/{bundle.proposal.public_id}/receipt"
    assert [robot.get(path).status_code for path in (here, f"{here}?version=1")] == [404, 404]

    submit(robot, bundle)
    page = signed_in(owner).get(reverse("proposal-receipt-json", args=[bundle.proposal.public_id, 1]))

    assert robot.get(here).content == robot.get(f"{here}?version=1").content == page.content
    assert robot.get(f"{here}?version=2").status_code == 404
    assert robot.get(f"{here}?version=x").status_code == 422


def test_submitting_has_a_limit_for_each_company(robot_of, company, robot, monkeypatch):
    monkeypatch.setattr(submit_limit, "MOST", 2)
    monkeypatch.setattr(throttling, "KEY", throttling.Limit("key", quota=1, window_seconds=600))
    bundle = staged_bundle(company=company)
    colleague = robot_of(companies.person_of(company, CompanyRole.SIGNATORY))
    stranger = robot_of(companies.owner_of(companies.company()))
    for one in (robot, robot):
        one.get("me")

    answers = [submit(one, bundle, key="new") for one in (robot, colleague, robot, stranger)]
    by_page = signed_in(companies.owner_of(company)).post(reverse("proposal-submit", args=[bundle.proposal.public_id]))

    assert [one.status_code for one in answers] == [201, 200, 429, 404]
    assert int(answers[2]["Retry-After"]) in range(1, 601)
    assert by_page.status_code == 429


def test_a_dead_cache_stops_nobody_from_submitting(robot, company, monkeypatch):
    def gone(*_arguments):
        raise ConnectionError("no cache server")

    monkeypatch.setattr(cache, "incr", gone)

    assert submit(robot, staged_bundle(company=company)).status_code == 201


def test_nothing_is_written_before_the_instant_of_arrival(robot, company, monkeypatch, django_assert_max_num_queries):
    """A lock of the database would make an arrival late."""
    bundle = staged_bundle(company=company)
    seen = []
    real = clock.database_now

    def look():
        seen.append(KeptAnswer.objects.count())
        return real()

    monkeypatch.setattr(clock, "database_now", look)
    with django_assert_max_num_queries(30):
        submit(robot, bundle)

    assert (seen[0], KeptAnswer.objects.count()) == (0, 1)


@pytest.mark.parametrize("error", [DatabaseError("locked"), InterfaceError("connection already closed")])
def test_an_answer_that_cannot_be_kept_is_given_all_the_same(robot, company, monkeypatch, error):
    bundle = staged_bundle(company=company)

    def fails(*_arguments, **_options):
        raise error

    monkeypatch.setattr(KeptAnswer, "save", fails)

    assert [submit(robot, bundle).status_code for _time in range(2)] == [201, 200]

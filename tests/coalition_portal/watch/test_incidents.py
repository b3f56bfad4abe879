from datetime import timedelta

import pytest

from coalition_portal.identity.roles import Role
from coalition_portal.ledger.models import Entry
from coalition_portal.permission import Denied
from coalition_portal.post.delivery import render
from coalition_portal.post.models import OutgoingMail
from coalition_portal.watch.incidents import NotOpen, end_calm_incident, end_incident, open_incident
from coalition_portal.watch.models import Incident
from coalition_portal.watch.permissions import can_end_incident
from tests.factories import people

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def opened(now, kind="HOST"):
    return open_incident(kind=kind, evidence={"seconds": 3600.0}, noticed_by="web@host:1", now=now)


def test_an_incident_is_written_told_and_logged(fixed_now, caplog):
    operator = people.staff(Role.OPERATOR)
    people.staff(Role.AUDITOR)

    incident = opened(fixed_now)

    entry = Entry.objects.latest("index")
    assert (incident.kind, incident.begun_at, incident.ended_at, incident.noticed_by) == (
        "HOST", fixed_now, None, "web@host:1",
    )  # fmt: skip
    assert [mail.to for mail in OutgoingMail.objects.all()] == [operator.email]
    assert (entry.event, entry.subject) == ("watch:incident:opened", f"incident {incident.pk}")
    assert "ALARM: the clock HOST is in doubt" in caplog.text


def test_one_of_a_kind_is_open(fixed_now):
    first = opened(fixed_now)

    assert opened(fixed_now + MINUTE) is None
    assert opened(fixed_now + MINUTE, kind="DATABASE").kind == "DATABASE"
    assert end_calm_incident(incident=first, now=fixed_now + MINUTE)
    assert opened(fixed_now + 2 * MINUTE).pk != first.pk


def test_two_processes_that_notice_at_once_write_one(fixed_now, monkeypatch):
    """The second one saw no open row; the database refuses its own."""
    opened(fixed_now)
    monkeypatch.setattr(Incident.objects, "filter", lambda **_facts: Incident.objects.none())

    assert opened(fixed_now) is None
    monkeypatch.undo()
    assert Incident.objects.count() == 1


def test_an_operator_ends_it_once(fixed_now):
    operator, incident = people.staff(Role.OPERATOR), opened(fixed_now)

    ended = end_incident(incident=incident, by=operator, now=fixed_now + MINUTE)

    assert ended.ended_at == fixed_now + MINUTE
    assert Entry.objects.latest("index").event == "watch:incident:ended"
    assert not end_calm_incident(incident=incident, now=fixed_now + MINUTE)
    with pytest.raises(NotOpen, match="has ended already"):
        end_incident(incident=incident, by=operator, now=fixed_now + MINUTE)


def test_a_clock_that_was_set_back_ends_it_no_earlier_than_it_began(fixed_now):
    incident = opened(fixed_now)

    end_calm_incident(incident=incident, now=fixed_now - MINUTE)

    incident.refresh_from_db()
    assert incident.ended_at == fixed_now


def test_nobody_but_an_operator_ends_it(fixed_now):
    incident = opened(fixed_now)

    assert {role: can_end_incident(people.staff(role)) for role in Role} == {
        role: role == Role.OPERATOR for role in Role
    }
    with pytest.raises(Denied, match="Only an operator"):
        end_incident(incident=incident, by=people.person(), now=fixed_now)


def test_the_letters_say_what_is_in_doubt_and_what_follows(fixed_now):
    people.staff(Role.OPERATOR)
    incident = opened(fixed_now)
    end_calm_incident(incident=incident, now=fixed_now + MINUTE)

    letters = [render(mail) for mail in OutgoingMail.objects.order_by("pk")]

    assert [subject for subject, _body in letters] == [
        f"ALARM: a clock is in doubt, incident {incident.pk}",
        f"Ended: the clocks agree again, incident {incident.pk}",
    ]
    assert "no request is refused for lateness that any trusted clock puts before the deadline" in letters[0][1]

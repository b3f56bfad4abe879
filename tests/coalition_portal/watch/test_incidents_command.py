import pytest
from django.core.management import CommandError, call_command

from coalition_portal.identity.roles import Role
from coalition_portal.watch.incidents import open_incident
from tests.factories import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def incident(fixed_now):
    return open_incident(kind="DATABASE", evidence={"seconds": -2.0}, noticed_by="web@host:1", now=fixed_now)


def said(capsys, *arguments):
    call_command("incidents", *arguments)
    return capsys.readouterr().out


def test_all_are_listed(incident, capsys):
    assert said(capsys) == f"{incident.pk} DATABASE 2026-10-14T09:00:00+00:00 - OPEN {{'seconds': -2.0}}\n"


def test_an_operator_ends_one(incident, capsys):
    operator = people.staff(Role.OPERATOR)

    line = said(capsys, "--end", str(incident.pk), "--by", operator.email)

    incident.refresh_from_db()
    assert incident.ended_at is not None
    begun_at, ended_at = incident.begun_at.isoformat(), incident.ended_at.isoformat()
    assert line == f"{incident.pk} DATABASE {begun_at} - {ended_at} {{'seconds': -2.0}}\n"
    with pytest.raises(CommandError, match="has ended already"):
        call_command("incidents", "--end", str(incident.pk), "--by", operator.email)


def test_what_cannot_be_done_is_told(incident):
    auditor = people.staff(Role.AUDITOR)

    for arguments, told in (
        (["--end", "999"], "There is no incident 999"),
        (["--end", str(incident.pk)], "Name the operator by address"),
        (["--end", str(incident.pk), "--by", auditor.email], "Only an operator of the portal ends an incident"),
    ):
        with pytest.raises(CommandError, match=told):
            call_command("incidents", *arguments)

from django.core.management.base import BaseCommand, CommandError, CommandParser

from coalition_portal import clock
from coalition_portal.identity.emails import normalise_email
from coalition_portal.identity.models import User
from coalition_portal.permission import Denied, Refused
from coalition_portal.watch.incidents import end_incident
from coalition_portal.watch.models import Incident


class Command(BaseCommand):
    help = "Lists the times in which a clock was in doubt, the newest first; an operator ends one that is open."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--end", type=int, metavar="NUMBER", help="the incident that is over")
        parser.add_argument("--by", metavar="EMAIL", help="the operator who says so")

    def handle(self, *args: object, end: int | None, by: str | None, **options: object) -> None:
        if end is None:
            for incident in Incident.objects.order_by("-begun_at", "-pk"):
                self.stdout.write(_line(incident))
            return
        try:
            incident = end_incident(incident=_incident(end), by=_operator(by), now=clock.now())
        except Denied as denied:
            raise CommandError(str(denied.reason)) from denied
        except Refused as refused:
            raise CommandError(str(refused.sentence)) from refused
        self.stdout.write(_line(incident))


def _line(incident: Incident) -> str:
    until = incident.ended_at.isoformat() if incident.ended_at else "OPEN"
    return f"{incident.pk} {incident.kind} {incident.begun_at.isoformat()} - {until} {incident.evidence}"


def _incident(number: int) -> Incident:
    incident = Incident.objects.filter(pk=number).first()
    if incident is None:
        raise CommandError(f"There is no incident {number}. Without --end all of them are listed.")
    return incident


def _operator(email: str | None) -> User:
    user = User.objects.filter(email=normalise_email(email or "")).first()
    if user is None:
        raise CommandError("Name the operator by address: --by EMAIL.")
    return user

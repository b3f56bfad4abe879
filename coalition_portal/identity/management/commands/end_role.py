from django.core.management.base import BaseCommand, CommandError, CommandParser

from coalition_portal import clock
from coalition_portal.identity.emails import normalise_email
from coalition_portal.identity.granting import end_role
from coalition_portal.identity.models import RoleGrant
from coalition_portal.identity.roles import Role


class Command(BaseCommand):
    help = "Ends a role that a person holds, and all sessions of that person; the log keeps it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("role", type=str.upper, choices=Role.values)

    def handle(self, *args: object, email: str, role: str, **options: object) -> None:
        address = normalise_email(email)
        grant = RoleGrant.objects.filter(user__email=address, role=role, ended_at=None).first()
        if grant is None:
            raise CommandError(f"{address} is not {Role(role).label} now. Nothing was changed.")
        end_role(grant=grant, by=None, now=clock.now())
        self.stdout.write(f"{address} is no longer {Role(role).label}.")

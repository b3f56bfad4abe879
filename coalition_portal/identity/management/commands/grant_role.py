from django.core.management.base import BaseCommand, CommandError, CommandParser

from coalition_portal import clock
from coalition_portal.identity.emails import normalise_email
from coalition_portal.identity.granting import grant_role
from coalition_portal.identity.models import MemberCountry, User
from coalition_portal.identity.roles import Role
from coalition_portal.permission import Refused


class Command(BaseCommand):
    help = "Gives a person a role. It is how the first people of a coalition come to be; the log keeps it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("role", type=str.upper, choices=Role.values)
        parser.add_argument("--country", type=str.upper, help="two-letter code of the member country")
        parser.add_argument(
            "--name", help="enters the person where the address is new; they choose a password by reset"
        )

    def handle(self, *args: object, email: str, role: str, country: str | None, name: str | None, **options: object):
        member = self._country(country)
        user = self._user(email, name)
        try:
            grant_role(user=user, role=role, country=member, by=None, now=clock.now())
        except Refused as refused:
            raise CommandError(str(refused.sentence)) from refused
        self.stdout.write(f"{user.email} is now {Role(role).label}.")

    def _country(self, code: str | None) -> MemberCountry | None:
        if code is None:
            return None
        member = MemberCountry.objects.filter(code=code).first()
        if member is None:
            raise CommandError(f"{code} is no member country. Run load_coalition first, or correct the code.")
        return member

    def _user(self, email: str, name: str | None) -> User:
        user = User.objects.filter(email=normalise_email(email)).first()
        if user is not None:
            return user
        if name is None:
            raise CommandError(f"Nobody has the address {email}. Give --name to enter this person.")
        return User.objects.create_user(email, name=name)

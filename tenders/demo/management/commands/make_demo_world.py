from datetime import timedelta

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from coalition_portal import clock
from coalition_portal.identity.models import MemberCountry, User
from tenders.demo.clearing import clear_unfinished
from tenders.demo.world import TooLate, World


class Command(BaseCommand):
    help = "Fill an empty database with the demo world. A world that cannot be finished leaves nothing."

    def add_arguments(self, parser):
        parser.add_argument("--lead-seconds", type=int, help="time given to the companies; found out by itself")

    def handle(self, *, lead_seconds, **options):
        if not settings.PORTAL_DEMO or settings.PORTAL_PRODUCTION:
            raise CommandError("The demo world is made only where PORTAL_DEMO is 1 and PORTAL_PRODUCTION is 0.")
        if User.objects.exists():
            raise CommandError("The database has people in it. The demo world is made only in an empty one.")
        if not MemberCountry.objects.exists():
            call_command("load_coalition", verbosity=0)
        begun_at = clock.now()
        try:
            World(lead=_lead(lead_seconds), say=self.stdout.write).make()
        except BaseException as error:
            clear_unfinished()
            if isinstance(error, TooLate):
                raise CommandError(str(error)) from None
            raise
        self.stdout.write(f"The demo world is ready after {(clock.now() - begun_at).total_seconds():.0f} s.")


def _lead(seconds):
    return None if seconds is None else timedelta(seconds=seconds)

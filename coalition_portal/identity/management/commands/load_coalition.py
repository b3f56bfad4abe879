from django.core.management.base import BaseCommand

from coalition_portal import clock
from coalition_portal.identity.loading import load_coalition


class Command(BaseCommand):
    help = "Loads the member countries and the fund's public figures. Safe to run again."

    def handle(self, *args: object, **options: object) -> None:
        changed = load_coalition(now=clock.now())
        self.stdout.write(f"{changed} rows written." if changed else "Everything was loaded already.")

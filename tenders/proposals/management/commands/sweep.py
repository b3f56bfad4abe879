from dataclasses import asdict

from django.core.management.base import BaseCommand

from coalition_portal import clock
from tenders.proposals import orphans, sweeping


class Command(BaseCommand):
    help = (
        "Carry out what is due now: closings, reminders, notices, mail, staging, uploads, orphans. "
        "Safe beside a running worker."
    )

    def handle(self, **options):
        swept = sweeping.sweep(now=clock.now())
        counts = asdict(swept) | {"orphans": orphans.sweep_orphans(clock.now())}
        self.stdout.write(", ".join(f"{name.replace('_', ' ')}: {count}" for name, count in counts.items()))

"""Who is alive. Staging asks before it waits for a worker, and /readyz tells a supervisor; no deadline asks this."""

from datetime import datetime, timedelta

from django.db.models import Max

from coalition_portal.watch.models import Heartbeat, Incident

FRESH = timedelta(seconds=60)
KINDS = ("worker", "beat")


def newest_beats() -> dict[str, datetime]:
    """The newest heartbeat of each kind that has one."""
    return dict(Heartbeat.objects.order_by("kind").values_list("kind").annotate(newest=Max("beaten_at")))


def is_fresh(kind: str, now: datetime) -> bool:
    """Whether one of this kind beat at most a minute ago. A beat that a wrong clock put far ahead is none."""
    return Heartbeat.objects.filter(kind=kind, beaten_at__range=(now - FRESH, now + FRESH)).exists()


def stale_kinds(now: datetime) -> list[str]:
    """The kinds of which nobody is alive, in the order of KINDS; one query."""
    alive = Heartbeat.objects.filter(beaten_at__range=(now - FRESH, now + FRESH)).values_list("kind", flat=True)
    return [kind for kind in KINDS if kind not in set(alive)]


def open_incident_kinds() -> list[str]:
    """What is in doubt at this moment, in the order of its beginning."""
    return list(Incident.objects.filter(ended_at=None).order_by("begun_at", "pk").values_list("kind", flat=True))

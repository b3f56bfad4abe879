"""Incidents: written down when a clock is in doubt, and ended when it is not. What they mean is asked by others."""

import logging
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from coalition_portal.identity.models import User
from coalition_portal.identity.queries import people_with_role
from coalition_portal.identity.roles import Role
from coalition_portal.ledger.append import append
from coalition_portal.ledger.entries import Event
from coalition_portal.permission import Refused
from coalition_portal.post.queue import queue_mail
from coalition_portal.watch.models import Incident
from coalition_portal.watch.permissions import check_can_end_incident

logger = logging.getLogger(__name__)


class NotOpen(Refused):
    """The incident has ended already."""


def open_incident(*, kind: str, evidence: dict, noticed_by: str, now: datetime) -> Incident | None:
    """Write the incident, tell the operators, log it. None where one of this kind is open: it goes on.

    `evidence` holds figures of clocks alone. Several processes notice the same jump; one of them writes it.
    """
    if Incident.objects.filter(kind=kind, ended_at=None).exists():
        return None
    try:
        with transaction.atomic(durable=True):
            incident = Incident.objects.create(kind=kind, evidence=evidence, noticed_by=noticed_by, begun_at=now)
            _tell_operators(incident, "incident_opened", now)
            append(event=Event.WATCH_INCIDENT_OPENED, subject=f"incident {incident.pk}", facts={"kind": kind}, at=now)
    except IntegrityError:
        # Another process was quicker by a moment, and its row stands for both.
        return None
    logger.critical("ALARM: the clock %s is in doubt (incident %s): %s", kind, incident.pk, evidence)
    return incident


def end_incident(*, incident: Incident, by: User, now: datetime) -> Incident:
    """The word of an operator that the clocks are right again. Raises Denied and NotOpen."""
    check_can_end_incident(by)
    if not _end(incident, now):
        raise NotOpen(_("This incident has ended already. Nothing is left to do."))
    logger.warning("incident %s was ended by an operator", incident.pk)
    incident.refresh_from_db()
    return incident


def end_calm_incident(*, incident: Incident, now: datetime) -> bool:
    """By itself, after calm minutes that the caller has watched; False where it had ended."""
    ended = _end(incident, now)
    if ended:
        logger.warning("incident %s ended by itself: the clocks were calm", incident.pk)
    return ended


def _end(incident: Incident, now: datetime) -> bool:
    with transaction.atomic(durable=True):
        # A clock that was set back may stand before the beginning.
        ended_at = max(now, incident.begun_at)
        if not Incident.objects.filter(pk=incident.pk, ended_at=None).update(ended_at=ended_at):
            return False
        _tell_operators(incident, "incident_ended", now)
        append(event=Event.WATCH_INCIDENT_ENDED, subject=f"incident {incident.pk}", facts={}, at=now)
        return True


def _tell_operators(incident: Incident, template: str, now: datetime) -> None:
    for person in people_with_role(Role.OPERATOR):
        queue_mail(
            key=f"{template}:{incident.pk}:{person.public_id}",
            to=person,
            template=template,
            context={"kind": incident.kind, "incident": incident.pk, "begun_at": incident.begun_at, "path": "/readyz"},
            now=now,
        )

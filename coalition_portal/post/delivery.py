"""Send what is due, each mail once in effect, however many workers sweep at the same time.

A row is claimed in a transaction of its own, sent outside any transaction, and marked. A worker that dies in between
leaves a claim that is taken again after five minutes; the mail keeps its Message-ID, so that mailboxes show it once.
"""

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parseaddr
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.db.models import F, Q
from django.template.loader import get_template
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime

from coalition_portal.post.models import OutgoingMail

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 20
CLAIM_HOLDS = timedelta(minutes=5)
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
BATCH = 200
MOST_FAILURES = 3


def send_due(*, now: datetime, limit: int = BATCH) -> int:
    """Try to send every mail that is due at `now`, at most `limit` of them, and return how many went out.

    After a few failures in a row the rest waits for the next sweep: a server that does not answer costs its whole
    patience each time, and whoever sweeps has tenders to close.
    """
    sent = failures = 0
    for _turn in range(limit):
        mail = _claim(now)
        if mail is None:
            break
        is_sent = _deliver(mail, now)
        sent += is_sent
        failures = 0 if is_sent else failures + 1
        if failures == MOST_FAILURES:
            break
    return sent


def wait_after(attempts: int) -> timedelta:
    """How long a mail rests after its nth failure, n >= 1: 10 s, 20 s, 40 s ... one hour."""
    return min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT)


def render(mail: OutgoingMail) -> tuple[str, str]:
    """Subject and body in the language and time zone of the person it goes to."""
    template = get_template(f"mail/{mail.template}.txt")
    context = {name: _value(name, value) for name, value in mail.context.items()}
    context |= {"portal_url": settings.PORTAL_URL.rstrip("/"), "reader_zone": mail.time_zone}
    with translation.override(mail.language), timezone.override(ZoneInfo(mail.time_zone)):
        subject = template.render(context | {"part": "subject"})
        body = template.render(context | {"part": "body"})
    return " ".join(subject.split()), body.strip() + "\n"


def _claim(now: datetime) -> OutgoingMail | None:
    """One due mail, marked as claimed by a committed transaction; rows that others hold are passed over."""
    free = Q(claimed_at=None) | Q(claimed_at__lt=now - CLAIM_HOLDS)
    due = OutgoingMail.objects.filter(free, sent_at=None, due_at__lte=now, attempts__lt=MOST_ATTEMPTS)
    due = due.order_by("due_at", "pk")
    if not due.exists():
        # A sweep with nothing to do must not queue for the one write lock of SQLite.
        return None
    with transaction.atomic(durable=True):
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        mail = due.first()
        if mail is None:
            return None
        OutgoingMail.objects.filter(free, pk=mail.pk).update(claimed_at=now, attempts=F("attempts") + 1)
        mail.refresh_from_db()
        return mail


def _deliver(mail: OutgoingMail, now: datetime) -> bool:
    try:
        _message(mail).send()
    except Exception as error:
        # Whatever went wrong with one mail, the others must go out; this one is tried again later.
        _put_back(mail, error, now)
        return False
    OutgoingMail.objects.filter(pk=mail.pk).update(sent_at=now, claimed_at=None, last_error="")
    return True


def _message(mail: OutgoingMail) -> EmailMessage:
    subject, body = render(mail)
    return EmailMessage(subject, body, to=[mail.to], headers={"Message-ID": _message_id(mail)})


def _message_id(mail: OutgoingMail) -> str:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2] or "localhost"
    return f"<{hashlib.sha256(mail.key.encode()).hexdigest()[:40]}@{domain}>"


def _put_back(mail: OutgoingMail, error: Exception, now: datetime) -> None:
    log: Callable[..., None] = logger.error if mail.attempts >= MOST_ATTEMPTS else logger.warning
    log("mail %s was not sent, attempt %s of %s: %s", mail.key, mail.attempts, MOST_ATTEMPTS, error)
    OutgoingMail.objects.filter(pk=mail.pk).update(
        claimed_at=None, due_at=now + wait_after(mail.attempts), last_error=f"{type(error).__name__}: {error}"[:200]
    )


def _value(name: str, value: object) -> object:
    """Instants were kept as text under names that end in _at."""
    if name.endswith("_at") and isinstance(value, str):
        return parse_datetime(value) or value
    return value

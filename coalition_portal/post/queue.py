import json
from collections.abc import Iterable
from datetime import datetime

from django.core.serializers.json import DjangoJSONEncoder

from coalition_portal.identity.models import User
from coalition_portal.post.models import OutgoingMail


def queue_mail(*, key: str, to: User, template: str, context: dict, now: datetime) -> None:
    """Write a mail inside the caller's transaction; a key that is there already changes nothing.

    `template` names templates/mail/<template>.txt. `context` is kept as JSON: instants go under names that end in _at
    and come back as instants. It carries no sealed content: "there is news" and a path under `path`.
    """
    _write([_mail(key, to, template, context, now)])


def queue_mails(*, key: str, to: Iterable[User], template: str, context: dict, now: datetime) -> None:
    """The same mail to several people in one statement; each person's key is `key` with their public id."""
    _write([_mail(f"{key}:{person.public_id}", person, template, context, now) for person in to])


def _mail(key: str, to: User, template: str, context: dict, now: datetime) -> OutgoingMail:
    return OutgoingMail(
        key=key,
        to=to.email,
        language=to.language,
        time_zone=to.time_zone,
        template=template,
        context=json.loads(json.dumps(context, cls=DjangoJSONEncoder)),
        created_at=now,
        due_at=now,
    )


def _write(mails: list[OutgoingMail]) -> None:
    OutgoingMail.objects.bulk_create(mails, ignore_conflicts=True)

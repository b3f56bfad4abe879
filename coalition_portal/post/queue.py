import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.serializers.json import DjangoJSONEncoder

from coalition_portal.identity.models import User
from coalition_portal.post.models import OutgoingMail

BATCH = 500


@dataclass(frozen=True)
class Letter:
    """The same mail to several people; each person's key is `key` with their public id."""

    key: str
    to: Iterable[User]
    template: str
    context: dict


def queue_mail(*, key: str, to: User, template: str, context: dict, now: datetime) -> None:
    """Write a mail inside the caller's transaction; a key that is there already changes nothing.

    `template` names templates/mail/<template>.txt. `context` is kept as JSON: instants go under names that end in _at
    and come back as instants. It carries no sealed content: "there is news" and a path under `path`.
    """
    _write([_mail(key, to, template, context, now)])


def queue_mails(*, key: str, to: Iterable[User], template: str, context: dict, now: datetime) -> None:
    """The same mail to several people in one statement; each person's key is `key` with their public id."""
    queue_letters([Letter(key=key, to=to, template=template, context=context)], now=now)


def queue_letters(letters: Iterable[Letter], *, now: datetime) -> None:
    """All of them in one statement for every few hundred mails, to however many people they go."""
    _write(
        [
            _mail(f"{letter.key}:{person.public_id}", person, letter.template, letter.context, now)
            for letter in letters
            for person in letter.to
        ]
    )


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
    OutgoingMail.objects.bulk_create(mails, ignore_conflicts=True, batch_size=BATCH)

"""The mails that the demonstration keeps in a folder instead of sending them, read back from the files."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from itertools import groupby
from pathlib import Path

# What Django's file backend writes after each mail.
END_OF_MAIL = b"\n" + b"-" * 79 + b"\n"


@dataclass(frozen=True)
class Letter:
    to: str
    subject: str
    sent_at: datetime
    body: str


def newest_letters(folder: Path, limit: int) -> list[Letter]:
    """At most `limit` mails, the newest first; none where the folder does not exist."""
    letters: list[Letter] = []
    paths = sorted(folder.glob("*.log"), key=_second, reverse=True)
    for _second_of_all, of_one_second in groupby(paths, key=_second):
        found = [letter for path in of_one_second for letter in reversed(_letters_in(path))]
        letters += sorted(found, key=lambda letter: letter.sent_at, reverse=True)
        if len(letters) >= limit:
            break
    return letters[:limit]


def _second(path: Path) -> str:
    """File names begin with the second of their making; what follows says nothing about the order."""
    return path.name.rpartition("-")[0]


def _letters_in(path: Path) -> list[Letter]:
    pieces = path.read_bytes().split(END_OF_MAIL)
    # The last piece is empty, or a mail that is being written at this moment.
    return [_letter(message_from_bytes(piece, policy=policy.default)) for piece in pieces[:-1]]


def _letter(message: EmailMessage) -> Letter:
    body = message.get_body(("plain",))
    return Letter(
        to=message["To"],
        subject=message["Subject"],
        sent_at=_instant(message["Date"]),
        body=body.get_content() if body else "",
    )


def _instant(date: str) -> datetime:
    """Django writes the zone as -0000: UTC, of no place in particular, which Python reads as no zone at all."""
    instant = parsedate_to_datetime(date)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)

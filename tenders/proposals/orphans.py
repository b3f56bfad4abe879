"""What nobody will ask for again: expired uploads, contents that nothing names, stored files that no row names.

A file is stored before a row names it, so a process that dies in between leaves a file without a row, and never a row
without its file. Such files are taken away when they are older than anything that could still be about to name them.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import ProtectedError, QuerySet

from coalition_portal.storage import document_storage, is_stored_before, keys_in, vault_storage
from tenders.proposals import contents, vault
from tenders.proposals.models import Bundle, Content, ContentPart, Upload, UploadState

OLDER_THAN = timedelta(days=7)
BATCH = 500


def sweep_orphans(now: datetime) -> int:
    """Take all of it away; how many things went. It lists the whole store, so it is done by the hour."""
    return end_expired(now) + _delete_unnamed_contents(now) + _delete_unnamed_files(now)


def end_expired(now: datetime) -> int:
    """End the uploads to which no byte came for a week, or none at all within an hour; their bytes go."""
    return sum(_ended(upload, now) for upload in _expired(now).order_by("pk"))


def _expired(now: datetime) -> QuerySet[Upload]:
    """One that is being written to lives, also where none of its bytes counts before they are all there."""
    return Upload.objects.filter(state=UploadState.RECEIVING, expires_at__lte=now).exclude(writer_until__gt=now)


def _ended(upload: Upload, now: datetime) -> bool:
    with transaction.atomic(durable=True):
        ended = (
            _expired(now)
            .filter(pk=upload.pk)
            .update(state=UploadState.ENDED, content=None, writer="", writer_until=None)
        )
    if ended and upload.content:
        contents.delete_content(upload.content)
    return bool(ended)


def _delete_unnamed_contents(now: datetime) -> int:
    unnamed = Content.objects.filter(documents=None, upload=None, begun_at__lt=now - OLDER_THAN).order_by("pk")
    return sum(_deleted(content) for content in unnamed)


def _deleted(content: Content) -> bool:
    try:
        contents.delete_content(content)
    except ProtectedError:
        # A document came to name it after it was listed.
        return False
    return True


def _delete_unnamed_files(now: datetime) -> int:
    named = (
        (document_storage(), contents.FOLDER, ContentPart.objects.all()),
        (vault_storage(), vault.FOLDER, Bundle.objects.all()),
    )
    deleted = 0
    for storage, folder, rows in named:
        for key in _without_row(keys_in(storage, folder), rows):
            if is_stored_before(storage, key, now - OLDER_THAN):
                storage.delete(key)
                deleted += 1
    return deleted


def _without_row(keys: Iterable[str], rows: QuerySet) -> Iterator[str]:
    left = iter(keys)
    while batch := list(islice(left, BATCH)):
        there = set(rows.filter(storage_key__in=batch).values_list("storage_key", flat=True))
        yield from (key for key in batch if key not in there)

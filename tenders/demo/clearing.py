"""Take back a world that was not finished: every row and every stored file, in one go."""

from django.core.management.color import no_style
from django.core.management.sql import sql_flush
from django.db import connection, transaction

from coalition_portal import guards
from coalition_portal.storage import document_storage, vault_storage
from tenders.proposals.models import Bundle, ContentPart


def clear_unfinished() -> None:
    """Only for a database that was empty when the making began: guards are off inside this one transaction."""
    manifests = list(Bundle.objects.values_list("storage_key", flat=True))
    documents = list(ContentPart.objects.values_list("storage_key", flat=True))
    with transaction.atomic(), guards.disabled(connection):
        statements = sql_flush(no_style(), connection, reset_sequences=True, allow_cascade=False)
        connection.ops.execute_sql_flush(statements)
    for key in manifests:
        vault_storage().delete(key)
    for key in documents:
        document_storage().delete(key)

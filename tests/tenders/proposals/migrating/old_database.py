"""Run with a database of its own: a portal whose files are in clear is migrated; prints what is kept afterwards.

Rows are filled by what their columns want, at the schema of that time, for the verbs of that time are gone.
"""

import hashlib
import json
from decimal import Decimal

import django

django.setup()

from django.core.files.base import ContentFile  # noqa: E402 - applications are loaded above
from django.core.management import call_command  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.db.migrations.executor import MigrationExecutor  # noqa: E402

from coalition_portal import clock  # noqa: E402
from coalition_portal.storage import document_storage, vault_storage  # noqa: E402

APP = "tenders_proposals"
LAST_IN_CLEAR = (APP, "0003_uploads_and_work_on_drafts")
FILE = b"%PDF-1.4 kept in clear " * 100_000
MANIFEST = b'{"schema":"idc-proposal/1"}'


def filled(model, **given):
    """A row in which every column that must have a value has one."""
    values = {field.name: _value_of(field) for field in model._meta.concrete_fields if _is_wanted(field, given)}
    return model.objects.create(**values | given)


def _is_wanted(field, given):
    is_free = field.null or field.has_default() or field.primary_key or getattr(field, "blank", False)
    return field.name not in given and not is_free


def _value_of(field):
    if isinstance(field, models.ForeignKey):
        return field.related_model.objects.first() or filled(field.related_model)
    if field.choices:
        return field.choices[0][0]
    if isinstance(field, models.DateTimeField):
        return clock.now()
    if isinstance(field, models.DateField):
        return clock.now().date()
    if isinstance(field, models.DecimalField):
        return Decimal(1)
    return 1 if isinstance(field, models.IntegerField) else "x"


def main():
    executor = MigrationExecutor(connection)
    others = [key for key in executor.loader.graph.leaf_nodes() if key[0] != APP]
    executor.migrate([key for key in others if not _needs_later(executor, key)] + [LAST_IN_CLEAR])
    make_old_rows(executor.loader.project_state([LAST_IN_CLEAR]).apps)
    call_command("migrate", verbosity=0, interactive=False)
    tell()


def _needs_later(executor, key):
    """Whether a migration of another application stands on later ones of this."""
    return any(app == APP and name > "0004" for app, name in executor.loader.graph.forwards_plan(key))


def make_old_rows(old):
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = ON")
    document, bundle = old.get_model(APP, "Document"), old.get_model(APP, "Bundle")
    for number, content in enumerate((FILE, b"lost")):
        key = document_storage().save(f"documents/{number}", ContentFile(content))
        digest = hashlib.sha256(content).hexdigest()
        filled(
            document, storage_key=key, size_bytes=len(content), sha256=digest, public_id=f"old-{number}", name="a.pdf"
        )
    document_storage().delete("documents/1")
    for number in range(2):
        key = vault_storage().save(f"manifests/{number}", ContentFile(MANIFEST))
        digest = hashlib.sha256(MANIFEST).hexdigest()
        filled(bundle, storage_key=key, sha256=digest, version=number + 1, commitment=str(number) * 64)
    # The second one was interrupted where it hurts most: the clear form is beside, its own place is empty.
    vault_storage().save("manifests/1.clear", ContentFile(MANIFEST))
    vault_storage().delete("manifests/1")


def tell():
    from tenders.proposals import vault
    from tenders.proposals.contents import ContentDamaged, digest_of
    from tenders.proposals.models import Bundle, Document

    whole, lost = Document.objects.order_by("public_id")
    try:
        lost_is = digest_of(lost.content)
    except ContentDamaged as damaged:
        lost_is = str(damaged).partition(" has ")[2]
    told = {
        "whole": digest_of(whole.content) == whole.sha256 == hashlib.sha256(FILE).hexdigest(),
        "lost": lost_is,
        "clear documents": document_storage().listdir("documents")[1],
        "manifests": [vault.read_manifest(bundle) for bundle in Bundle.objects.order_by("version")],
        "manifest files": sorted(vault_storage().listdir("manifests")[1]),
    }
    print(json.dumps(told))


main()

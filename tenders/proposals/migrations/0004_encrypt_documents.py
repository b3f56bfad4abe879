"""Files that were kept in clear become encrypted contents; the files in clear go when their row names the new ones.

Each document is a transaction of its own, so that an interrupted migration goes on where it stopped. A frozen version
keeps its storage key, for its row can never change: the encrypted form takes the place of the clear one.
"""

from django.core.files.base import ContentFile
from django.db import migrations, transaction

from coalition_portal.frames import FRAME_BYTES
from coalition_portal.storage import document_storage, random_key, vault_storage
from tenders.proposals.contents import FOLDER, MARK, EncryptingStream, sealed


def encrypt(apps, schema_editor):
    for document in apps.get_model("tenders_proposals", "Document").objects.filter(content=None).order_by("pk"):
        _encrypt_document(apps, document)
    bundles = apps.get_model("tenders_proposals", "Bundle").objects.order_by("pk")
    for key in bundles.values_list("storage_key", flat=True):
        _encrypt_manifest(key)


def _encrypt_document(apps, document):
    store, clear = document_storage(), document.storage_key
    with transaction.atomic():
        content = apps.get_model("tenders_proposals", "Content").objects.create(
            company_id=document.proposal.company_id, size_bytes=document.size_bytes, begun_at=document.uploaded_at
        )
        if store.exists(clear):
            with store.open(clear, "rb") as file:
                stream = EncryptingStream(content.public_id, 0, iter(lambda: file.read(FRAME_BYTES), b""))
                key = store.save(random_key(FOLDER), stream)
            if stream.broke_by:
                raise stream.broke_by
            content.parts.create(number=0, storage_key=key, size_bytes=stream.size_bytes)
        document.content = content
        document.save(update_fields=["content"])
    store.delete(clear)


def _encrypt_manifest(key):
    """The clear form waits beside the place of the encrypted one until that is written, in case this is interrupted."""
    store, beside = vault_storage(), f"{key}.clear"
    if not store.exists(beside):
        if not store.exists(key):
            return
        with store.open(key, "rb") as file:
            clear = file.read()
        if clear.startswith(MARK):
            return
        store.save(beside, ContentFile(clear))
    with store.open(beside, "rb") as file:
        clear = file.read()
    store.delete(key)
    store.save(key, ContentFile(sealed(clear, file_id=key)))
    store.delete(beside)


class Migration(migrations.Migration):
    # Files follow no rollback, so nothing here may be undone as a whole.
    atomic = False
    dependencies = [("tenders_proposals", "0003_uploads_and_work_on_drafts")]
    operations = [migrations.RunPython(encrypt, migrations.RunPython.noop)]

"""The only way to a submission's content in storage. Nobody else knows how content is kept."""

import hashlib
import json

from django.core.files.base import ContentFile

from coalition_portal.storage import random_key, vault_storage
from tenders.proposals.contents import ContentDamaged, sealed, unsealed
from tenders.proposals.models import Bundle, Document, OpenedProposal

FOLDER = "manifests"


class ContentMismatch(Exception):
    """What was read back is not what was frozen; the sentence names got and wanted."""


def write_manifest(content: bytes) -> str:
    """Store a frozen manifest encrypted, read it back and compare; returns its random storage key."""
    key = random_key(FOLDER)
    vault_storage().save(key, ContentFile(sealed(content, file_id=key)))
    stored = _read(key, wanted=f"{len(content)} bytes")
    if stored != content:
        raise ContentMismatch(f"The vault gave back {len(stored)} bytes that differ from the {len(content)} written.")
    return key


def read_manifest(bundle: Bundle) -> dict:
    """The manifest of a bundle; raises ContentMismatch where what is stored is not what the bundle froze."""
    content = _read(bundle.storage_key, wanted=f"a version of digest {bundle.sha256}")
    digest = hashlib.sha256(content).hexdigest()
    if digest != bundle.sha256:
        raise ContentMismatch(f"The stored version has digest {digest}, wanted {bundle.sha256}.")
    return json.loads(content)


def document_of_opened(opened: OpenedProposal, public_id: str) -> Document:
    """A document that the opened version names; raises Document.DoesNotExist for any other."""
    named = {entry["public_id"] for entry in (opened.content or {}).get("documents", [])}
    if public_id not in named:
        raise Document.DoesNotExist
    return Document.objects.get(public_id=public_id, proposal=opened.proposal_id)


def _read(key: str, *, wanted: str) -> bytes:
    with vault_storage().open(key, "rb") as file:
        stored = file.read()
    try:
        return unsealed(stored, file_id=key)
    except ContentDamaged as damaged:
        raise ContentMismatch(f"The vault gave back what cannot be read, wanted {wanted}: {damaged}.") from damaged

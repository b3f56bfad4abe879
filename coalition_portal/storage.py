"""The two private stores. Their keys are random, nothing is overwritten, and no address of theirs is public."""

from django.core.files.storage import Storage, storages

from coalition_portal.public_ids import new_public_id


def vault_storage() -> Storage:
    """Sealed submissions; only proposals/vault.py asks for it."""
    return storages["vault"]


def document_storage() -> Storage:
    """Documents of drafts and of tenders."""
    return storages["documents"]


def random_key(folder: str) -> str:
    """A storage key that tells nothing about what is stored; `folder` has no slash at its ends."""
    return f"{folder}/{new_public_id()}"

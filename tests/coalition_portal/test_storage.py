import re

from django.core.files.base import ContentFile

from coalition_portal import storage


def test_the_two_stores_are_apart_and_keep_both_files_of_one_name(db):
    vault, documents = storage.vault_storage(), storage.document_storage()

    first = vault.save("a/same", ContentFile(b"one"))
    second = vault.save("a/same", ContentFile(b"two"))

    assert (vault.open(first).read(), vault.open(second).read()) == (b"one", b"two")
    assert documents.exists(first) is False


def test_random_key_tells_nothing():
    keys = {storage.random_key("bundles") for _ in range(50)}

    assert len(keys) == 50
    assert all(re.fullmatch(r"bundles/[a-z2-7]{26}", key) for key in keys)

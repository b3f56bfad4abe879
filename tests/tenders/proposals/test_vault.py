import pytest

from coalition_portal.storage import vault_storage
from tenders.proposals import vault
from tenders.proposals.contents import digest_of
from tenders.proposals.models import Document, OpenedProposal
from tests.factories.proposals import complete_proposal


def test_manifest_is_read_back_before_it_counts_as_written(monkeypatch):
    monkeypatch.setattr(type(vault_storage()), "open", lambda *_args, **_kwargs: _Short())

    with pytest.raises(vault.ContentMismatch, match="wanted 6 bytes"):
        vault.write_manifest(b"frozen")


def test_manifest_that_another_one_replaced_is_no_manifest(monkeypatch):
    monkeypatch.setattr(vault, "sealed", lambda content, *, file_id: vault_sealed(b"other", file_id=file_id))

    with pytest.raises(vault.ContentMismatch, match="5 bytes that differ from the 6 written"):
        vault.write_manifest(b"frozen")


vault_sealed = vault.sealed


class _Short:
    """A store that gives back less than it got."""

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        return None

    def read(self):
        return b"fro"


def test_manifest_is_in_clear_nowhere(cutoff):
    proposal = cutoff.submitted()
    bundle = proposal.bundles.get()

    with vault_storage().open(bundle.storage_key) as kept:
        stored = kept.read()

    assert vault.read_manifest(bundle)["proposal"] == proposal.public_id
    assert proposal.public_id.encode() not in stored
    assert b"idc-proposal" not in stored


@pytest.mark.parametrize("place", [0, 6, 30, -1])
def test_altered_manifest_is_found(cutoff, place):
    bundle = cutoff.submitted().bundles.get()
    path = vault_storage().path(bundle.storage_key)
    with open(path, "rb") as file:
        stored = bytearray(file.read())
    stored[place] ^= 1
    with open(path, "wb") as file:
        file.write(stored)

    with pytest.raises(vault.ContentMismatch, match=bundle.sha256):
        vault.read_manifest(bundle)


def test_manifest_of_another_version_is_found(cutoff):
    one, other = (cutoff.submitted().bundles.get() for _number in range(2))
    with open(vault_storage().path(other.storage_key), "rb") as file:
        stored = file.read()
    with open(vault_storage().path(one.storage_key), "wb") as file:
        file.write(stored)

    with pytest.raises(vault.ContentMismatch, match="cannot be read"):
        vault.read_manifest(one)


def test_documents_of_an_opened_proposal_are_those_its_version_names(cutoff):
    proposal = cutoff.submitted()
    other = complete_proposal(tender=cutoff.tender, now=cutoff.closes_at.replace(second=0))
    cutoff.open()
    opened = OpenedProposal.objects.get(proposal=proposal)
    named = [entry["public_id"] for entry in opened.content["documents"]]

    found = {vault.document_of_opened(opened, public_id).public_id for public_id in named}

    assert found == set(named)
    with pytest.raises(Document.DoesNotExist):
        vault.document_of_opened(opened, other.documents.first().public_id)


def test_stored_documents_have_the_digest_of_their_row(cutoff):
    document = cutoff.submitted().documents.first()

    assert digest_of(document.content) == document.sha256


def test_manifest_with_other_words_under_the_right_key_is_found(cutoff):
    bundle = cutoff.submitted().bundles.get()
    with open(vault_storage().path(bundle.storage_key), "wb") as file:
        file.write(vault_sealed(b"{}", file_id=bundle.storage_key))

    with pytest.raises(vault.ContentMismatch, match=f"wanted {bundle.sha256}"):
        vault.read_manifest(bundle)

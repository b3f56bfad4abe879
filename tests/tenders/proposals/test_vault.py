import pytest

from coalition_portal.storage import vault_storage
from tenders.proposals import vault
from tenders.proposals.models import Document, OpenedProposal
from tests.factories.proposals import complete_proposal


def test_manifest_is_read_back_before_it_counts_as_written(monkeypatch):
    monkeypatch.setattr(type(vault_storage()), "open", lambda *_args, **_kwargs: _Short())

    with pytest.raises(vault.ContentMismatch):
        vault.write_manifest(b"frozen")


class _Short:
    """A store that gives back less than it got."""

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        return None

    def read(self):
        return b"fro"


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

    assert vault.digest_of_document(document) == document.sha256

"""Encrypted parts in a bucket: the same as in a folder, one piece of a file in memory at a time."""

import hashlib
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile

from coalition_portal import clock
from coalition_portal import settings as portal_settings
from coalition_portal.storage import document_storage, vault_storage
from tenders.proposals import contents
from tenders.proposals.contents import (
    ContentDamaged,
    append_part,
    begin_content,
    delete_content,
    digest_of,
    open_content,
)
from tenders.proposals.models import ContentPart
from tenders.proposals.orphans import sweep_orphans
from tests.factories.companies import company

pytestmark = pytest.mark.django_db

MEGABYTE = 1024 * 1024
PIECE = bytes(index * 7 % 251 for index in range(MEGABYTE))


@pytest.fixture(autouse=True)
def bucket(s3_server, monkeypatch, settings):
    for name, value in s3_server.environment().items():
        monkeypatch.setattr(portal_settings, name, value)
    settings.STORAGES = settings.STORAGES | {
        name: portal_settings.private_storage(name) for name in ("vault", "documents")
    }


@pytest.fixture
def content():
    return begin_content(company=company(), now=clock.now())


@pytest.mark.parametrize("pieces", [1, 9, 20])
def test_parts_of_any_size_come_back(content, pieces):
    part = append_part(content, (PIECE for _ in range(pieces)), number=0)
    append_part(content, [b"and more"], number=1)

    assert digest_of(content) == hashlib.sha256(PIECE * pieces + b"and more").hexdigest()
    assert content.size_bytes == part.size_bytes + len(b"and more") == pieces * MEGABYTE + 8
    with open_content(content) as file:
        assert file.seek(pieces * MEGABYTE - 3) and file.read(5) == PIECE[-3:] + b"an"


def test_broken_line_keeps_what_came_before(content):
    def broken():
        yield from [PIECE] * 10
        raise ConnectionResetError("the line is gone")

    with pytest.raises(ConnectionResetError):
        append_part(content, broken(), number=0)

    assert digest_of(content) == hashlib.sha256(PIECE * 10).hexdigest()


def test_nothing_leaves_nothing(content):
    assert append_part(content, [], number=0) is None
    assert document_storage().listdir(contents.FOLDER)[1] == [] or ContentPart.objects.count() == 0


def test_missing_part_is_found_and_deleting_is_the_end(content):
    part = append_part(content, [PIECE], number=0)
    document_storage().delete(part.storage_key)
    with pytest.raises(ContentDamaged, match="is missing"):
        digest_of(content)

    delete_content(content)

    assert ContentPart.objects.count() == 0


@pytest.fixture
def requests(content, monkeypatch, settings):
    """The methods of the requests to a bucket of this test alone."""
    monkeypatch.setattr(portal_settings, "S3_BUCKET", content.public_id)
    settings.STORAGES = settings.STORAGES | {
        name: portal_settings.private_storage(name) for name in ("vault", "documents")
    }
    sent = []
    for store in (document_storage(), vault_storage()):
        events = store.connection.meta.client.meta.events
        events.register("before-send.s3", lambda request, **_: sent.append(request.method))
    document_storage().connection.create_bucket(Bucket=content.public_id)
    return sent


@pytest.mark.parametrize("named", [1, 3])
def test_sweep_asks_one_by_one_only_about_files_that_no_row_names(content, requests, named):
    for number in range(named):
        append_part(content, [b"named"], number=number)
    for name in ("one", "two"):
        document_storage().save(f"{contents.FOLDER}/unnamed-{name}", ContentFile(b"unnamed"))
    requests.clear()

    assert sweep_orphans(clock.now() + timedelta(days=6)) == 0
    # A listing of each store, and the age of two files.
    assert requests == ["GET", "HEAD", "HEAD", "GET"]


def test_bucket_is_swept_by_its_own_clock(content):
    append_part(content, [b"named"], number=0)
    with document_storage().open(content.parts.get().storage_key) as file:
        document_storage().save(f"{contents.FOLDER}/unnamed", file)
    listed = len(document_storage().listdir(contents.FOLDER)[1])

    assert sweep_orphans(clock.now() + timedelta(days=6)) == 0
    # What other tests left in the bucket is swept as well; what a row names never is.
    content.begun_at = clock.now() + timedelta(days=8)
    content.save()
    assert sweep_orphans(clock.now() + timedelta(days=8)) == listed - 1
    assert digest_of(content) == hashlib.sha256(b"named").hexdigest()

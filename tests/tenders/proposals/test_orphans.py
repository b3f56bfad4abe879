import os
from datetime import timedelta

import pytest

from coalition_portal import clock
from coalition_portal.storage import document_storage, vault_storage
from tenders.proposals import contents, documents, orphans, receiving, staging, vault
from tenders.proposals.contents import append_part, begin_content, chunks_of, open_content
from tenders.proposals.documents import add_document, remove_document
from tenders.proposals.models import Bundle, Content, ContentPart, Document, Upload, UploadState
from tenders.proposals.orphans import end_expired, sweep_orphans
from tenders.proposals.uploading import begin_upload, receive
from tests.factories import companies
from tests.factories.proposals import complete_proposal, file_of, pdf_bytes, staged_bundle

pytestmark = pytest.mark.django_db

MICROSECOND = timedelta(microseconds=1)
WEEK = timedelta(days=7)
STORES = ((document_storage, contents.FOLDER), (vault_storage, vault.FOLDER))


@pytest.fixture(autouse=True)
def stores_of_this_test(settings, tmp_path):
    """Empty ones: what other tests of this process left would be swept as well."""
    changed = {name: dict(value) for name, value in settings.STORAGES.items()}
    for name in ("vault", "documents"):
        changed[name]["OPTIONS"] = changed[name]["OPTIONS"] | {"location": str(tmp_path / name)}
    settings.STORAGES = changed


def _keys():
    """Everything that the two stores hold."""
    found = []
    for store, folder in STORES:
        if store().exists(folder):
            found += [f"{folder}/{name}" for name in store().listdir(folder)[1]]
    return sorted(found)


def _named():
    rows = [
        *ContentPart.objects.values_list("storage_key", flat=True),
        *Bundle.objects.values_list("storage_key", flat=True),
    ]
    return sorted(rows)


def _all_aged(age):
    """Everything in the stores was stored so long ago."""
    then = (clock.now() - age).timestamp()
    for store, folder in STORES:
        if store().exists(folder):
            for name in store().listdir(folder)[1]:
                os.utime(store().path(f"{folder}/{name}"), (then, then))


def _upload(draft, owner, content=b"%PDF-", size=100):
    now = clock.now()
    upload = begin_upload(proposal=draft, kind_code="flight_evidence", name="a.pdf", size_bytes=size, by=owner, now=now)
    return receive(upload=upload, offset=0, chunks=[content], by=owner, now=now)


@pytest.mark.parametrize(("offset", "ended"), [(-MICROSECOND, 0), (0 * MICROSECOND, 1), (MICROSECOND, 1)])
def test_upload_is_ended_a_week_after_its_last_byte(draft, owner, offset, ended):
    upload = _upload(draft, owner)

    found = end_expired(upload.expires_at + offset)

    upload.refresh_from_db()
    assert (found, upload.state == UploadState.ENDED) == (ended, bool(ended))
    assert (Content.objects.count(), len(_keys())) == (1 - ended, 1 - ended)


def test_what_is_no_longer_being_received_never_expires(draft, owner):
    content = pdf_bytes()
    _upload(draft, owner, content, len(content))
    _upload(draft, owner, b"%PDF-1.4 but cut off", 20)

    assert end_expired(clock.now() + 100 * WEEK) == 0
    assert sorted(Upload.objects.values_list("state", flat=True)) == [UploadState.KEPT, UploadState.REFUSED]


def test_expired_upload_that_got_a_byte_meanwhile_lives_on(draft, owner):
    upload = _upload(draft, owner)
    Upload.objects.update(expires_at=upload.expires_at + MICROSECOND)

    assert orphans._ended(upload, upload.expires_at) is False


@pytest.mark.parametrize(("offset", "deleted"), [(-MICROSECOND, 0), (0 * MICROSECOND, 0), (MICROSECOND, 1)])
def test_content_that_nothing_names_goes_when_it_is_older_than_a_week(draft, offset, deleted):
    begun = clock.now()
    content = begin_content(company=draft.company, now=begun)
    append_part(content, [b"x"], number=0)

    assert sweep_orphans(begun + WEEK + offset) == deleted
    assert (Content.objects.count(), len(_keys())) == (1 - deleted, 1 - deleted)


def test_content_that_a_document_came_to_name_stays(monkeypatch, draft, owner):
    document = add_document(
        proposal=draft, kind_code="flight_evidence", upload=file_of("pdf"), by=owner, now=clock.now()
    )

    assert orphans._deleted(document.content) is False
    assert b"".join(chunks_of(document.content))


@pytest.mark.parametrize(("age", "deleted"), [(WEEK - timedelta(hours=1), 0), (WEEK + timedelta(hours=1), 2)])
def test_stored_files_that_no_row_names_go_when_they_are_older_than_a_week(age, deleted):
    bundle = staged_bundle()
    for store, folder in STORES:
        with store().open(Bundle.objects.get().storage_key if folder == vault.FOLDER else _named()[0]) as file:
            store().save(f"{folder}/unnamed", file)
    _all_aged(age)

    assert sweep_orphans(clock.now()) == deleted
    assert len(_keys()) == len(_named()) + 2 - deleted
    assert vault.read_manifest(bundle)["version"] == 1


def test_nothing_that_is_named_is_ever_gone(draft, owner):
    """Documents of drafts, removed ones, of frozen versions, and uploads on their way, a hundred weeks later."""
    bundle = staged_bundle()
    kept = add_document(proposal=draft, kind_code="flight_evidence", upload=file_of("pdf"), by=owner, now=clock.now())
    removed = Document.objects.filter(proposal=bundle.proposal).first()
    remove_document(document=removed, by=companies.owner_of(bundle.proposal.company), now=clock.now())
    upload = _upload(draft, owner)
    Upload.objects.update(expires_at=clock.now() + 200 * WEEK)
    _all_aged(100 * WEEK)
    before = _keys()

    assert sweep_orphans(clock.now() + 100 * WEEK) == 0

    assert (_keys(), _named()) == (before, before)
    for content in (kept.content, removed.content, Upload.objects.get(pk=upload.pk).content):
        with open_content(content) as file:
            assert len(file.read()) == file.size
    assert vault.read_manifest(bundle)


def test_process_that_dies_between_storage_and_commit_leaves_an_orphan_that_goes(monkeypatch, draft, owner):
    class Killed(BaseException):
        """As kill -9 looks from inside: nothing after it runs that would tidy up."""

    def die(*_args, **_kwargs):
        raise Killed

    document = complete_proposal().documents.first()
    acts = [
        (
            documents.Document.objects,
            "create",
            lambda: add_document(
                proposal=draft, kind_code="flight_evidence", upload=file_of("pdf"), by=owner, now=clock.now()
            ),
        ),
        (receiving, "name_parts", lambda: _upload(draft, owner)),
        (staging, "_record", staged_bundle),
    ]
    before = len(_keys()) - len(_named())
    for place, name, act in acts:
        with monkeypatch.context() as patch:
            patch.setattr(place, name, die)
            with pytest.raises(Killed):
                act()
    left = len(_keys()) - len(_named()) - before
    _all_aged(2 * WEEK)
    Content.objects.update(begun_at=clock.now() - 2 * WEEK)

    swept = sweep_orphans(clock.now())

    # The upload still waits for its bytes, so its empty content stays; the plain form's content went with its part.
    assert (left, swept, _keys()) == (2, 3, _named())
    assert b"".join(chunks_of(document.content))
    assert sweep_orphans(clock.now()) == 0


def test_many_files_are_looked_up_in_batches(monkeypatch, draft, owner):
    monkeypatch.setattr(orphans, "BATCH", 2)
    for _number in range(5):
        add_document(proposal=draft, kind_code="flight_evidence", upload=file_of("csv"), by=owner, now=clock.now())
    with document_storage().open(_named()[0]) as file:
        for number in range(3):
            document_storage().save(f"{contents.FOLDER}/unnamed{number}", file)
    _all_aged(2 * WEEK)

    assert sweep_orphans(clock.now()) == 3
    assert _keys() == _named()

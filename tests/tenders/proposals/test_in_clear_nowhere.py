"""The content of a file is in clear nowhere on a disk: not while it arrives, not while it is judged, not afterwards."""

import os
import stat
import tempfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from coalition_portal import clock, uploads
from coalition_portal.frames import FRAME_BYTES
from tenders.proposals import documents
from tenders.proposals.downloads import attachment
from tenders.proposals.models import Document
from tenders.proposals.uploading import begin_upload, receive
from tests.factories import companies
from tests.factories.proposals import draft_proposal, pdf_bytes

pytestmark = pytest.mark.django_db

MARKER = "MARKER-THAT-NO-DISK-MAY-HOLD-"
CONTENT = pdf_bytes(MARKER * (3 * FRAME_BYTES // len(MARKER)))


@pytest.fixture
def places(monkeypatch, tmp_path):
    """The folders that are searched: the portal's data, and a temporary folder of this test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return (Path(settings.PORTAL_DATA), tmp_path)


def _on_disk(places):
    """The files that hold the marker: those with a name, and those without one that this process has open."""
    named = [path for place in places for path in place.rglob("*") if path.is_file()]
    nameless = [Path(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")]
    return [str(path) for path in (*named, *nameless) if MARKER.encode() in _bytes_of(path)]


def _bytes_of(path):
    try:
        return path.read_bytes() if stat.S_ISREG(path.stat().st_mode) else b""
    except OSError:
        return b""


class Search:
    """Looks after each call of what it is told to watch; `found` has the files of each look."""

    def __init__(self, patch, places):
        self.patch, self.places, self.found = patch, places, []

    def look(self):
        self.found.append(_on_disk(self.places))

    def after(self, place, name):
        act = getattr(place, name)

        def acted(*args, **kwargs):
            done = act(*args, **kwargs)
            self.look()
            return done

        self.patch.setattr(place, name, acted)

    @property
    def is_clean(self):
        return not any(self.found)


@pytest.fixture
def search(monkeypatch, places):
    made = Search(monkeypatch, places)
    for step in ("inspect", "digest_of"):
        made.after(documents, step)
    return made


def test_search_finds_what_is_in_clear(places, tmp_path):
    (tmp_path / "named").write_text(MARKER)
    with tempfile.TemporaryFile() as nameless:
        nameless.write(MARKER.encode())
        nameless.flush()

        assert len(_on_disk(places)) == 2


def test_plain_form(client_of, search):
    draft = draft_proposal()
    page = client_of(companies.owner_of(draft.company))
    search.after(uploads.SealingUploadHandler, "receive_data_chunk")

    page.post(
        reverse("proposal-document-add", args=[draft.public_id, "flight_evidence"]),
        {"file": SimpleUploadedFile("a.pdf", CONTENT)},
    )

    kept = b"".join(attachment(Document.objects.get()).streaming_content)
    search.look()
    assert (kept == CONTENT, len(search.found) >= 6, search.is_clean) == (True, True, True), search.found


def test_resumable_upload(search):
    draft = draft_proposal()
    owner, now = companies.owner_of(draft.company), clock.now()
    upload = begin_upload(
        proposal=draft, kind_code="flight_evidence", name="a.pdf", size_bytes=len(CONTENT), by=owner, now=now
    )

    def chunks():
        for place in range(0, len(CONTENT), FRAME_BYTES // 2):
            yield CONTENT[place : place + FRAME_BYTES // 2]
            search.look()

    receive(upload=upload, offset=0, chunks=chunks(), by=owner, now=now)

    search.look()
    assert Document.objects.get().size_bytes == len(CONTENT)
    assert (len(search.found) >= 9, search.is_clean) == (True, True), search.found

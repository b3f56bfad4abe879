"""5 MB over 64 kbit/s with 30 % loss and 2 s latency. What takes time is hurried; ./portal bench lossy-line is not."""

import hashlib
from urllib.parse import urlsplit

import pytest

from tenders.proposals.models import Document, Upload, UploadState
from tests.browser.lossy_line import LossyLine, Weather, hurry_up
from tests.browser.walking import Walk
from tests.factories import companies
from tests.factories.proposals import draft_proposal

SIZE = 5_000_000
FACTOR = 150
PATIENCE_MS = 120_000


@pytest.fixture
def line(live_server):
    with LossyLine(urlsplit(live_server.url).port, Weather(factor=FACTOR)) as line:
        yield line


def test_five_megabytes_arrive_whole_and_once(page, line, transactional_db, tmp_path):
    draft = draft_proposal()
    path = tmp_path / "flights.csv"
    path.write_bytes((b"2026-10-14,12.5\n" * (SIZE // 16 + 1))[:SIZE])
    person = Walk(page, f"http://127.0.0.1:{line.port}")
    person.sign_in(companies.owner_of(draft.company))
    hurry_up(page, FACTOR)
    page.goto(f"{person.address}/proposals/{draft.public_id}/documents/")

    line.is_stormy = True
    page.set_input_files("#file-flight_evidence", str(path))
    page.wait_for_selector("[data-said]:has-text('Received and checked')", state="attached", timeout=PATIENCE_MS)
    line.is_stormy = False

    [document] = Document.objects.all()
    assert (document.sha256, document.size_bytes) == (hashlib.sha256(path.read_bytes()).hexdigest(), SIZE)
    kept = Upload.objects.filter(state=UploadState.KEPT)
    assert list(kept.values_list("content", flat=True)) == [document.content_id]
    assert line.broken > 10
    assert line.stalled > 10

"""The disk of the data folder runs full: files are refused early, what is frozen is submitted, nothing stands half."""

import os
import subprocess

import pytest

from tenders.proposals.models import Content, ContentPart, Document, Receipt, Upload
from tests.benchmarks.preparing import client_of, uploader
from tests.drills.processes import press
from tests.drills.uploads import begin, offset_of, send
from tests.factories.proposals import pdf_bytes

pytestmark = [pytest.mark.postgres_only, pytest.mark.django_db(transaction=True)]

DISK = "48m"
MEGABYTE = 1024 * 1024


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 48 MB in memory; mounting one takes root."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(tmp_path)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("a small file system cannot be mounted here; it takes root")
    yield tmp_path
    subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


def fill(disk, *, leave):
    """A file that takes all but `leave` bytes."""
    room = os.statvfs(disk)
    (disk / "filler").write_bytes(bytes(max(0, room.f_bavail * room.f_frsize - leave)))


def test_full_disk_refuses_files_before_they_travel_and_takes_what_is_frozen(small_disk, start_web, bundle, tender):
    client, sender = client_of(bundle), uploader(tender, 1)
    kept = Document.objects.count()
    web = start_web(PORTAL_DATA=str(small_disk))
    fill(small_disk, leave=MEGABYTE)

    refused = begin(sender, web.port, 5 * MEGABYTE)

    assert (refused.status, refused.headers["Retry-After"]) == (507, "600")
    assert (Upload.objects.count(), Document.objects.count()) == (0, kept)
    assert "/receipt/" in press(client, web.port).place
    assert Receipt.objects.get().bundle == bundle


def test_disk_that_fills_during_an_upload_keeps_no_half_row_and_goes_on_later(small_disk, start_web, tender):
    sender = uploader(tender, 1)
    web = start_web(PORTAL_DATA=str(small_disk))
    content = pdf_bytes("x" * 3 * MEGABYTE)
    place = begin(sender, web.port, len(content)).place
    fill(small_disk, leave=MEGABYTE)

    broken = send(sender, web.port, place, 0, content)

    assert broken.status == 507
    assert Document.objects.count() == 0
    parts = ContentPart.objects.filter(content=Content.objects.get())
    stored = sum(parts.values_list("size_bytes", flat=True))
    assert stored == Upload.objects.get().received_bytes == offset_of(sender, web.port, place)
    (small_disk / "filler").unlink()
    assert send(sender, web.port, place, stored, content[stored:]).status == 204
    assert Document.objects.get().size_bytes == len(content)

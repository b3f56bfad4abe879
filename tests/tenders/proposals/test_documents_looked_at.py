"""Documents of a draft as the gate leaves them: refused in plain words, or without what a picture told."""

import hashlib
import io

import pytest
from django.core.files.base import ContentFile

from tenders.notices.models import WantedDocument
from tenders.proposals import documents
from tenders.proposals.contents import chunks_of
from tenders.proposals.file_types import extension_of
from tenders.proposals.gate.inspection import Fault, Unfit, inspect
from tenders.proposals.models import Content
from tests.factories.proposals import file_of
from tests.tenders.proposals.gate.making import (
    archive,
    box,
    chunk,
    exif,
    frame,
    jpeg,
    png,
    segment,
    track,
    video,
    workbook,
)
from tests.tenders.proposals.gate.making import pdf as made_pdf
from tests.tenders.proposals.stored import refusal_of, stored_parts

pytestmark = pytest.mark.django_db


@pytest.fixture
def wants_media(draft):
    """The tender asks for photos and videos as evidence as well."""
    WantedDocument.objects.filter(tender=draft.tender, code="flight_evidence").update(
        file_types=["pdf", "csv", "xlsx", "mp4", "jpg", "jpeg", "png"]
    )


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("flight.mp4", video(inside=box(b"udta", box(b"\xa9xyz", b"+50.45+030.52/"))), ["location"]),
        ("photo.JPG", jpeg(segment(0xE1, exif((0x8825, 1), (0x013B, 1)))), ["author", "location", "note"]),
        ("plan.png", png(chunk(b"tEXt", b"Author\x00Example")), ["author"]),
    ],
)
def test_document_is_kept_without_what_its_picture_told(wants_media, add, name, content, told):
    before = stored_parts()

    document = add(ContentFile(content, name=name))

    kept = b"".join(chunks_of(document.content))
    assert (document.stripped, document.size_bytes, document.sha256) == (
        told,
        len(kept),
        hashlib.sha256(kept).hexdigest(),
    )
    assert kept != content
    assert b"+50.45" not in kept
    assert b"Example" not in kept
    assert inspect(io.BytesIO(kept), extension_of(name)).metadata == ()
    # The file as it came in is gone from the store.
    assert len(stored_parts()) == len(before) + 1
    assert list(Content.objects.all()) == [document.content]


def test_picture_that_is_here_already_without_what_it_told_is_not_kept_twice(wants_media, add):
    photos = [jpeg(segment(0xE1, exif((0x013B, number)))) for number in (1, 2)]
    document = add(ContentFile(photos[0], name="photo.jpg"))

    sentence = refusal_of(add, ContentFile(photos[1], name="again.jpg"))

    assert sentence == "This very file is here already. Nothing was added."
    assert list(Content.objects.all()) == [document.content]


def test_picture_that_tells_nothing_is_kept_as_it_came(wants_media, add):
    document = add(ContentFile(jpeg(), name="photo.jpeg"))

    assert (document.stripped, document.sha256) == ([], hashlib.sha256(jpeg()).hexdigest())


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        (
            "log.pdf",
            made_pdf(b"<</S/JavaScript>>"),
            "The file holds macros, scripts or other files. We want plain content only. "
            "Save it as PDF and choose it again.",
        ),
        (
            "log.pdf",
            made_pdf() + archive({"a": b"x"}),
            "The file is PDF and something else besides, such as an archive or a web page. We want one plain file. "
            "Save it as PDF and choose it again.",
        ),
        (
            "log.xlsx",
            workbook({"xl/connections.xml": b"<x/>"}),
            "The file takes content from other files or from the network, which reviewers would not see. "
            "Put everything into the file itself. "
            "Save it as an Excel workbook without macros (XLSX) and choose it again.",
        ),
        (
            "flight.mp4",
            video(tracks=[lambda start: track(b"meta", b"gpmd", b"")], others=b"GPS!"),
            "The file tells where it was taken, in a form that the portal cannot take out. "
            "Save it without location data. Export the video as MP4 and choose it again.",
        ),
        (
            "photo.jpg",
            jpeg(picture=frame(65_000, 65_000)),
            "A picture in the file has more pixels than reviewers can open. Make the picture smaller. "
            "Save it as a JPEG picture and choose it again.",
        ),
        (
            "photo.png",
            jpeg(),
            "The name says PNG picture, but the content is something else. "
            "Save it as a PNG picture and choose it again.",
        ),
    ],
)
def test_hostile_file_is_refused_in_plain_words(wants_media, add, name, content, expected):
    assert refusal_of(add, ContentFile(content, name=name)) == expected


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (
            Fault.OVER_LIMITS,
            "Reading the file took more time or memory than the portal gives to one file. Make it simpler or smaller. "
            "Save it as PDF and choose it again.",
        ),
        (
            Fault.NOT_LOOKED_AT,
            "The portal could not look into the file just now. Nothing was kept. Wait a minute, then choose it again.",
        ),
    ],
)
def test_gate_that_fails_is_a_refusal_in_plain_words(add, monkeypatch, fault, expected):
    def inspect(_file, _extension):
        raise Unfit(fault)

    monkeypatch.setattr(documents, "inspect", inspect)

    assert refusal_of(add, file_of("pdf")) == expected


def test_copy_that_cannot_be_made_leaves_nothing(wants_media, add, monkeypatch):
    def stripped(_file, _extension):
        yield b"begun"
        raise Unfit(Fault.LOCATION)

    monkeypatch.setattr(documents, "stripped", stripped)

    sentence = refusal_of(add, ContentFile(jpeg(segment(0xFE, b"note")), name="photo.jpg"))

    assert sentence.startswith("The file tells where it was taken")
    assert not Content.objects.exists()

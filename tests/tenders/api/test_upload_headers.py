"""The headers of an upload: every one that is missing or wrong is refused before anything is kept."""

import pytest

from tenders.proposals.models import Upload
from tests.tenders.api.tus import metadata, told

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("length", [None, "", "-1", "1e3", "٣", "1.5"])
def test_length_that_is_no_number(tus, length):
    sentence = f"The Upload-Length header is {length or '-'}; it wants a whole number of bytes."

    assert told(tus.create(100, Upload_Length=length)) == (400, "bad-request", sentence)


def test_deferred_length_is_not_spoken(tus):
    assert told(tus.create(100, Upload_Length=None, Upload_Defer_Length="1"))[:2] == (400, "bad-request")


def test_too_large_for_the_portal(tus, settings):
    settings.PORTAL_UPLOAD_MAX_MB = 1
    most = 1024 * 1024

    assert tus.create(most).status_code == 201
    assert told(tus.create(most + 1)) == (
        413,
        "too-large",
        f"The file has {most + 1} bytes; the portal takes at most {most}.",
    )


@pytest.mark.parametrize("offset", [None, "", "-1", "x"])
def test_offset_that_is_no_number(tus, offset):
    assert told(tus.send(tus.begun(100), 0, b"x", Upload_Offset=offset))[:2] == (400, "bad-request")


@pytest.mark.parametrize(
    ("pairs", "sentence"),
    [
        (
            "",
            "The Upload-Metadata header lacks filename, kind, proposal; "
            "it wants filename, kind and proposal in base64.",
        ),
        (
            metadata(filename="a.pdf", proposal="x"),
            "The Upload-Metadata header lacks kind; it wants filename, kind and proposal in base64.",
        ),
        (
            "filename ???",
            "The Upload-Metadata header is not understood; it wants pairs of a name and base64 of UTF-8, with commas.",
        ),
        (
            "filename /w==",
            "The Upload-Metadata header is not understood; it wants pairs of a name and base64 of UTF-8, with commas.",
        ),
        (
            "filename é",
            "The Upload-Metadata header is not understood; it wants pairs of a name and base64 of UTF-8, with commas.",
        ),
        (
            "kind YQ==,kind YQ==",
            "The Upload-Metadata header is not understood; it wants pairs of a name and base64 of UTF-8, with commas.",
        ),
    ],
)
def test_metadata_that_is_not_understood(tus, pairs, sentence):
    assert told(tus.create(100, Upload_Metadata=pairs)) == (400, "bad-request", sentence)
    assert Upload.objects.count() == 0


def test_metadata_of_others_is_let_through(tus):
    pairs = metadata(filename="a.pdf", kind="flight_evidence", proposal=tus.draft.public_id, relativePath="")

    assert tus.create(100, Upload_Metadata=f"{pairs},is_confidential").status_code == 201


@pytest.mark.parametrize("checksum", ["md5 YQ==", "sha1", "sha1 ???", "sha1 é", ""])
def test_checksum_that_is_not_understood(tus, checksum):
    assert told(tus.send(tus.begun(100), 0, b"%PDF-", Upload_Checksum=checksum))[:2] == (400, "bad-request")


def test_body_without_a_length(tus):
    path = tus.begun(100)

    response = tus.send(path, 0, b"%PDF-", Transfer_Encoding="chunked")

    assert told(response)[:2] == (411, "length-required")

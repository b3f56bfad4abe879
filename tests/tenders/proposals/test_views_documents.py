"""The documents page: what is told before a file travels, what is unfinished, and what was taken out of a file."""

import gzip
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from coalition_portal import clock
from coalition_portal.uploads import MEGABYTE
from tenders.proposals.completeness import Overview
from tenders.proposals.contents import chunks_of
from tenders.proposals.documents import add_document
from tenders.proposals.gate.verdict import Metadata
from tenders.proposals.models import Document, Upload, UploadState
from tenders.proposals.views.document_kinds import TAKEN_OUT, WORDS, Kept, Room, kinds_of
from tests.factories import companies
from tests.factories.proposals import draft_proposal, file_of
from tests.factories.uploads import unfinished_upload
from tests.tenders.proposals.gate.making import box, video

MICROSECOND = timedelta(microseconds=1)
pytestmark = pytest.mark.django_db

NAMES = {"percent", "sent", "size", "left", "rate", "time"}
"""What static/js/upload.js fills in."""


def _url(name, draft, *more):
    return reverse(name, args=[draft.public_id, *more])


def _page(web, draft):
    return web.get(_url("proposal-documents", draft)).content.decode()


def _add(draft, kind_code, extension="pdf"):
    by, upload = companies.owner_of(draft.company), file_of(extension, stem=kind_code)
    return add_document(proposal=draft, kind_code=kind_code, upload=upload, by=by, now=clock.database_now())


def test_who_comes_back_without_the_file_is_told_so(web, draft, client):
    path = _url("proposal-document-add", draft, "technical_description")
    signed_out = client.post(path, {"file": SimpleUploadedFile("a.pdf", b"%PDF-1.4")})

    page = web.get(path, follow=True)

    assert signed_out.url == f"/accounts/login/?next={path}"
    assert page.redirect_chain == [(_url("proposal-documents", draft), 302)]
    assert "No file was received. If you had to sign in again meanwhile, choose the file once more." in (
        page.content.decode()
    )


# Before a file travels


def test_the_script_gets_the_limits_and_its_words(web, draft):
    page = _page(web, draft)

    section = re.search(r'<section[^>]*data-kind="flight_evidence"[^>]*>', page)[0]
    facts = dict(re.findall(r'data-([\w-]+)="([^"]*)"', section))
    assert facts == {
        "kind": "flight_evidence",
        "types": "pdf csv xlsx",
        "most": str(50 * MEGABYTE),
        "files": "5",
        "room": "5",
        "wrong-type": "We got a file of type “.{extension}”. We want: PDF, CSV or Excel workbook (XLSX). "
        "Save it as PDF and choose it again.",
        "no-type": "We got a file without an ending. We want: PDF, CSV or Excel workbook (XLSX). "
        "Save it as PDF and choose it again.",
        "too-large": "We got a file of {size}. We want at most 50\N{NO-BREAK SPACE}MB. "
        "Make it smaller and choose it again.",
        "no-room": "“Flight evidence” takes no more files. Remove one, then choose this file again.",
    }
    assert 'data-endpoint="/api/v1/uploads"' in page
    assert f'data-summary data-files="12" data-bytes="{500 * MEGABYTE}"' in page


def test_the_endpoint_is_the_route_of_the_api(web, draft):
    assert f'data-endpoint="{reverse("api-uploads")}"' in _page(web, draft)


@pytest.mark.parametrize("word", WORDS)
def test_words_have_no_gap_that_nobody_fills(word):
    assert set(re.findall(r"{(\w+)}", str(WORDS[word]))) <= NAMES


def test_room_shrinks_with_each_document(draft):
    first = _add(draft, "flight_evidence")

    room = Room(draft, [first])
    assert (room.used_files, room.used_bytes, room.files) == (1, first.size_bytes, 11)
    assert room.bytes == 500 * MEGABYTE - first.size_bytes


def test_a_kind_that_is_full_has_no_form(web, draft):
    _add(draft, "technical_description")

    page = _page(web, draft)
    section = page.split('id="kind-technical_description"')[1].split("</section>")[0]
    assert ('data-room="0"' in section, "data-plain" in section, "PDF, 1 file, at most" in section) == (
        True,
        False,
        True,
    )


# What is here and what was taken out of it


@pytest.mark.parametrize(
    ("stripped", "sentence"),
    [
        ([], ""),
        (["location"], "We took out of this file: location data. The digest is of what is kept."),
        (
            ["attached", "author", "device", "location", "note"],
            "We took out of this file: location data, author data, device data, notes, hidden attachments. "
            "The digest is of what is kept.",
        ),
    ],
)
def test_what_was_taken_out_is_said(stripped, sentence):
    assert Kept(Document(stripped=stripped)).taken_out == sentence


def test_it_stands_beside_the_file(web, draft):
    document = _add(draft, "technical_description")
    Document.objects.filter(pk=document.pk).update(stripped=["author"])

    page = _page(web, draft)
    assert "We took out of this file: author data." in page
    assert f'<code title="{document.sha256}">' in page


@pytest.mark.parametrize("kind", Metadata)
def test_every_kind_of_metadata_has_a_word(kind):
    assert kind in TAKEN_OUT


def test_a_video_that_tells_where_it_was_made_comes_without_that(web, draft):
    content = video(inside=box(b"udta", box(b"\xa9xyz", b"+50.45+030.52/")))
    upload = SimpleUploadedFile("flight.mp4", content)

    page = web.post(_url("proposal-document-add", draft, "video"), {"file": upload}, follow=True)

    [document] = Document.objects.all()
    assert b"+50.45" not in b"".join(chunks_of(document.content))
    assert "We took out of this file: location data." in page.content.decode()


# What is not finished


def test_an_unfinished_upload_is_listed_under_its_kind(web, draft):
    upload = unfinished_upload(draft)

    page = _page(web, draft)
    section = page.split('id="kind-flight_evidence"')[1].split("</section>")[0]
    assert f'data-upload="/api/v1/uploads/{upload.public_id}"' in section
    assert "10\N{NO-BREAK SPACE}bytes of 23\N{NO-BREAK SPACE}bytes arrived" in section
    assert "Choose the same file again below." in section
    assert _url("proposal-upload-discard", draft, upload.public_id) in section


def test_a_page_with_a_refused_file_leads_on(web, draft):
    """It stands at the address of the refused form, which must not be asked again by the button at the foot."""
    refused = web.post(_url("proposal-document-add", draft, "flight_evidence"))

    foot = refused.content.decode().split('<p class="pager">')[0].rsplit("<form", 1)[1]
    assert (refused.status_code, f'action="{_url("proposal-documents", draft)}"' in foot) == (422, True)


def test_a_refused_upload_says_why(web, draft):
    upload = unfinished_upload(draft)
    Upload.objects.filter(pk=upload.pk).update(state=UploadState.REFUSED, refusal="The file holds macros.")

    page = _page(web, draft)
    assert "The file holds macros." in page
    assert "Remove from the list" in page.split('id="kind-flight_evidence"')[1].split("</section>")[0]


@pytest.mark.parametrize(
    ("state", "got", "before_the_end", "is_listed"),
    [
        (UploadState.RECEIVING, 10, MICROSECOND, True),
        (UploadState.RECEIVING, 10, timedelta(0), False),
        (UploadState.RECEIVING, 10, -MICROSECOND, False),
        (UploadState.RECEIVING, 0, MICROSECOND, False),
        (UploadState.REFUSED, 10, MICROSECOND, True),
        (UploadState.REFUSED, 10, timedelta(0), False),
        (UploadState.KEPT, 10, MICROSECOND, False),
        (UploadState.ENDED, 10, MICROSECOND, False),
    ],
)
def test_what_is_listed_as_unfinished(draft, state, got, before_the_end, is_listed):
    upload = unfinished_upload(draft, got=got)
    Upload.objects.filter(pk=upload.pk).update(state=state)
    upload.refresh_from_db()

    kinds = kinds_of(Overview(draft), upload.expires_at - before_the_end)

    assert [row for kind in kinds for row in kind.unfinished] == ([upload] if is_listed else [])


def test_discarding_ends_the_upload(web, draft):
    upload = unfinished_upload(draft)

    response = web.post(_url("proposal-upload-discard", draft, upload.public_id), follow=True)

    upload.refresh_from_db()
    assert (response.redirect_chain[0][0], upload.state) == (_url("proposal-documents", draft), UploadState.ENDED)
    assert "flights.csv is discarded." in response.content.decode()
    assert web.post(_url("proposal-upload-discard", draft, upload.public_id)).status_code == 404


def test_an_upload_of_another_company_is_not_found(web, draft, client_of):
    upload = unfinished_upload(draft)
    other = draft_proposal(tender=draft.tender)
    stranger = client_of(companies.owner_of(other.company))

    found = [
        stranger.post(_url("proposal-upload-discard", proposal, upload.public_id)).status_code
        for proposal in (draft, other)
    ]
    assert found == [404, 404]


# Weight and queries


@pytest.mark.parametrize("uploads", [1, 3])
def test_queries_do_not_grow_with_uploads(web, draft, django_assert_num_queries, uploads):
    for number in range(uploads):
        unfinished_upload(draft, name=f"{number}.csv")
    web.get(_url("proposal-documents", draft))

    with django_assert_num_queries(15):
        web.get(_url("proposal-documents", draft))


def test_page_weighs_five_kilobytes_packed(web, draft):
    assert len(gzip.compress(web.get(_url("proposal-documents", draft)).content)) < 5_000

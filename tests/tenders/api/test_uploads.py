"""tus 1.0.0 through HTTP: what a client does, what is refused, and nobody but the company sees an upload."""

import base64
import hashlib
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.http import http_date

from coalition_portal import clock, storage
from manufacturers.models import CompanyRole
from tenders.api.models import Scope
from tenders.notices.queries import deadline_in_force
from tenders.proposals import receiving
from tenders.proposals.models import Document, Upload, UploadState
from tests.factories import companies, people
from tests.factories.keys import WRITES
from tests.factories.proposals import pdf_bytes
from tests.factories.tenders import extended_tender
from tests.tenders.api.tus import BYTES, Browser, Tus, metadata, ours, told

pytestmark = pytest.mark.django_db

GONE = "This upload was ended or has expired, and its bytes are gone. Begin a new one."


# What a client does


def test_options_tell_what_the_portal_speaks_to_anybody(robot_of):
    for path in ("uploads", "uploads/" + "a" * 26):
        response = robot_of().ask("OPTIONS", path)

        assert (response.status_code, ours(response)) == (
            204,
            {
                "Tus-Resumable": "1.0.0",
                "Tus-Version": "1.0.0",
                "Tus-Extension": "creation,creation-with-upload,termination,checksum,expiration",
                "Tus-Max-Size": str(300 * 1024 * 1024),
                "Tus-Checksum-Algorithm": "sha1,sha256",
            },
        )


def test_a_file_in_two_pieces(tus, owner):
    content = pdf_bytes()

    created = tus.create(len(content), name="Політ.pdf")
    upload = Upload.objects.get()
    path = created["Location"].removeprefix("/api/v1/")
    expires = http_date(upload.expires_at.timestamp())
    assert (created.status_code, created.content, path) == (201, b"", f"uploads/{upload.public_id}")
    assert ours(created) == {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Upload-Expires": expires}

    first = tus.send(path, 0, content[:20])
    expires = http_date(Upload.objects.get().expires_at.timestamp())
    assert (first.status_code, first.content) == (204, b"")
    assert ours(first) == {"Tus-Resumable": "1.0.0", "Upload-Offset": "20", "Upload-Expires": expires}

    standing = tus.ask("HEAD", path)
    assert (standing.status_code, standing["Cache-Control"]) == (200, "private, no-store")
    pairs = metadata(filename="Політ.pdf", kind="flight_evidence", proposal=tus.draft.public_id)
    announced = {"Upload-Length": str(len(content)), "Upload-Metadata": pairs}
    assert ours(standing) == ours(first) | announced

    last = tus.send(path, 20, content[20:])
    document = Document.objects.get()
    end = {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": str(len(content)),
        "Portal-Upload-State": "kept",
        "Portal-Document": document.public_id,
    }
    assert (last.status_code, ours(last)) == (204, end)
    assert ours(tus.ask("HEAD", path)) == end | announced
    assert (document.name, document.sha256) == ("Політ.pdf", hashlib.sha256(content).hexdigest())


def test_a_file_with_its_creation(tus):
    content = pdf_bytes()

    response = tus.create(len(content), content)

    document = Document.objects.get()
    assert (response.status_code, document.sha256) == (201, hashlib.sha256(content).hexdigest())
    assert ours(response) == {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": str(len(content)),
        "Portal-Upload-State": "kept",
        "Portal-Document": document.public_id,
    }


def test_first_piece_with_its_creation(tus):
    content = pdf_bytes()

    response = tus.create(len(content), content[:30])

    assert (response.status_code, response["Upload-Offset"]) == (201, "30")
    path = response["Location"].removeprefix("/api/v1/")
    assert tus.send(path, 30, content[30:])["Portal-Upload-State"] == "kept"


# A creation whose answer was lost


def test_creation_with_a_name_is_found_again(tus):
    content = pdf_bytes()

    first = tus.create(len(content), Idempotency_Key="one")
    again = tus.create(len(content), Idempotency_Key="one")
    with_bytes = tus.create(len(content), content[:30], Idempotency_Key="one")
    all_the_same = tus.create(len(content), content[:50], Idempotency_Key="one")

    answers = (first, again, with_bytes, all_the_same)
    assert [answer.status_code for answer in answers] == [201] * 4
    assert [answer["Upload-Offset"] for answer in answers] == ["0", "0", "30", "30"]
    assert [answer.get("Idempotent-Replayed") for answer in answers] == [None, "true", "true", "true"]
    assert ({answer["Location"] for answer in answers}, Upload.objects.count()) == ({first["Location"]}, 1)
    assert "Content-Type" not in again.headers
    path = first["Location"].removeprefix("/api/v1/")
    assert tus.send(path, 30, content[30:])["Portal-Upload-State"] == "kept"
    assert tus.create(len(content), content, Idempotency_Key="one")["Portal-Upload-State"] == "kept"


@pytest.mark.parametrize("other", [{"name": "b.pdf"}, {"kind": "technical_description"}, {"size": 101}])
def test_name_of_another_creation(tus, other):
    tus.create(100, Idempotency_Key="one")

    response = tus.create(**{"size": 100, "Idempotency_Key": "one"} | other)

    assert told(response)[:2] == (422, "idempotency-key-reused")
    assert Upload.objects.count() == 1


def test_name_that_is_none_begins_nothing(tus):
    assert told(tus.create(100, Idempotency_Key="two words"))[:2] == (400, "idempotency-key-missing")
    assert Upload.objects.count() == 0


def test_refused_creation_may_be_tried_again_under_its_name(tus):
    assert told(tus.create(10, name="a.docx", Idempotency_Key="one"))[:2] == (422, "file-refused")
    assert tus.create(10, Idempotency_Key="one").status_code == 201


def test_what_was_begun_under_a_name_and_is_gone_is_told(tus):
    first = tus.create(100, Idempotency_Key="one")
    tus.ask("DELETE", first["Location"].removeprefix("/api/v1/"))

    assert told(tus.create(100, Idempotency_Key="one")) == (410, "upload-gone", GONE)


WRONG_DIGEST = f"sha1 {base64.b64encode(bytes(20)).decode()}"


@pytest.mark.parametrize(
    ("size", "headers", "expected"),
    [
        (100, {"Upload_Checksum": WRONG_DIGEST}, (460, "checksum-mismatch")),
        (100, {"Upload_Checksum": "md5 YQ=="}, (400, "bad-request")),
        (100, {"Transfer_Encoding": "chunked"}, (411, "length-required")),
        (4, {}, (413, "too-large")),
    ],
)
def test_creation_whose_bytes_are_refused_leaves_no_upload_that_nobody_knows(tus, size, headers, expected):
    assert told(tus.create(size, b"%PDF-", **headers))[:2] == expected
    assert Upload.objects.exclude(state=UploadState.ENDED).count() == 0


def test_empty_last_piece_changes_nothing(tus):
    content = pdf_bytes()
    path = tus.begun(len(content))
    tus.send(path, 0, content)

    again = tus.send(path, len(content))

    assert (again.status_code, again["Portal-Upload-State"], Document.objects.count()) == (204, "kept", 1)


def test_own_reading_tells_state_and_refusal(tus):
    content, wrong = pdf_bytes(), b"%PDF-1.4 but cut off"
    kept, refused, waiting = tus.begun(len(content)), tus.begun(len(wrong)), tus.begun(9)
    tus.send(kept, 0, content)
    end = tus.send(refused, 0, wrong)

    bodies = [tus.robot.ask("GET", path).json() for path in (kept, refused, waiting)]

    sentence = Upload.objects.get(state=UploadState.REFUSED).refusal
    assert (end.status_code, end["Portal-Upload-State"], end["Upload-Offset"]) == (204, "refused", str(len(wrong)))
    assert sentence.startswith("The file is damaged or was cut off")
    facts = [
        (kept, "kept", len(content), len(content), Document.objects.get().public_id, None),
        (refused, "refused", len(wrong), len(wrong), None, sentence),
        (waiting, "receiving", 0, 9, None, None),
    ]
    names = ("id", "state", "offset", "size", "document", "refusal")
    assert bodies == [dict(zip(names, (path.rpartition("/")[2], *rest), strict=True)) for path, *rest in facts]


def test_termination(tus):
    path = tus.begun(100)
    tus.send(path, 0, b"%PDF-")

    ended = tus.ask("DELETE", path)

    assert (ended.status_code, ours(ended)) == (204, {"Tus-Resumable": "1.0.0"})
    assert tus.ask("HEAD", path).status_code == 410
    for again in (tus.send(path, 5, b"x"), tus.ask("DELETE", path), tus.robot.ask("GET", path)):
        assert told(again) == (410, "upload-gone", GONE)


def test_what_became_a_document_is_removed_as_one(tus):
    content = pdf_bytes()
    path = tus.begun(len(content))
    tus.send(path, 0, content)

    assert told(tus.ask("DELETE", path))[:2] == (409, "conflict")


def test_expired(tus):
    path = tus.begun(100)
    Upload.objects.update(expires_at=clock.now())

    assert tus.ask("HEAD", path).status_code == 410
    assert told(tus.send(path, 0, b"%PDF-")) == (410, "upload-gone", GONE)


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_checksum(tus, algorithm):
    content = pdf_bytes()
    path = tus.begun(len(content))
    right = f"{algorithm} {base64.b64encode(hashlib.new(algorithm, content).digest()).decode()}"
    wrong = f"{algorithm} {base64.b64encode(hashlib.new(algorithm, b'x').digest()).decode()}"

    mismatch = tus.send(path, 0, content, Upload_Checksum=wrong)
    offset = tus.ask("HEAD", path)["Upload-Offset"]
    match = tus.send(path, 0, content, Upload_Checksum=right)

    assert told(mismatch)[:2] == (460, "checksum-mismatch")
    assert (offset, match["Portal-Upload-State"]) == ("0", "kept")


@pytest.mark.parametrize(("method", "status"), [("PATCH", 204), ("DELETE", 204), ("PUT", 405), ("GET", 405)])
def test_method_override(tus, method, status):
    path = tus.begun(100)

    response = tus.ask("POST", path, b"%PDF-", Upload_Offset="0", X_HTTP_Method_Override=method)

    assert response.status_code == status


# What is refused


@pytest.mark.parametrize("version", [None, "", "0.2.2", "1.0.1"])
def test_other_version(tus, version):
    path = tus.begun(100)
    for response in (
        tus.create(100, Tus_Resumable=version),
        tus.send(path, 0, b"x", Tus_Resumable=version),
        tus.ask("DELETE", path, Tus_Resumable=version),
    ):
        sentence = f"The Tus-Resumable header is {version or '-'}; the portal speaks 1.0.0."
        assert (told(response), response["Tus-Version"]) == ((412, "tus-version", sentence), "1.0.0")


@pytest.mark.parametrize("proposal", ["x", "a\0b", "\0" * 26])
def test_proposal_that_is_none(tus, proposal):
    pairs = metadata(filename="a.pdf", kind="flight_evidence", proposal=proposal)

    assert told(tus.create(100, Upload_Metadata=pairs))[:2] == (404, "not-found")


def test_what_the_tender_does_not_want(tus):
    assert told(tus.create(10, name="a.docx")) == (
        422,
        "file-refused",
        "We got a Word document. We want: PDF, CSV or Excel workbook (XLSX). Save it as PDF and choose it again.",
    )


def test_refused_in_the_language_of_who_asks(tus):
    response = tus.create(10, kind="unknown", Accept_Language="uk")

    assert (response.status_code, response["Content-Language"]) == (422, "uk")


def test_wrong_file_is_refused_by_its_first_bytes(tus):
    path = tus.begun(50_000_000, name="film.mp4", kind="video")

    response = tus.send(path, 0, b"\x89PNG\r\n\x1a\n" * 1000)

    assert told(response)[:2] == (422, "file-refused")
    assert ours(tus.ask("HEAD", path)) == {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": "0",
        "Upload-Length": "50000000",
        "Upload-Metadata": metadata(filename="film.mp4", kind="video", proposal=tus.draft.public_id),
        "Portal-Upload-State": "refused",
    }
    assert told(tus.send(path, 0, b"x"))[:2] == (410, "upload-gone")


def test_wrong_offset_tells_the_right_one(tus):
    path = tus.begun(100)
    tus.send(path, 0, b"%PDF-")

    response = tus.send(path, 3, b"xx")

    sentence = "The bytes begin at 3, but the upload stands at 5. Go on from there."
    assert (told(response), response["Upload-Offset"]) == ((409, "conflict", sentence), "5")


def test_more_bytes_than_announced(tus):
    assert told(tus.send(tus.begun(10), 0, b"%PDF-1.4 and"))[:2] == (413, "too-large")


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data; boundary=x", "application/pdf"])
def test_other_type_of_body(tus, content_type):
    path = tus.begun(100)

    assert told(tus.send(path, 0, b"%PDF-", content_type=content_type))[:2] == (415, "unsupported-media-type")
    assert told(tus.create(100, b"%PDF-", content_type=content_type))[:2] == (415, "unsupported-media-type")
    assert Upload.objects.count() == 1


def test_second_writer(tus):
    path = tus.begun(100)
    Upload.objects.update(writer="a", writer_until=clock.now() + timedelta(seconds=20))

    response = tus.send(path, 0, b"%PDF-")

    assert (told(response)[:2], response["Retry-After"]) == ((423, "upload-busy"), "1")
    # Who asks first need not send a piece in vain.
    assert tus.ask("HEAD", path)["Retry-After"] == "1"
    Upload.objects.update(writer_until=clock.now())
    assert "Retry-After" not in tus.ask("HEAD", path)


def test_full_store(tus, monkeypatch):
    monkeypatch.setattr(storage, "RESERVE_BYTES_MAX", 2**62)
    monkeypatch.setattr(storage, "RESERVE_PART", 1)

    response = tus.create(100)

    assert (told(response)[:2], response["Retry-After"]) == ((507, "store-full"), "600")


def test_after_the_deadline(tus, draft, monkeypatch):
    path, closes_at = tus.begun(100), deadline_in_force(draft.tender).closes_at
    Upload.objects.update(expires_at=closes_at + timedelta(days=1))
    monkeypatch.setattr(clock, "now", lambda: closes_at)

    sentence = "The deadline has passed, so this draft can be read but no longer changed."
    for response in (tus.create(100), tus.send(path, 0, b"%PDF-")):
        assert told(response) == (403, "forbidden", sentence)
    assert tus.ask("HEAD", path).status_code == 200


def test_what_came_too_late_goes_on_when_the_tender_is_open_again(tus, draft, monkeypatch):
    content, path, look = pdf_bytes(), tus.begun(len(pdf_bytes())), receiving.look
    closes_at = deadline_in_force(draft.tender).closes_at

    def look_until_it_is_late(*args, **facts):
        monkeypatch.setattr(clock, "now", lambda: closes_at)
        Upload.objects.update(expires_at=closes_at + timedelta(days=7))
        return look(*args, **facts)

    monkeypatch.setattr(receiving, "look", look_until_it_is_late)
    late, standing = tus.send(path, 0, content), tus.ask("HEAD", path)

    sentence = "The deadline has passed, so this draft can be read but no longer changed."
    assert (told(late), Document.objects.count()) == ((403, "forbidden", sentence), 0)
    assert (standing["Upload-Offset"], "Portal-Upload-State" in standing) == (str(len(content)), False)

    extended_tender(draft.tender, closes_at + timedelta(days=2))
    assert tus.send(path, len(content), b"")["Portal-Upload-State"] == "kept"


# Who


def test_foreign_uploads_are_not_there(tus, robot_of, draft):
    path = tus.begun(100)
    other = Tus(robot_of(companies.owner_of(companies.company()), scopes=WRITES), draft)
    missing = "uploads/" + "a" * 26

    for client, where in ((other, path), (tus, missing), (Tus(Browser(people.officer("LV")), draft), path)):
        answers = [client.ask("DELETE", where), client.send(where, 0, b"x"), client.robot.ask("GET", where)]
        assert [told(answer)[:2] for answer in answers] == [(404, "not-found")] * 3
        assert client.ask("HEAD", where).status_code == 404
    assert told(other.create(100))[:2] == (404, "not-found")


def test_viewers_see_uploads_and_send_nothing(tus, draft):
    path = tus.begun(100)
    viewer = Tus(Browser(companies.person_of(draft.company, CompanyRole.VIEWER)), draft)

    assert (viewer.ask("HEAD", path).status_code, viewer.robot.ask("GET", path).status_code) == (200, 200)
    for response in (viewer.create(100), viewer.send(path, 0, b"%PDF-"), viewer.ask("DELETE", path)):
        assert told(response)[:2] == (403, "forbidden")


def test_nobody_and_a_key_that_may_only_read(tus, robot_of, owner, draft):
    path = tus.begun(100)
    reader = robot_of(owner, scopes=(Scope.READ,))
    for robot, expected in ((robot_of(), (401, "unauthenticated")), (reader, (403, "forbidden"))):
        client = Tus(robot, draft)
        writes = [client.create(9), client.send(path, 0, b"x"), client.ask("DELETE", path)]
        assert [told(answer)[:2] for answer in (*writes, robot.ask("GET", path))] == [expected] * 4


def test_browser_needs_its_token(tus, owner):
    path = tus.begun(100)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)
    browser.get("/proposals/")
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0"}

    without = browser.generic("PATCH", f"/api/v1/{path}", b"%PDF-", content_type=BYTES, headers=headers)
    token = {"X-CSRFToken": browser.cookies["portal_csrf"].value} if "portal_csrf" in browser.cookies else {}
    with_it = browser.generic("PATCH", f"/api/v1/{path}", b"%PDF-", content_type=BYTES, headers=headers | token)

    assert told(without)[:2] == (403, "forbidden")
    assert (with_it.status_code, with_it["Upload-Offset"]) == (204, "5")

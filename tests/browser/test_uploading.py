"""A person with bad links and power cuts brings the documents of a proposal, in a real browser to the real portal."""

import hashlib
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tenders.proposals.documents import kept_documents
from tenders.proposals.models import Document, Proposal, Upload, UploadState
from tests.factories import companies
from tests.factories.proposals import draft_proposal
from tests.factories.uploads import unfinished_upload

KIND = "flight_evidence"
SLOW_BYTES = 150_000  # a second: the first piece is there soon, and the rest takes longer than anybody needs for a key
ARRIVES_WITHIN = 1200  # looks of 50 ms
LARGE = 1_600_000


@pytest.fixture
def draft(transactional_db):
    return draft_proposal()


@pytest.fixture
def person(walk, draft):
    """Who is on the documents page of the draft."""

    def come(**how):
        one = walk(**how)
        one.sign_in(companies.owner_of(draft.company))
        one.go(f"/proposals/{draft.public_id}/documents/")
        if one.has_scripts:
            expect(one.page.locator("[data-scripted]")).to_be_visible()
        return one

    return come


@pytest.fixture
def file(tmp_path):
    def make(name="flights.csv", size=LARGE):
        path = tmp_path / name
        line = f"{ascii(name)},12.5\n".encode()
        path.write_bytes((line * (size // len(line) + 1))[:size])
        return path

    return make


def choose(page, *files, kind=KIND):
    page.set_input_files(f"#file-{kind}", [str(path) for path in files])


def slow_down(page, bytes_a_second=SLOW_BYTES):
    """The browser sends no more than this, until the answer is called."""
    session = page.context.new_cdp_session(page)
    limits = {"offline": False, "latency": 0, "downloadThroughput": -1}
    session.send("Network.emulateNetworkConditions", {**limits, "uploadThroughput": bytes_a_second})
    return lambda: session.send("Network.emulateNetworkConditions", {**limits, "uploadThroughput": -1})


def row_of(page, name):
    return page.locator("[data-sending] > li").filter(has_text=name)


def at_last(page, look, wanted):
    """Waits for the one upload that `look` finds."""
    for _attempt in range(ARRIVES_WITHIN):
        upload = Upload.objects.filter(**look).first()
        if upload:
            return upload
        page.wait_for_timeout(50)
    raise AssertionError(f"{wanted} was waited for, and there is {list(Upload.objects.values())}")


def received(page):
    """Waits until something of the file is at the portal."""
    return at_last(page, {"state": UploadState.RECEIVING, "received_bytes__gt": 0}, "a first piece")


def kept(draft):
    return kept_documents(Proposal.objects.prefetch_related("documents").get(pk=draft.pk))


def expect_kept(page, *names):
    expect(page.locator(f"[data-fresh={KIND}] .file-name")).to_have_text(list(names), timeout=60_000)


def forgive_other_writer(one):
    """What was on its way at a pause may come in after the offset was asked for; then the client asks again."""
    one.complaints[:] = [line for line in one.complaints if "409 (Conflict)" not in line and "423 (Locked)" not in line]


def test_after_a_power_cut_the_same_file_goes_on_where_it_stopped(person, draft, file):
    before, path = person(), file()
    slow_down(before.page)
    choose(before.page, path)
    received(before.page)
    before.page.close(run_before_unload=False)

    page = before.page.context.new_page()
    offsets = []
    page.on("request", lambda request: offsets.append(request.headers.get("upload-offset")))
    page.goto(f"{before.address}/proposals/{draft.public_id}/documents/")
    expect(page.locator("[data-upload]")).to_contain_text("Choose the same file again below.")
    choose(page, path)
    expect_kept(page, path.name)

    [document] = kept(draft)
    assert document.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    first = next(int(offset) for offset in offsets if offset is not None)
    assert 0 < first < LARGE
    assert list(Upload.objects.values_list("state", flat=True)) == [UploadState.KEPT]
    expect(page.locator("[data-upload]")).to_be_hidden()
    assert page.evaluate("Object.keys(localStorage)") == []


def test_several_files_at_once_and_one_that_is_refused(person, draft, file):
    one = person()
    wrong, fine, hollow = (
        file("notes.docx", 10),
        [file(f"{number}.csv", 2_000) for number in range(3)],
        file("x.pdf", 900),
    )
    choose(one.page, fine[0], wrong, fine[1], hollow, fine[2])

    expect_kept(one.page, "0.csv", "1.csv", "2.csv")
    expect(row_of(one.page, "notes.docx").locator("[data-refusal]")).to_have_text(
        "Refused. We got a file of type “.docx”. We want: PDF, CSV or Excel workbook (XLSX). "
        "Save it as PDF and choose it again."
    )
    expect(row_of(one.page, "x.pdf").locator("[data-refusal]")).to_have_text(
        "Refused. The name says PDF, but the content is something else. Save it as PDF and choose it again."
    )
    expect(one.page.locator("h1")).to_have_text("1 of 4 required documents are here")
    assert one.faults() == []
    # The browser itself writes a line about the refused one.
    one.complaints = [complaint for complaint in one.complaints if "status of 422" not in complaint]
    assert [document.name for document in kept(draft)] == ["0.csv", "1.csv", "2.csv"]


def test_pause_and_resume(person, draft, file):
    one, path = person(), file()
    hurry = slow_down(one.page)
    choose(one.page, path)
    received(one.page)
    row_of(one.page, path.name).get_by_role("button", name="Pause").click()
    expect(row_of(one.page, path.name)).to_contain_text("Paused at")
    told, sent = [], []
    one.page.on("response", lambda response: told.append(response.headers.get("upload-offset")))
    one.page.on("request", lambda request: sent.append(request.headers.get("upload-offset")))

    hurry()
    row_of(one.page, path.name).get_by_role("button", name="Resume").click()

    expect_kept(one.page, path.name)
    # What was on its way at the pause may have come in since, so only the portal's own answer says where to go on.
    first_told, first_sent = (next(int(offset) for offset in offsets if offset is not None) for offsets in (told, sent))
    assert 0 < first_told == first_sent < LARGE
    [document] = kept(draft)
    assert document.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    forgive_other_writer(one)


def test_cancelling_leaves_nothing(person, draft, file):
    one, path = person(), file()
    slow_down(one.page)
    choose(one.page, path)
    received(one.page)
    row_of(one.page, path.name).get_by_role("button", name="Cancel").click()

    expect(row_of(one.page, path.name)).to_have_count(0)
    at_last(one.page, {"state": UploadState.ENDED}, "the end of the upload")
    assert Upload.objects.count() == 1
    assert (kept(draft), one.page.evaluate("Object.keys(localStorage)")) == ([], [])


def test_with_the_keyboard_alone(person, draft, file):
    one, path = person(), file()
    hurry = slow_down(one.page)
    # Listening begins before the key is pressed: a browser that is told too late shows its own window.
    one.page.on("filechooser", lambda chooser: chooser.set_files(str(path)))
    one.tab_to(f"#file-{KIND}")
    one.page.keyboard.press("Enter")
    received(one.page)
    one.page.keyboard.press("Shift+Tab")  # to "Cancel", which stands last in the row
    one.page.keyboard.press("Shift+Tab")
    one.page.keyboard.press("Enter")
    expect(row_of(one.page, path.name).get_by_role("button", name="Resume")).to_be_focused()
    hurry()
    one.page.keyboard.press("Enter")

    expect_kept(one.page, path.name)
    forgive_other_writer(one)


@pytest.mark.parametrize("has_own_host", [False, True])
def test_a_document_comes_back_as_a_download(person, draft, file, settings, has_own_host):
    one, path = person(), file(size=2_000)
    if has_own_host:  # another name of the same server
        settings.PORTAL_DOWNLOAD_URL = one.address.replace("localhost", "127.0.0.1")
    choose(one.page, path)
    expect_kept(one.page, path.name)

    with one.page.expect_download() as downloading:
        one.page.get_by_role("link", name=path.name, exact=True).click()

    download = downloading.value
    assert (Path(download.path()).read_bytes(), download.suggested_filename) == (path.read_bytes(), path.name)
    assert ("127.0.0.1" in download.url, "/d/" in download.url) == (has_own_host, has_own_host)
    assert one.page.title().startswith("NOT SUBMITTED: Documents")


def test_without_scripts_the_plain_form_does_the_same(person, draft, file):
    unfinished_upload(draft, name="half.csv")
    one = person(has_scripts=False)
    page = one.page
    assert "Scripts are off in this browser" in page.locator("main").inner_text()
    with page.expect_navigation():
        page.get_by_role("button", name="Discard").click()
    assert "half.csv is discarded." in page.locator("main").inner_text()

    path = file(size=2_000)
    one.choose_file(page.locator("#kind-flight_evidence form[data-plain]"), str(path))

    expect_kept(page, path.name)
    assert list(Document.objects.values_list("name", flat=True)) == [path.name]


def test_on_a_phone_in_ukrainian_in_the_dark(person, draft, file):
    one, path = person(language="uk", is_phone=True, scheme="dark"), file("дані-польотів.csv")
    hurry = slow_down(one.page)
    choose(one.page, path, file("лист.docx", 10))
    received(one.page)
    assert one.faults() == []

    hurry()
    expect_kept(one.page, path.name)

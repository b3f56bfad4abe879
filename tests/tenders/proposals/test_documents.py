import hashlib
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile

from coalition_portal import clock
from coalition_portal.permission import Denied
from coalition_portal.storage import document_storage
from manufacturers.models import CompanyRole
from tenders.notices.queries import deadline_in_force
from tenders.proposals import contents, document_limits, documents, revisions
from tenders.proposals.contents import chunks_of
from tenders.proposals.documents import kept_documents, remove_document
from tenders.proposals.models import Document
from tests.factories import companies
from tests.factories.proposals import file_of, pdf_bytes, xlsx_bytes
from tests.tenders.proposals.stored import refusal_of, stored_parts

pytestmark = pytest.mark.django_db

MICROSECOND = timedelta(microseconds=1)


def test_document_is_stored_under_a_random_key_with_its_digest(draft, add, owner):
    content = pdf_bytes()

    document = add(ContentFile(content, name="Технічний опис.pdf"), "technical_description")

    draft.refresh_from_db()
    assert (document.name, document.media_type, document.kind_code) == (
        "Технічний опис.pdf",
        "application/pdf",
        "technical_description",
    )
    assert (document.size_bytes, document.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert (document.uploaded_by, draft.revision, draft.updated_by) == (owner, 2, owner)
    key = document.content.parts.get().storage_key
    assert "опис" not in key
    assert content[:9] not in document_storage().open(key).read()
    assert b"".join(chunks_of(document.content)) == content


def test_two_files_of_one_name_are_both_kept(draft, add):
    first, second = add(file_of("pdf", name="log.pdf")), add(file_of("pdf", name="log.pdf"))

    assert kept_documents(draft) == [first, second]
    assert first.content != second.content


def test_removed_document_leaves_the_draft_and_keeps_row_and_content(draft, add, owner):
    document = add(file_of("csv"))

    remove_document(document=document, by=owner, now=clock.now())
    remove_document(document=document, by=owner, now=clock.now())

    document.refresh_from_db()
    draft.refresh_from_db()
    assert (kept_documents(draft), document.removed_at is not None, draft.revision) == ([], True, 3)
    assert document_storage().exists(document.content.parts.get().storage_key)


@pytest.mark.parametrize(
    ("kind", "upload", "expected"),
    [
        (
            "production_plan",
            ContentFile(b"PK\x03\x04", name="plan.docx"),
            "We got a Word document. We want: PDF. Save it as PDF and choose it again.",
        ),
        (
            "production_plan",
            ContentFile(b"a,b", name="plan.csv"),
            "We got a file of type CSV. We want: PDF. Save it as PDF and choose it again.",
        ),
        (
            "production_plan",
            ContentFile(b"a", name="plan.xyz"),
            "We got a file of type “.xyz”. We want: PDF. Save it as PDF and choose it again.",
        ),
        (
            "flight_evidence",
            ContentFile(b"a", name="plan"),
            "We got a file without an ending. We want: PDF, CSV or Excel workbook (XLSX). "
            "Save it as PDF and choose it again.",
        ),
        (
            "production_plan",
            ContentFile(b"", name="plan.pdf"),
            "The file is empty. Choose the file that has the content.",
        ),
        (
            "production_plan",
            ContentFile(b"hello", name="plan.pdf"),
            "The name says PDF, but the content is something else. Save it as PDF and choose it again.",
        ),
        (
            "production_plan",
            ContentFile(b"%PDF-1.4 cut off", name="plan.pdf"),
            "The file is damaged or was cut off: it cannot be read as PDF to its end. "
            "Save it as PDF and choose it again.",
        ),
        (
            "production_plan",
            ContentFile(pdf_bytes("/Encrypt 1 0 R"), name="plan.pdf"),
            "The file is protected by a password or kept in an old format, so reviewers could not read it. "
            "Take the protection away. Save it as PDF and choose it again.",
        ),
        (
            "flight_evidence",
            ContentFile(xlsx_bytes({"xl/vbaProject.bin": b"x"}), name="log.xlsx"),
            "The file holds macros, scripts or other files. We want plain content only. "
            "Save it as an Excel workbook without macros (XLSX) and choose it again.",
        ),
        (
            "flight_evidence",
            ContentFile("дальність".encode("cp1251"), name="log.csv"),
            "The text is not in UTF-8, so letters would be lost. Save it as “CSV UTF-8” and choose it again.",
        ),
        (
            "origin_table",
            ContentFile(xlsx_bytes({"xl/media/a.bin": b"\x00" * 2_000_000}), name="log.xlsx"),
            "The file unpacks to more than the portal reads. Leave out empty rows, pictures and copies. "
            "Save it as an Excel workbook without macros (XLSX) and choose it again.",
        ),
        (
            "unknown",
            ContentFile(pdf_bytes(), name="a.pdf"),
            "This tender does not ask for such a document. Reload the page and choose again.",
        ),
        (
            "register_extract",
            ContentFile(pdf_bytes(), name="a.pdf"),
            "This tender does not ask for such a document. Reload the page and choose again.",
        ),
    ],
)
def test_refusals_say_what_was_got_what_is_wanted_and_what_to_do(add, kind, upload, expected):
    assert refusal_of(add, upload, kind) == expected


@pytest.mark.parametrize(("extra", "is_taken"), [(-1, True), (0, True), (1, False)])
def test_size_limit_is_inclusive(monkeypatch, add, extra, is_taken):
    content = pdf_bytes()
    monkeypatch.setattr(documents, "limit_bytes", lambda wanted: len(content) - extra)

    if is_taken:
        assert add(ContentFile(content, name="a.pdf")).pk
    else:
        assert refusal_of(add, ContentFile(content, name="a.pdf")).startswith("We got a file of")


def test_number_of_files_of_a_kind_is_limited(add, draft, owner):
    first = add(file_of("pdf"), "production_plan")

    refusal = refusal_of(add, file_of("pdf"), "production_plan")
    remove_document(document=first, by=owner, now=clock.now())

    assert refusal == "“Production and quality plan” takes 1 file, and it is here. Remove it, then choose the new one."
    assert add(file_of("pdf"), "production_plan").pk


@pytest.mark.parametrize(
    ("most", "sentence"),
    [
        (1, "A proposal has at most 1 file. Remove it, then choose this file again."),
        (2, "A proposal has at most 2 files. Remove one, then choose this file again."),
    ],
)
def test_number_of_files_of_a_proposal_is_limited(add, draft, most, sentence):
    draft.tender.files_max = most
    draft.tender.save()
    for _time in range(most):
        add(file_of("pdf"))

    assert refusal_of(add, file_of("pdf")) == sentence


def test_size_of_a_proposal_is_limited(add, draft):
    draft.tender.total_size_mb = 1
    draft.tender.save()

    assert refusal_of(add, ContentFile(pdf_bytes("x" * 1_200_000), name="a.pdf")) == (
        "With this file the proposal has 1.2 MB. We want at most 1 MB in all. Remove or shrink a file."
    )


def test_same_file_twice_is_refused(add):
    content = pdf_bytes()
    add(ContentFile(content, name="a.pdf"))

    assert refusal_of(add, ContentFile(content, name="b.pdf")) == "This very file is here already. Nothing was added."


def test_uploads_of_a_company_are_limited_in_time(monkeypatch, add):
    monkeypatch.setattr(document_limits, "UPLOADS_MAX", 2)
    now = clock.now()
    add(file_of("pdf"), now=now)
    add(file_of("pdf"), now=now)

    assert refusal_of(add, file_of("pdf"), now=now).startswith("Your company uploaded 2 files in 10 minutes.")
    assert add(file_of("pdf"), now=now + timedelta(minutes=10)).pk


def test_content_that_the_store_gives_back_differently_is_refused_and_taken_away(monkeypatch, add):
    class Lying(type(document_storage())):
        def _save(self, name, content):
            return super()._save(name, ContentFile(content.read()[:-1]))

    monkeypatch.setattr(contents, "document_storage", lambda: Lying(location=document_storage().location))

    assert refusal_of(add, file_of("pdf")).startswith("The file did not arrive whole in our store.")
    assert not Document.objects.exists()


def test_file_of_a_failed_transaction_stays_as_an_orphan(monkeypatch, add):
    def fail(**_fields):
        raise RuntimeError("the database went away")

    before = stored_parts()
    monkeypatch.setattr(Document.objects, "create", fail)

    with pytest.raises(RuntimeError):
        add(file_of("pdf"))

    assert len(stored_parts()) == len(before) + 1


@pytest.mark.parametrize(("offset", "is_open"), [(-MICROSECOND, True), (0 * MICROSECOND, False), (MICROSECOND, False)])
def test_documents_come_and_go_before_the_deadline_and_not_at_it(draft, add, owner, offset, is_open):
    here = add(file_of("pdf"))
    now = deadline_in_force(draft.tender).closes_at + offset

    if is_open:
        assert add(file_of("pdf"), now=now).pk
        remove_document(document=here, by=owner, now=now)
        return
    with pytest.raises(Denied):
        add(file_of("pdf"), now=now)
    with pytest.raises(Denied):
        remove_document(document=here, by=owner, now=now)


def test_deadline_that_passes_while_a_file_is_stored_leaves_nothing(monkeypatch, draft, add):
    before = stored_parts()

    def check(*_args):
        raise Denied("The deadline has passed.")

    monkeypatch.setattr(revisions, "check_can_edit_draft", check)

    with pytest.raises(Denied):
        add(file_of("pdf"))
    assert (stored_parts(), Document.objects.count()) == (before, 0)


@pytest.mark.parametrize(
    ("role", "may"), [(None, False), (CompanyRole.VIEWER, False), (CompanyRole.EDITOR, True), (CompanyRole.OWNER, True)]
)
def test_who_may_add_and_remove(draft, add, role, may):
    here = add(file_of("pdf"))
    user = companies.person_of(draft.company, role) if role else companies.owner_of(companies.company())

    if may:
        assert add(file_of("pdf"), by=user).uploaded_by == user
        remove_document(document=here, by=user, now=clock.now())
        return
    with pytest.raises(Denied):
        add(file_of("pdf"), by=user)
    with pytest.raises(Denied):
        remove_document(document=here, by=user, now=clock.now())

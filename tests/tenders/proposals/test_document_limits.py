from datetime import timedelta

import pytest

from coalition_portal import clock
from tenders.notices.models import WantedDocument
from tenders.proposals import document_limits
from tenders.proposals.copying import copy_from
from tenders.proposals.document_limits import Unacceptable, check_day, check_rate, limit_bytes
from tenders.proposals.documents import kept_documents, wanted_with_proposal
from tenders.proposals.models import Content, Document
from tests.factories import companies
from tests.factories.proposals import complete_proposal, draft_proposal
from tests.factories.tenders import published_tender
from tests.factories.uploads import unfinished_upload


@pytest.mark.django_db
def test_size_is_limited_by_the_kind():
    limits = {wanted.code: limit_bytes(wanted) for wanted in wanted_with_proposal(draft_proposal().tender)}

    assert limits == {
        "technical_description": 25 * 1024 * 1024,
        "flight_evidence": 50 * 1024 * 1024,
        "production_plan": 25 * 1024 * 1024,
        "origin_table": 5 * 1024 * 1024,
        "video": 300 * 1024 * 1024,
    }


def test_no_kind_allows_more_than_the_portal_takes(settings):
    settings.PORTAL_UPLOAD_MAX_MB = 25

    assert [limit_bytes(WantedDocument(max_size_mb=most)) for most in (24, 25, 300)] == [
        24 * 1024 * 1024,
        25 * 1024 * 1024,
        25 * 1024 * 1024,
    ]


@pytest.fixture
def copied():
    """A draft filled from an earlier proposal, whose documents came by the form."""
    company = companies.company(undertaking=True)
    tenders = [published_tender(template_code="advanced_fpv") for _time in range(2)]
    source = complete_proposal(tender=tenders[0], company=company, model_name="Swift")
    draft = draft_proposal(tender=tenders[1], company=company, model_name="Swift")
    return copy_from(proposal=draft, source=source, by=companies.owner_of(company), now=clock.now())


def _begun(age):
    Content.objects.update(begun_at=clock.now() - age)


def _is_refused(draft):
    try:
        check_rate(draft, clock.now())
    except Unacceptable:
        return True
    return False


@pytest.mark.django_db
def test_copied_documents_are_no_uploads(copied, monkeypatch):
    files = len(kept_documents(copied))
    assert (files, Document.objects.count(), Content.objects.count()) == (4, 8, 4)

    monkeypatch.setattr(document_limits, "UPLOADS_MAX", files + 1)
    assert not _is_refused(copied)
    monkeypatch.setattr(document_limits, "UPLOADS_MAX", files)
    assert _is_refused(copied)
    _begun(timedelta(minutes=10))
    assert not _is_refused(copied)


def _fills_the_day(draft, size_bytes, now):
    try:
        check_day(draft, size_bytes, now)
    except Unacceptable as refused:
        return refused.sentence.replace("\N{NO-BREAK SPACE}", " ")
    return ""


@pytest.mark.django_db
def test_bytes_of_a_company_in_a_day_are_limited():
    draft, other = draft_proposal(), draft_proposal()
    # 3,000 bytes are announced, of which ten have come.
    upload = unfinished_upload(draft, content=b"x" * 3000)
    draft.tender.total_size_mb = other.tender.total_size_mb = 1
    room, now = 10 * 1024 * 1024 - 3000, upload.content.begun_at

    assert (_fills_the_day(draft, room, now), _fills_the_day(other, room + 1, now)) == ("", "")
    assert _fills_the_day(draft, room + 1, now) == (
        "With this file your company uploaded 10.5 MB in 24 hours. We take at most 10.5 MB. "
        f"Upload it tomorrow, or write to {draft.tender.contact_mailbox} if the deadline comes first."
    )
    assert _fills_the_day(draft, room + 1, now + timedelta(hours=24) - timedelta(microseconds=1))
    assert not _fills_the_day(draft, room + 1, now + timedelta(hours=24))


@pytest.mark.django_db
def test_removed_documents_count_for_the_day():
    proposal = complete_proposal()
    Document.objects.update(removed_at=clock.now())
    stored = sum(Content.objects.values_list("size_bytes", flat=True))
    room = 10 * proposal.tender.total_size_mb * 1024 * 1024 - stored

    assert not _fills_the_day(proposal, room, clock.now())
    assert _fills_the_day(proposal, room + 1, clock.now())

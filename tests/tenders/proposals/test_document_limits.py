import pytest

from tenders.notices.models import WantedDocument
from tenders.proposals.document_limits import limit_bytes
from tenders.proposals.documents import wanted_with_proposal
from tests.factories.proposals import draft_proposal


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

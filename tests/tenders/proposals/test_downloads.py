"""What leaves the portal is what came in, a frame at a time, with its length told before."""

import pytest
from django.core.files.base import ContentFile

from coalition_portal import clock
from coalition_portal.frames import FRAME_BYTES
from coalition_portal.permission import Denied
from tenders.proposals.contents import ContentDamaged
from tenders.proposals.documents import add_document
from tenders.proposals.downloads import attachment
from tenders.proposals.models import ScanState
from tests.factories import companies
from tests.factories.proposals import draft_proposal, pdf_bytes

pytestmark = pytest.mark.django_db

CONTENT = pdf_bytes("x" * (2 * FRAME_BYTES + 5))


@pytest.fixture
def document():
    draft = draft_proposal()
    return add_document(
        proposal=draft,
        kind_code="flight_evidence",
        upload=ContentFile(CONTENT, name="Політ.pdf"),
        by=companies.owner_of(draft.company),
        now=clock.now(),
    )


def test_it_is_streamed_by_the_frame_with_its_length(document):
    response = attachment(document)

    pieces = list(response.streaming_content)

    assert b"".join(pieces) == CONTENT
    assert [len(piece) for piece in pieces[:2]] == [FRAME_BYTES] * 2
    assert response["Content-Length"] == str(len(CONTENT))
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%D0%9F%D0%BE%D0%BB%D1%96%D1%82.pdf"
    assert response["Content-Encoding"] == "identity"


def test_harmful_document_is_handed_to_nobody(document):
    document.scan = ScanState.INFECTED

    with pytest.raises(Denied):
        attachment(document)


def test_document_that_lacks_a_part_is_not_begun(document):
    document.content.parts.all().delete()

    with pytest.raises(ContentDamaged):
        attachment(document)

import pytest

from tenders.notices.models import WantedDocument
from tenders.proposals.document_words import limits_text, too_large, unfit_sentence
from tenders.proposals.documents import wanted_with_proposal
from tenders.proposals.gate.inspection import MEDIA_TYPES, Fault
from tests.factories.proposals import draft_proposal


def test_file_that_the_portal_stopped_reading_is_told_by_the_limit():
    wanted = WantedDocument(max_size_mb=25, max_files=1, file_types=["pdf"])

    assert too_large(wanted, None).replace("\N{NO-BREAK SPACE}", " ") == (
        "We got a file of more than 300 MB. We want at most 25 MB. Make it smaller and choose it again."
    )


@pytest.mark.django_db
def test_limits_are_told_before():
    offered = wanted_with_proposal(draft_proposal().tender)
    told = [limits_text(wanted).replace("\N{NO-BREAK SPACE}", " ") for wanted in offered]

    assert told == [
        "PDF, 1 file, at most 25 MB",
        "PDF, CSV or Excel workbook (XLSX), up to 5 files, at most 50 MB",
        "PDF, 1 file, at most 25 MB",
        "Excel workbook (XLSX) or CSV, 1 file, at most 5 MB",
        "MP4 video, 1 file, at most 300 MB",
    ]


def test_every_fault_has_a_sentence_for_every_type():
    for fault in Fault:
        for extension in MEDIA_TYPES:
            assert unfit_sentence(fault, extension).endswith(".")

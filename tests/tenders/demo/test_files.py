import pytest

from tenders.demo.files import document, pdf
from tenders.proposals.gate.looking import look


@pytest.mark.parametrize(
    ("kind", "extension", "media_type"),
    [
        ("technical_description", "pdf", "application/pdf"),
        ("production_plan", "pdf", "application/pdf"),
        ("flight_evidence", "csv", "text/csv; charset=utf-8"),
        ("origin_table", "csv", "text/csv; charset=utf-8"),
    ],
)
def test_documents_are_what_their_names_say(kind, extension, media_type):
    upload = document(kind, "Example (Drones) Works", "own flight logs")

    assert upload.name.endswith(f".{extension}")
    assert look(upload, extension).media_type == media_type


def test_parentheses_and_letters_outside_latin_do_not_break_a_page():
    assert pdf(["(a) \\ Приклад"]).endswith(b"%%EOF\n")

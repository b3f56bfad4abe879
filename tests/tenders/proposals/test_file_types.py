import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenders.proposals.file_types import NAME_LENGTH, extension_of, safe_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [("plan.PDF", "pdf"), ("a.b.csv", "csv"), ("plan", ""), (".pdf", ""), ("plan.", ""), ("звіт.xlsx", "xlsx")],
)
def test_extension_of(name, expected):
    assert extension_of(name) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("cha-10 flights.csv", "cha-10 flights.csv"),
        ("Технічний опис №1 (ґедзь).pdf", "Технічний опис №1 (ґедзь).pdf"),
        ("C:\\Users\\me\\plan.pdf", "plan.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("и\u0306.pdf", "й.pdf"),
        ("plan\u202efdp.exe", "planfdp.exe"),
        ("pl\x00an\r\n.pdf", "plan.pdf"),
        ("a\u200bb\u2066c.pdf", "abc.pdf"),
        ('a"b<c>d|e?.pdf', "a_b_c_d_e_.pdf"),
        ("  spaced   out .pdf", "spaced out .pdf"),
        ("CON.pdf", "file-CON.pdf"),
        ("lpt1.csv", "file-lpt1.csv"),
        ("", "file"),
        ("\u202e", "file"),
        ("...", "file"),
        (".pdf", "pdf"),
        ("plan", "plan"),
    ],
)
def test_safe_name(raw, expected):
    assert safe_name(raw) == expected


def test_safe_name_keeps_the_extension_of_a_long_name():
    name = safe_name("ї" * 5000 + ".pdf")

    assert (len(name), name[-5:]) == (NAME_LENGTH, "ї.pdf")


@given(st.text(max_size=300))
def test_safe_name_is_stable_and_plain(raw):
    name = safe_name(raw)

    assert safe_name(name) == name
    assert 0 < len(name) <= NAME_LENGTH
    assert not set(name) & set('/\\\r\n\0"')

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenders.reviews.cells import neutral, one_line

FORMULA = "=+-@＝＋－＠"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("Range shown (ISR-01), page 6", "Range shown (ISR-01), page 6"),
        ("=1+1", "'=1+1"),
        ("+380", "'+380"),
        ("-25 °C", "'-25 °C"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝1+1", "'＝1+1"),
        ("  =1+1", "'=1+1"),
        ("\t=1+1", "'=1+1"),
        ("\r\n=1+1", "'=1+1"),
        ("nice;=1+1", "nice;'=1+1"),
        ("nice, =1+1", "nice, '=1+1"),
        ("nice|@x", "nice|'@x"),
        ("nice\t=1+1", "nice =1+1"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_no_cell_begins_a_formula_not_even_after_a_separator(text, cell):
    assert neutral(text) == cell


def test_control_characters_become_spaces():
    assert one_line(" a\r\nb\tc\x00d\u2028e ") == "a b c d e"


@given(st.text(alphabet=st.sampled_from("=+-@＝＋－＠,;|\t\r\n \"'aб1")))
def test_whatever_separator_a_program_takes_no_part_of_a_cell_begins_a_formula(text):
    written = StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerow([neutral(text)])
    [[cell]] = csv.reader(StringIO(written.getvalue()))

    for separator in ",;|":
        for part in cell.split(separator):
            assert not part.lstrip().startswith(tuple(FORMULA))

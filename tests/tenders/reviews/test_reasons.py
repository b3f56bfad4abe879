import pytest

from tenders.reviews.reasons import names_a_place

CODES = ["ISR-01", "ISR-07", "FPV-1"]


@pytest.mark.parametrize(
    "reason",
    [
        "Objectives proven (ISR-01).",
        "isr-07: no evidence for cold",
        "310 delivered; change control shown, page 4",
        "See p. 6",
        "See pp. 6-7",
        "Rows 2 to 21 of the log",
        "Table 3 shows it",
        "Підтверджено, сторінка 6",
        "Див. стор. 12",
        "Таблиця 2 доводить це",
    ],
)
def test_a_requirement_or_a_page_is_a_place(reason):
    assert names_a_place(reason, CODES)


@pytest.mark.parametrize(
    "reason", ["", "Good.", "The best 5 of all", "ISR-011 is not in this tender", "XISR-01", "pages of evidence"]
)
def test_anything_else_is_not(reason):
    assert not names_a_place(reason, CODES)

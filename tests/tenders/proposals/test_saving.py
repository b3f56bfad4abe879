from decimal import Decimal

import pytest

from tenders.proposals.saving import as_text


@pytest.mark.parametrize(
    ("raw", "expected"),
    [(None, ""), (True, "yes"), (False, "no"), (Decimal("6.50"), "6.5"), (21, "21"), (" a\r\nb ", "a\nb")],
)
def test_as_text(raw, expected):
    assert as_text(raw) == expected

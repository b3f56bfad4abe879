import pytest

from tests.factories.reviews import Review


@pytest.fixture
def review(db, database_clock):
    """`review(proposals=2, ...)`: a tender in review, opened for real."""
    return lambda **facts: Review(database_clock, **facts)

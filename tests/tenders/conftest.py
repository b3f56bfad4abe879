"""What tests of tenders, proposals and their API begin with."""

import pytest

from tests.factories import companies
from tests.factories.cutoffs import CutOff


@pytest.fixture
def cutoff(db, database_clock):
    return CutOff(database_clock)


@pytest.fixture
def company(db):
    """A company that sees every requirement."""
    return companies.company(undertaking=True)


@pytest.fixture
def owner(company):
    return companies.owner_of(company)

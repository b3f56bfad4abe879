import pytest

from tests.factories.cutoffs import CutOff


@pytest.fixture
def cutoff(db, database_clock):
    return CutOff(database_clock)

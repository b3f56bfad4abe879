from datetime import timedelta

import pytest

from tests.drills.processes import Web
from tests.factories.proposals import staged_bundle
from tests.factories.tenders import in_days, published_tender


@pytest.fixture
def start_web(transactional_db):
    """`start_web(**variables)`: a web process on the database of this test, gone with the test at the latest."""
    started = []

    def start(**variables):
        started.append(Web(**variables))
        return started[-1]

    yield start
    for web in started:
        web.kill()


@pytest.fixture
def tender(transactional_db):
    """Open for two weeks, or `tender_until` an instant by the test itself."""
    return published_tender(closes_at=in_days(14))


@pytest.fixture
def bundle(tender):
    return staged_bundle(tender=tender)


@pytest.fixture
def in_seconds():
    """`in_seconds(n)`: a whole second at least n seconds from now, by the database's clock."""
    from coalition_portal import clock

    def instant(seconds):
        return (clock.database_now() + timedelta(seconds=seconds + 1)).replace(microsecond=0)

    return instant

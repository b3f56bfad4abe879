import time
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


LEAST_SECONDS, MOST_SECONDS, RESERVE = 3, 60, 6


@pytest.fixture
def soon(transactional_db, in_seconds):
    """`soon()`: a deadline as near as this machine, however busy, can be trusted to have staged two versions before."""
    rehearsal, begun_at = published_tender(closes_at=in_days(14)), time.monotonic()
    staged_bundle(tender=rehearsal)
    seconds = min(LEAST_SECONDS + RESERVE * (time.monotonic() - begun_at), MOST_SECONDS)
    return lambda: in_seconds(seconds)

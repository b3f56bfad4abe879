"""A clock is wrong while companies submit: the guard says so, nobody is refused by it, and nobody late is received."""

import tempfile
from datetime import timedelta
from pathlib import Path

import pytest

from coalition_portal import clock
from coalition_portal.watch.models import Incident
from tenders.proposals.models import Provisional, Receipt, Refusal
from tests.benchmarks.checker import violations
from tests.benchmarks.evidence import read_evidence
from tests.benchmarks.preparing import client_of
from tests.concurrency.clients import wait_until as wait_until_instant
from tests.drills.cluster import running_cluster
from tests.drills.processes import Web, press, wait_until
from tests.factories.proposals import staged_bundle
from tests.factories.tenders import published_tender
from tests.services.faketime import library
from tests.services.nginx import BEHIND, running_proxy
from tests.services.redis import free_port

pytestmark = [pytest.mark.postgres_only, pytest.mark.django_db(transaction=True)]

ALARM_SECONDS = 30


@pytest.fixture
def database_time():
    """`.words` for the server; `.move(seconds)` sets its clock off by so much from now on."""
    found = library()
    if found is None:
        pytest.skip("libfaketime is not installed")
    with tempfile.TemporaryDirectory(prefix="portal-drill-clock-") as folder:
        # The server's owner, who is another person than the test's, reads it.
        Path(folder).chmod(0o755)
        yield DatabaseTime(found, Path(folder) / "clock")


class DatabaseTime:
    def __init__(self, library, file):
        self.file = file
        self.move(0)
        self.words = (
            f"LD_PRELOAD={library}",
            f"FAKETIME_TIMESTAMP_FILE={self.file}",
            "FAKETIME_NO_CACHE=1",
            "DONT_FAKE_MONOTONIC=1",
        )

    def move(self, seconds):
        self.file.write_text(f"{seconds:+d}s\n")
        self.file.chmod(0o644)


def incidents():
    return Incident.objects.filter(ended_at=None).exists()


def rows():
    return {model.__name__: model.objects.count() for model in (Receipt, Refusal, Provisional)}


def test_database_an_hour_ahead_refuses_nobody_who_is_in_time(database_time):
    with running_cluster(*database_time.words) as cluster:
        tender = published_tender(closes_at=_whole(minutes=30))
        client, other = (client_of(staged_bundle(tender=tender), number) for number in range(2))
        with Web(DATABASE_URL=cluster.url) as web:
            assert "/receipt/" in press(other, web.port).place
            database_time.move(3600)
            wait_until(incidents, seconds=ALARM_SECONDS)
            answer = press(client, web.port)

        assert "/provisional/" in answer.place
        assert rows() == {"Receipt": 1, "Refusal": 0, "Provisional": 1}
        assert Provisional.objects.get().witnessed_at < tender.closes_at
        assert violations([], read_evidence(), is_complete=False) == []


def test_database_two_minutes_behind_decides_nothing_alone(database_time):
    with running_cluster(*database_time.words) as cluster:
        closes_at = _whole(seconds=12)
        tender = published_tender(closes_at=closes_at)
        client = client_of(staged_bundle(tender=tender))
        with Web(DATABASE_URL=cluster.url) as web:
            database_time.move(-120)
            wait_until(incidents, seconds=ALARM_SECONDS)
            wait_until_instant(closes_at)
            answer = press(client, web.port)

        assert "/provisional/" in answer.place
        assert rows() == {"Receipt": 0, "Refusal": 0, "Provisional": 1}
        assert violations([], read_evidence(), is_complete=False) == []


def test_proxy_that_is_behind_lets_nobody_late_in(start_web, soon, faketime, tmp_path):
    """What came after the deadline has a stamp from before it, and the portal knows that the stamp is off."""
    port = free_port()
    web = start_web(PORTAL_STAMPING_PROXIES="127.0.0.1", PORTAL_PROXY_CLOCKS=f"http://127.0.0.1:{port}/proxy-clock")

    with running_proxy(tmp_path, port=port, environment=faketime(-20), **{f"{name}_port": web.port for name in BEHIND}):
        wait_until(incidents, seconds=ALARM_SECONDS)
        tender = published_tender(closes_at=soon())
        early, late = (client_of(staged_bundle(tender=tender), number) for number in range(2))
        in_time = press(early, port)
        # How far the proxy is behind is known to half a second, the longest that asking it may take.
        wait_until_instant(tender.closes_at + timedelta(seconds=1))
        answer = press(late, port)

    assert ("/receipt/" in in_time.place, "/late/" in answer.place) == (True, True)
    assert [row.kind for row in Incident.objects.all()] == ["PROXY"]
    assert rows() == {"Receipt": 1, "Refusal": 1, "Provisional": 0}
    assert violations([], read_evidence(), is_complete=False) == []


def _whole(**ahead):
    return (clock.now() + timedelta(**ahead)).replace(microsecond=0)

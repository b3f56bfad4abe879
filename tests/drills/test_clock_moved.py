"""The database's clock is set while companies submit: the guard says so, and no wrong clock refuses anybody."""

import shutil
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

pytestmark = [pytest.mark.postgres_only, pytest.mark.django_db(transaction=True)]

ALARM_SECONDS = 5


@pytest.fixture
def database_time():
    """`.words` for the server; `.move(seconds)` sets its clock off by so much from now on."""
    library = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)
    if library is None or shutil.which("faketime") is None:
        pytest.skip("libfaketime is not installed")
    with tempfile.TemporaryDirectory(prefix="portal-drill-clock-") as folder:
        # The server's owner, who is another person than the test's, reads it.
        Path(folder).chmod(0o755)
        yield DatabaseTime(library, Path(folder) / "clock")


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


def _whole(**ahead):
    return (clock.now() + timedelta(**ahead)).replace(microsecond=0)

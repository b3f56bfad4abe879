"""PostgreSQL dies and comes back while companies submit: nobody is told "received" who is not, and nothing is lost."""

from dataclasses import replace

import pytest
from django.db import connection

from coalition_portal import clock
from tenders.proposals.models import Receipt
from tests.benchmarks.checker import violations
from tests.benchmarks.evidence import RECEIPT, Attempt, read_evidence
from tests.benchmarks.preparing import client_of
from tests.drills.cluster import running_cluster
from tests.drills.processes import Web, press
from tests.factories.proposals import staged_bundle
from tests.factories.tenders import published_tender

pytestmark = [pytest.mark.postgres_only, pytest.mark.django_db(transaction=True)]

PLACE = "/proposals/{proposal}/receipt/1/"


def attempt(client, port):
    """What the client remembers, and what it was told."""
    unanswered = Attempt(
        client=client["client"],
        proposal=client["proposal"],
        version=client["version"],
        sha256=client["sha256"],
        sent_at=clock.now(),
        answered_at=None,
        answer="error",
    )
    answer = press(client, port)
    is_receipt = (answer.status, answer.place) == (302, PLACE.format(**client))
    return replace(unanswered, answered_at=clock.now(), answer=RECEIPT if is_receipt else "error"), answer


def test_clients_are_told_not_yet_received_and_every_acknowledged_receipt_is_there_afterwards():
    with running_cluster() as cluster:
        tender = published_tender()
        clients = [client_of(staged_bundle(tender=tender), number) for number in range(4)]
        with Web(DATABASE_URL=cluster.url) as web:
            before = [attempt(client, web.port)[0] for client in clients[:2]]
            cluster.stop()
            connection.close()
            meanwhile = [attempt(client, web.port) for client in clients]
            cluster.start()
            after = [attempt(client, web.port)[0] for client in clients]

        assert [remembered.answer for remembered in before] == [RECEIPT] * 2
        assert [(answer.status, answer.headers["Retry-After"]) for _remembered, answer in meanwhile] == [(503, "5")] * 4
        assert all("Not yet received" in answer.text for _remembered, answer in meanwhile)
        assert [remembered.answer for remembered in after] == [RECEIPT] * 4
        assert Receipt.objects.count() == 4
        history = [*before, *(remembered for remembered, _answer in meanwhile), *after]
        assert violations(history, read_evidence()) == []

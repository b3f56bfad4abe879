"""A program that repeats a request while the first one runs: real connections, no mocks."""

from datetime import timedelta

import pytest
from django.test import Client

from coalition_portal import clock
from tenders.api.models import KeptAnswer
from tenders.proposals.models import Bundle, Proposal, Receipt
from tests.concurrency.clients import run_at
from tests.factories import companies
from tests.factories.keys import token_of
from tests.factories.proposals import staged_bundle
from tests.factories.tenders import published_tender
from tests.tenders.api.asking import Robot

pytestmark = pytest.mark.django_db(transaction=True)

TIMES = 6
SOON = timedelta(milliseconds=300)


@pytest.fixture
def company():
    return companies.company(undertaking=True)


def _all_at_once(company, path, body):
    token = token_of(companies.owner_of(company))

    def act():
        return Robot(Client(), token).ask("POST", path, body, Idempotency_Key="one")

    instant = clock.now() + SOON
    return run_at([(instant, act) for _time in range(TIMES)])


def test_a_proposal_is_begun_once(company):
    tender = published_tender()

    answers = _all_at_once(company, "proposals", {"tender": tender.number, "drone_model": "Example 9"})

    begun = {answer.content for answer in answers if answer.status_code == 201}
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert (len(begun), Proposal.objects.count(), KeptAnswer.objects.count()) == (1, 1, 1)
    assert sum(answer.status_code == 201 and "Idempotent-Replayed" not in answer for answer in answers) == 1


def test_a_version_is_received_once(company):
    bundle = staged_bundle(company=company)
    wanted = {"version": bundle.version, "sha256": bundle.sha256}

    answers = _all_at_once(company, f"proposals/{bundle.proposal.public_id}/submit", wanted)

    assert {answer.status_code for answer in answers} <= {200, 201}
    assert len({answer.content for answer in answers}) == 1
    assert (Bundle.objects.count(), Receipt.objects.count(), KeptAnswer.objects.count()) == (1, 1, 1)

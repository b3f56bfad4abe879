"""A client of the API: no cookies, one address, a fresh allowance, and the portal's clock where a test sets it."""

import pytest
from django.core.cache import cache
from django.test import Client

from tenders.api import throttling
from tests.factories.keys import token_of
from tests.factories.proposals import draft_proposal
from tests.tenders.api.asking import Api, Robot
from tests.tenders.api.tus import Tus


@pytest.fixture(autouse=True)
def fresh_allowance():
    cache.clear()
    throttling.counter.silent_until = None


@pytest.fixture
def api(db, time_machine):
    return Api(Client(raise_request_exception=False), time_machine)


@pytest.fixture
def robot_of(db):
    """`robot_of(user)`: a program with a key of that person; `robot_of(token=...)` has that very one, or none."""

    def make(user=None, token=None, **facts):
        return Robot(Client(raise_request_exception=False), token_of(user, **facts) if user else token)

    return make


# A company with its program


@pytest.fixture
def draft(company):
    return draft_proposal(company=company)


@pytest.fixture
def robot(robot_of, owner):
    return robot_of(owner)


@pytest.fixture
def tus(robot, draft):
    return Tus(robot, draft)

"""Answers and their released description agree, whatever is asked: nothing undeclared, and never a fault of ours."""

import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tenders.api import throttling
from tests.factories.tenders import extended_tender, in_days, published_tender
from tests.tenders.api.release import RELEASED

SETTINGS = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
# A window that ends before it begins and a cursor of one's own making fit the description and are refused all the same.
LEFT_OUT = [positive_data_acceptance]
PLAIN = {"Accept-Encoding": "identity"}  # The client in the process does not unpack.
schema = schemathesis.openapi.from_path(RELEASED)
schema.app = get_wsgi_application()


@pytest.fixture
def tenders(db, monkeypatch):
    monkeypatch.setattr(throttling.spend, "__defaults__", (throttling.Limit("anon", 10**9, 600),))
    # As Django's own test client does: the end of a request must not end the test's transaction.
    ends = (signals.request_started, signals.request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield [
        published_tender(template_code="advanced_fpv"),
        extended_tender(published_tender(closes_at=in_days(3)), in_days(5)),
    ]
    for signal in ends:
        signal.connect(close_old_connections)


@schema.exclude(tag="companies").parametrize()
@SETTINGS
def test_whatever_is_asked(tenders, case):
    case.call_and_validate(excluded_checks=LEFT_OUT, headers=PLAIN)


@schema.include(path_regex="number").exclude(tag="companies").parametrize()
@SETTINGS
def test_of_tenders_that_exist(tenders, case):
    if case.path_parameters["number"].startswith("IDC-"):
        case.path_parameters["number"] = tenders[len(case.headers or ()) % 2].number
    case.call_and_validate(excluded_checks=LEFT_OUT, headers=PLAIN)

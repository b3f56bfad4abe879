"""What the description says of the routes for companies holds for a program with a key, whatever it sends."""

from functools import cached_property

import pytest
import schemathesis
from django.core import signals
from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import missing_required_header, positive_data_acceptance

from tenders.api import throttling
from tenders.proposals import submit_limit
from tests.factories import companies
from tests.factories.keys import token_of
from tests.factories.proposals import staged_bundle
from tests.factories.tenders import published_tender
from tests.tenders.api.release import RELEASED

SETTINGS = settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
# A revision that is not the one there is, or a code that the tender does not have, fits the description and is refused.
# A header that is missing is refused with 428, as RFC 6585 has it for If-Match.
LEFT_OUT = [positive_data_acceptance, missing_required_header]
PLAIN = {"Accept-Encoding": "identity"}
schema = schemathesis.openapi.from_path(RELEASED)
schema.app = get_wsgi_application()
# A made-up If-Match is refused with 412 before a body that fits nothing is looked at.
schema.config.checks.negative_data_rejection.expected_statuses = ["4XX"]


@schemathesis.serializer("application/offset+octet-stream")
def piece_of_a_file(_context, value):
    """Bytes as they are; what is made up as something else goes as its text."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


class Own:
    """A company with a key, and with a frozen version where a test asks for it."""

    def __init__(self):
        self.company = companies.company(undertaking=True)
        self.tender = published_tender()
        self.headers = PLAIN | {"Authorization": f"Bearer {token_of(companies.owner_of(self.company))}"}

    @cached_property
    def paths(self):
        proposal = staged_bundle(tender=self.tender, company=self.company).proposal
        document = proposal.documents.first()
        return {"number": self.tender.number, "pid": proposal.public_id, "document_id": document.public_id}

    def put_into(self, case):
        """A path of ours in place of a made-up one that has the form of one."""
        for name, value in (case.path_parameters or {}).items():
            if isinstance(value, str) and len(value) in (13, 26):
                case.path_parameters[name] = self.paths.get(name, value)


@pytest.fixture
def own(db, monkeypatch):
    monkeypatch.setattr(throttling, "KEY", throttling.Limit("key", 10**9, 600))
    monkeypatch.setattr(submit_limit, "MOST", 10**9)
    cache.clear()
    ends = (signals.request_started, signals.request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield Own()
    for signal in ends:
        signal.connect(close_old_connections)


@schema.include(tag="companies").parametrize()
@SETTINGS
def test_whatever_is_asked(own, case):
    case.call_and_validate(excluded_checks=LEFT_OUT, headers=own.headers)


@schema.include(tag="companies", path_regex="pid").parametrize()
@SETTINGS
def test_of_proposals_that_exist(own, case):
    own.put_into(case)
    case.call_and_validate(excluded_checks=LEFT_OUT, headers=own.headers)


@schema.include(tag="companies", path_regex="pid", method=["PATCH", "PUT", "DELETE"]).parametrize()
@SETTINGS
def test_of_changes_that_name_what_they_are_made_on(own, case):
    own.put_into(case)
    case.headers = {**(case.headers or {}), "If-Match": "*"}
    case.call_and_validate(excluded_checks=LEFT_OUT, headers=own.headers)

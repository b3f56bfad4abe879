"""What most tests of proposals begin with; a file that needs another draft says so."""

from datetime import timedelta

import pytest

from coalition_portal import clock
from manufacturers.models import CompanyRole
from tenders.proposals.documents import add_document
from tenders.proposals.models import ContentPart
from tenders.proposals.uploading import begin_upload, receive
from tests.factories import companies
from tests.factories.cutoffs import MICROSECOND
from tests.factories.proposals import complete_proposal, draft_proposal, staged_bundle
from tests.factories.tenders import published_tender
from tests.tenders.proposals.stored import stored_parts


@pytest.fixture
def tender(db):
    """An open tender for advanced FPV drones."""
    return published_tender(template_code="advanced_fpv")


@pytest.fixture
def draft(tender, company):
    """An empty draft of the company for the model Example 10."""
    return draft_proposal(tender=tender, company=company, model_name="Example 10")


@pytest.fixture
def proposal(tender, company):
    """A draft of the company in which nothing is missing."""
    return complete_proposal(tender=tender, company=company)


@pytest.fixture
def provisional(cutoff):
    """What arrived in time while its tender was being closed, so that two people decide it."""
    bundle = staged_bundle(tender=cutoff.tender)
    cutoff.close()
    return cutoff.submit(bundle, -MICROSECOND).provisional


@pytest.fixture
def colleague(company):
    """An editor of the same company."""
    return companies.person_of(company, CompanyRole.EDITOR)


@pytest.fixture
def add(draft, owner):
    """`add(upload)`: a document of the draft, which its owner adds unless somebody else does."""

    def add(upload, kind="flight_evidence", *, by=owner, now=None):
        return add_document(proposal=draft, kind_code=kind, upload=upload, by=by, now=now or clock.now())

    return add


@pytest.fixture
def web(client_of, owner):
    """The owner's browser."""
    return client_of(owner)


@pytest.fixture
def web_of(client_of):
    """`web_of(proposal)`: a browser of its company's owner."""
    return lambda proposal: client_of(companies.owner_of(proposal.company))


@pytest.fixture
def page_clock(monkeypatch):
    """`page_clock(instant)`: the host's clock as pages see it."""
    return lambda instant: monkeypatch.setattr("coalition_portal.middleware.clock.now", lambda: instant)


@pytest.fixture
def open_tender(cutoff, page_clock):
    """The tender of the cut-off with pages that are five seconds before it."""
    page_clock(cutoff.at(timedelta(seconds=-5)))
    return cutoff.tender


# Files in pieces


@pytest.fixture
def begin(draft, owner):
    def begin(name="evidence.pdf", size=None, kind="flight_evidence", *, by=owner, now=None, proposal=draft):
        return begin_upload(
            proposal=proposal, kind_code=kind, name=name, size_bytes=size, by=by, now=now or clock.now()
        )

    return begin


@pytest.fixture
def send(owner):
    def send(upload, offset, *chunks, by=owner, now=None, checksum=None):
        return receive(upload=upload, offset=offset, chunks=chunks, by=by, now=now or clock.now(), checksum=checksum)

    return send


@pytest.fixture
def nothing_is_left_over():
    """How many stored parts no row names, beyond those at the beginning."""
    before = len(stored_parts()) - ContentPart.objects.count()
    return lambda: len(stored_parts()) - ContentPart.objects.count() - before

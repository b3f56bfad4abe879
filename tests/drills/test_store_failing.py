"""The object store is down, slow, or loses the tail of what it took: freezing says so, submitting goes on."""

import pytest

from coalition_portal import settings as portal_settings
from tenders.proposals.models import Bundle, Receipt
from tests.benchmarks.preparing import client_of, cookies_of, signed_in
from tests.drills.faulty_store import DOWN, SHORT, SLOW, WELL, FaultyStore
from tests.drills.processes import ask, press
from tests.factories import companies
from tests.factories.proposals import complete_proposal, staged_bundle

pytestmark = [pytest.mark.postgres_only, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def store(s3_server, monkeypatch, settings):
    """The test itself reaches the store directly; the portal's process only by the faulty line."""
    for name, value in s3_server.environment().items():
        monkeypatch.setattr(portal_settings, name, value)
    mine = {name: portal_settings.private_storage(name) for name in ("vault", "documents")}
    settings.STORAGES = settings.STORAGES | mine
    with FaultyStore(s3_server.endpoint_url) as faulty:
        faulty.environment = s3_server.environment() | {"S3_ENDPOINT_URL": faulty.url}
        yield faulty


class Company:
    """A signatory in a browser, before the pages of one proposal."""

    def __init__(self, proposal, port):
        browser = signed_in(companies.owner_of(proposal.company))
        page = f"/proposals/{proposal.public_id}/"
        browser.get(f"{page}check/")
        self.proposal, self.port, self.page = proposal, port, page
        self.cookies, self.token = cookies_of(browser), browser.cookies["portal_csrf"].value

    def freeze(self):
        """The page that freezing leads to, with what it says."""
        said = {"Cookie": self.cookies, "X-CSRFToken": self.token}
        place = ask(self.port, "POST", f"{self.page}stage/", **said).place
        return ask(self.port, "GET", place.partition("#")[0], Cookie=self.cookies).text

    def download(self):
        document = self.proposal.documents.first()
        return ask(self.port, "GET", f"{self.page}documents/{document.public_id}/", Cookie=self.cookies)


@pytest.mark.parametrize("mode", [DOWN, SHORT])
def test_failing_store_refuses_to_freeze_and_takes_what_is_frozen(store, start_web, tender, mode):
    staged, draft = staged_bundle(tender=tender), complete_proposal(tender=tender)
    client, web = client_of(staged), start_web(**store.environment)
    company = Company(draft, web.port)

    store.behave(mode)
    page = company.freeze()

    assert "Freeze the version again" in page or "Remove it and upload it again" in page
    assert not Bundle.objects.filter(proposal=draft).exists()
    assert "/receipt/" in press(client, web.port).place
    assert Receipt.objects.get().bundle == staged
    store.behave(WELL)
    company.freeze()
    assert Bundle.objects.filter(proposal=draft).count() == 1


def test_downloads_wait_while_the_store_is_down(store, start_web, tender):
    draft = complete_proposal(tender=tender)
    web = start_web(**store.environment)
    company = Company(draft, web.port)
    assert company.download().status == 200

    store.behave(DOWN)
    answer = company.download()

    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")


def test_slow_store_freezes_slowly_and_submitting_waits_for_nothing(store, start_web, tender):
    staged, draft = staged_bundle(tender=tender), complete_proposal(tender=tender)
    client, web = client_of(staged), start_web(**store.environment)

    store.behave(SLOW)

    assert "/receipt/" in press(client, web.port).place
    Company(draft, web.port).freeze()
    assert Bundle.objects.filter(proposal=draft).count() == 1

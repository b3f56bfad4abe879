"""Who presses the button a moment too late, in a real browser: refused with both instants, and the draft is kept."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from coalition_portal import clock
from tenders.proposals.documents import kept_documents
from tenders.proposals.models import Proposal, Receipt, Refusal
from tests.factories.cutoffs import CutOff
from tests.factories.proposals import staged_bundle


@pytest.fixture
def at_the_button(transactional_db, database_clock, monkeypatch):
    """`at_the_button(walk)`: the page with the button, five seconds before the deadline; then time goes on, past it."""
    real = clock.database_now
    cutoff = CutOff(database_clock)
    bundle = staged_bundle(tender=cutoff.tender)

    def come(person):
        person.sign_in(bundle.staged_by)
        with monkeypatch.context() as before:
            before.setattr("coalition_portal.middleware.clock.now", lambda: cutoff.closes_at - timedelta(seconds=5))
            person.go(f"/proposals/{bundle.proposal.public_id}/submit/")
            expect(person.button("Submit proposal")).to_be_visible()
        monkeypatch.setattr(clock, "database_now", real)
        return bundle

    return come


@pytest.mark.parametrize("how", [{}, {"language": "uk", "is_phone": True}, {"has_scripts": False}], ids=str)
def test_refused_at_the_deadline_with_the_draft_kept(walk, at_the_button, how):
    person = walk(**how)
    bundle = at_the_button(person)

    person.press("Submit proposal")

    refusal = Refusal.objects.get()
    assert (person.path, Receipt.objects.count()) == (f"/proposals/{bundle.proposal.public_id}/late/1/submit/", 0)
    expect(person.page.locator("h1.state-word")).to_have_text(person.words("Not submitted"))
    facts = person.page.locator(".facts .mono")
    expect(facts).to_have_text([_instant(refusal.received_at), _instant(refusal.closes_at)])
    person.follow("Read the draft")
    assert person.path == f"/proposals/{bundle.proposal.public_id}/check/"
    for document in kept_documents(Proposal.objects.prefetch_related("documents").get()):
        expect(person.page.get_by_text(document.name).first).to_be_visible()
    person.go(f"/proposals/{bundle.proposal.public_id}/submit/")
    expect(person.button("Submit proposal")).to_have_count(0)


def _instant(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

"""Names as long as they may be, of one word, fit every page of a draft on a phone."""

import pytest

from manufacturers.models import Company
from tenders.proposals.draft_texts import PARTNER_LENGTHS_MAX
from tenders.proposals.models import Proposal
from tests.factories import companies
from tests.factories.proposals import complete_proposal
from tests.factories.tenders import published_tender

# What a browser draws and runs here is the same on every database.
pytestmark = pytest.mark.sqlite_only

PAGES = ("", "answers/", "offer/", "documents/", "check/")


@pytest.fixture
def draft(transactional_db):
    company = companies.company(undertaking=True)
    Company.objects.filter(pk=company.pk).update(legal_name="N" * 200)
    draft = complete_proposal(tender=published_tender(), company=company, model_name="M" * 80)
    partner = {"name": "P" * PARTNER_LENGTHS_MAX["name"], "country": "LV", "part": "W" * PARTNER_LENGTHS_MAX["part"]}
    texts = {"delivery_place": "D" * 120, "production_region": "R" * 120, "trial_support": "T" * 200}
    Proposal.objects.filter(pk=draft.pk).update(partners=[partner], **texts)
    return draft


def test_the_longest_words_fit_a_phone(walk, draft):
    person = walk(is_phone=True, language="uk")
    person.sign_in(companies.owner_of(draft.company))

    for page in PAGES:
        person.go(f"/proposals/{draft.public_id}/{page}")
    person.go("/proposals/")

"""What is missing bears the very words of the field in which it is put right, and its link leads there."""

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape

from tenders.proposals.completeness import Overview
from tenders.proposals.missing import TaskCode
from tenders.proposals.models import Proposal
from tenders.proposals.offer_forms import OfferForm
from tests.factories import companies
from tests.factories.proposals import draft_proposal
from tests.factories.tenders import published_tender

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["advanced_fpv", "interceptor", "reconnaissance"])
def draft(request, db):
    return draft_proposal(tender=published_tender(template_code=request.param))


@pytest.fixture(params=["en", "uk"])
def language(request):
    with translation.override(request.param):
        yield request.param


def _missing(draft, task):
    return [item for item in Overview(Proposal.objects.get(pk=draft.pk)).missing if item.task == task]


def test_offer_misses_each_required_field_by_its_label_in_the_order_of_the_page(draft, language):
    form = OfferForm(draft.tender)

    told = [(item.sentence, item.anchor) for item in _missing(draft, TaskCode.OFFER)]

    assert told == [(field.label, field.id_for_label or field.auto_id) for field in _required(form)]


def _required(form):
    return [field for field in form if field.field.required]


def test_partner_misses_its_fields_by_their_labels(draft, language):
    draft.partners = [{"name": "Rotors", "country": "", "part": ""}]
    labels = [field.label for field in OfferForm(draft.tender, partners=[1]) if field.name.startswith("partner-1-")]

    [told] = [item.sentence for item in Overview(draft).missing if item.anchor == "id_partner-1-country"]

    assert told.endswith(": " + ", ".join(str(label) for label in labels[1:]))


def test_every_link_leads_to_a_place_that_bears_the_words(client_of, draft):
    web = client_of(companies.owner_of(draft.company))
    pages = {}
    for item in Overview(draft).missing:
        if item.url_name not in pages:
            address = reverse(item.url_name, args=[draft.public_id])
            pages[item.url_name] = web.get(address).content.decode()
        there = pages[item.url_name].split(f'id="{item.anchor}"')
        assert len(there) == 2, item
        words = item.sentence.split(", ", 1)[1] if item.task == TaskCode.ANSWERS else item.sentence.split(":")[0]
        assert escape(words) in there[0][-400:] + there[1][:1200], item

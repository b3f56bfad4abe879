import pytest

from coalition_portal import clock
from coalition_portal.permission import Denied, Refused
from manufacturers.models import CompanyRole
from tenders.proposals.drafting import save_answers
from tenders.proposals.offering import Offer, accept_declarations, save_offer
from tenders.proposals.saving import StaleDraft, Unanswerable
from tests.factories import companies
from tests.factories.proposals import offer_of

pytestmark = pytest.mark.django_db

REGION = "production_region"


def test_offer_is_kept_in_its_columns(draft, owner):
    saved = save_offer(proposal=draft, offer=offer_of(), revision=1, by=owner, now=clock.now())

    saved.refresh_from_db()
    assert saved.prices == {"trial_unit_price": "4380.00", "production_unit_price": "3590.00"}
    assert (saved.lead_time_days, saved.monthly_capacity, saved.revision) == (21, 400, 2)
    assert saved.production_region == "Example region"


def test_same_offer_makes_no_new_revision(draft, owner):
    saved = save_offer(proposal=draft, offer=offer_of(), revision=1, by=owner, now=clock.now())

    prices = {"trial_unit_price": "4 380,0", "production_unit_price": "3590.00"}
    again = save_offer(proposal=saved, offer=offer_of(prices), revision=2, by=owner, now=clock.now())

    assert again.revision == 2


def test_offer_may_be_saved_half_empty(draft, owner):
    saved = save_offer(
        proposal=draft, offer=Offer(prices={"trial_unit_price": "4380"}), revision=1, by=owner, now=clock.now()
    )

    assert (saved.prices, saved.lead_time_days, saved.partners) == ({"trial_unit_price": "4380.00"}, None, [])


def test_offer_that_cannot_be_read_is_refused_as_a_whole(draft, owner):
    offer = offer_of({"trial_unit_price": "4,380", "unknown": "5"}, production_region="Main street 5")

    with pytest.raises(Unanswerable) as raised:
        save_offer(proposal=draft, offer=offer, revision=1, by=owner, now=clock.now())

    assert sorted(raised.value.mistakes) == ["price-trial_unit_price", "price-unknown", REGION]
    draft.refresh_from_db()
    assert (draft.prices, draft.revision) == ({}, 1)


def test_stale_offer_shows_both_values(draft, owner):
    save_offer(proposal=draft, offer=offer_of(), revision=1, by=owner, now=clock.now())

    with pytest.raises(StaleDraft) as raised:
        save_offer(proposal=draft, offer=offer_of(lead_time_days=25), revision=1, by=owner, now=clock.now())

    assert raised.value.clashes == {"lead_time_days": "21"}


def test_offer_is_not_stale_because_answers_changed(draft, owner):
    save_answers(proposal=draft, answers={"FPV-01": "6.5"}, revision=1, by=owner, now=clock.now())

    saved = save_offer(proposal=draft, offer=offer_of(), revision=1, seen={}, by=owner, now=clock.now())

    assert saved.lead_time_days == 21


def test_declarations_are_kept_in_the_order_of_the_tender(draft, owner):
    saved = accept_declarations(proposal=draft, codes=["validity", "sanctions"], by=owner, now=clock.now())
    again = accept_declarations(proposal=draft, codes=["sanctions", "validity"], by=owner, now=clock.now())
    fewer = accept_declarations(proposal=draft, codes=["sanctions"], by=owner, now=clock.now())

    assert (saved.declarations_accepted, saved.revision) == (["sanctions", "validity"], 2)
    assert again.revision == 2
    assert (fewer.declarations_accepted, fewer.revision) == (["sanctions"], 3)


def test_unknown_declaration_is_refused(draft, owner):
    with pytest.raises(Refused, match="no declaration “other”"):
        accept_declarations(proposal=draft, codes=["sanctions", "other"], by=owner, now=clock.now())


@pytest.mark.parametrize(("role", "may"), [(CompanyRole.EDITOR, False), (CompanyRole.SIGNATORY, True)])
def test_declarations_are_signed_by_a_signatory(draft, role, may):
    user = companies.person_of(draft.company, role)

    if may:
        assert accept_declarations(proposal=draft, codes=["truth"], by=user, now=clock.now()).updated_by == user
    else:
        with pytest.raises(Denied, match="signatory"):
            accept_declarations(proposal=draft, codes=["truth"], by=user, now=clock.now())

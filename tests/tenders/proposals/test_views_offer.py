"""The page of production and price: rows for partners, months, warnings, and what it all comes to."""

import json
import re

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from coalition_portal import clock
from manufacturers.models import CompanyRole
from tenders.proposals.draft_texts import offer_texts, partner_fields
from tenders.proposals.models import Proposal
from tenders.proposals.offer_forms import partner_rows_to_show
from tenders.proposals.offer_sheet import sheet_of
from tenders.proposals.offering import accept_declarations, save_offer, save_offer_fields
from tests.factories import companies
from tests.factories.proposals import OFFER_OF_SCHEMA_ONE, offer_of

pytestmark = pytest.mark.django_db

ROTORS = {"name": "Placeholder Rotors", "country": "LV", "part": "motors"}
FRAMES = {"name": "Placeholder Frames", "country": "EE", "part": "frames"}
NOBODY = {"name": "", "country": "", "part": ""}


def _page(web, draft, name="proposal-offer"):
    return web.get(reverse(name, args=[draft.public_id])).content.decode().replace("\N{NO-BREAK SPACE}", " ")


def _post(web, draft, texts=None, **buttons):
    """What the page sends: all that is saved, with `texts` typed over it."""
    draft.refresh_from_db()
    saved = offer_texts(draft)
    form = {"revision": draft.revision, "seen": json.dumps(saved)} | saved | (texts or {}) | buttons
    response = web.post(reverse("proposal-offer", args=[draft.public_id]), form)
    draft.refresh_from_db()
    return response


def _row(number, partner):
    return {field: partner[name] for name, field in partner_fields(number).items()}


@pytest.mark.parametrize(
    ("saved", "typed", "rows"),
    [
        ([], {}, [1, 2, 3]),
        ([1], {}, [1, 2, 3, 4]),
        # An emptied row is not shown again while there is room after the last one.
        ([2], {}, [2, 3, 4, 5]),
        ([1], {"partner-4-part": "frames", "partner-3-name": "", "lead_time_days": "4"}, [1, 4, 5, 6, 7]),
        (range(1, 20), {}, [*range(1, 20), 20]),
        (range(2, 21), {}, [*range(2, 21), 1]),
        (range(1, 21), {}, [*range(1, 21)]),
    ],
)
def test_rows_that_hold_something_are_shown_and_empty_ones_after_them(saved, typed, rows):
    assert partner_rows_to_show(saved, typed) == rows


def test_only_the_first_empty_row_is_seen_before_another_is_asked_for(web, draft):
    _post(web, draft, _row(1, ROTORS))

    page = _page(web, draft)

    assert page.count('<fieldset class="field" data-partner>') == 2
    assert page.count('<fieldset class="field" data-partner hidden>') == 2
    assert page.count('<p hidden><button class="button plain" type="submit" name="remove"') == 3
    assert page.count('<p><button class="button plain" type="submit" name="remove"') == 1


def test_saving_from_the_partners_leads_back_to_them(web, draft):
    response = _post(web, draft, _row(1, ROTORS) | _row(2, FRAMES), stay="partners")

    assert response.url == reverse("proposal-offer", args=[draft.public_id]) + "#partners"
    assert draft.partners == [ROTORS, FRAMES]


def test_a_removed_row_goes_and_what_was_typed_elsewhere_is_saved(web, draft):
    _post(web, draft, _row(1, ROTORS) | _row(2, FRAMES))

    response = _post(web, draft, {"delivery_place": "Riga, Latvia"}, remove="1")

    assert response.url.endswith("#partners")
    assert draft.partners == [NOBODY, FRAMES]
    assert draft.delivery_place == "Riga, Latvia"
    # The person sees one partner, and it is the first one.
    page = _page(web, draft)
    assert 'name="partner-2-name" value="Placeholder Frames"' in page
    assert 'name="partner-1-name"' not in page


@pytest.mark.parametrize(("named", "has_room"), [(19, True), (20, False)])
def test_the_last_partner_that_fits_is_said_to_be_the_last(web, draft, named, has_room):
    rows = [_row(number, ROTORS) for number in range(1, named + 1)]
    _post(web, draft, {field: text for row in rows for field, text in row.items()})

    page = _page(web, draft)

    assert ("data-add-partner" in page, "20 partners are the most that fit here." in page) == (has_room, not has_room)
    assert len(draft.partners) == named


@pytest.mark.parametrize("row", ["x", "99", "", "²", "9" * 5000])
def test_a_row_that_is_not_there_removes_nothing(web, draft, row):
    _post(web, draft, _row(1, ROTORS))

    _post(web, draft, remove=row)

    assert draft.partners == [ROTORS]


def test_two_people_add_partners_and_neither_writes_into_the_others_row(web, draft, owner):
    before = {"revision": draft.revision, "seen": json.dumps(offer_texts(draft))}
    save_offer_fields(proposal=draft, texts=_row(1, FRAMES), revision=draft.revision, by=owner, now=clock.now())

    response = web.post(reverse("proposal-offer", args=[draft.public_id]), before | _row(1, ROTORS))

    page = response.content.decode()
    draft.refresh_from_db()
    assert response.status_code == 409
    assert "Somebody else saved here: Placeholder Frames" in page
    assert draft.partners == [FRAMES]


def test_mistakes_name_the_partner_by_the_number_over_its_row(web, draft):
    wrong = {"partner-1-name": "x" * 161, "partner-3-part": "y" * 501}

    page = _post(web, draft, wrong).content.decode()

    assert re.findall(r'<li><a href="#(id_partner[^"]*)">([^:]*):', page) == [
        ("id_partner-1-name", "Partner 1, Legal name"),
        ("id_partner-3-part", "Partner 2, Part of the work"),
    ]
    rows = re.findall(r'<legend>(Partner \d)</legend>.*?name="(partner-\d+)-name', page, re.DOTALL)
    assert rows[:2] == [("Partner 1", "partner-1"), ("Partner 2", "partner-3")]


def test_an_option_is_called_optional_once(web, draft):
    page = _page(web, draft)

    labels = re.findall(r'<label for="id_price-[^"]*">(.*?)</label>', page)
    assert [label for label in labels if "option" in label] == [
        "Extra ground station (option)",
        "Spares kit for 20 drones (option)",
    ]
    assert page.count("Leave it empty if you do not offer it.") == 2


def test_the_button_takes_no_tick_back_that_somebody_set_meanwhile(web, draft, owner):
    seen = json.dumps(offer_texts(draft))
    accept_declarations(proposal=draft, codes=["sanctions"], by=owner, now=clock.now())

    form = {"revision": 1, "seen": seen, "declarations": ["truth"]} | offer_texts(draft)
    response = web.post(reverse("proposal-offer", args=[draft.public_id]), form)

    draft.refresh_from_db()
    assert (response.status_code, draft.declarations_accepted) == (302, ["sanctions", "truth"])


def test_ticks_of_which_nobody_knows_what_was_seen_are_asked_about(web, draft, owner):
    accept_declarations(proposal=draft, codes=["sanctions"], by=owner, now=clock.now())

    form = {"revision": 1, "declarations": ["truth"]} | offer_texts(draft)
    response = web.post(reverse("proposal-offer", args=[draft.public_id]), form)

    draft.refresh_from_db()
    assert (response.status_code, draft.declarations_accepted) == (409, ["sanctions"])
    assert "Somebody else ticked or took back a tick here. Look at each one." in response.content.decode()
    assert re.findall(r'value="(\w+)"[^>]* checked', response.content.decode())[-1] == "truth"


def test_months_fold_out_once_one_is_another(web, draft):
    assert '<details id="months">' in _page(web, draft)
    month = next(name for name in offer_texts(draft) if name.startswith("capacity-"))

    refused = _post(web, draft, {month: "many"})
    _post(web, draft, {month: "0"})

    assert refused.status_code == 422
    assert "We got “many”. We need a whole number." in refused.content.decode()
    assert draft.capacity_by_month == {month.removeprefix("capacity-"): 0}
    assert '<details id="months" open>' in _page(web, draft)


def test_the_tenders_language_stands_there_until_another_is_chosen(web, draft):
    assert re.search(r'name="prevailing_language" value="en"[^>]* checked', _page(web, draft))

    _post(web, draft, {"prevailing_language": "uk"})

    assert draft.prevailing_language == "uk"


def test_cautions_stop_nobody_and_stand_on_both_pages(web, draft):
    texts = {
        "price-trial_unit_price": "4380",
        "step-500": "4500",
        "price-production_unit_price": "3590",
        "validity_days": "90",
    }

    response = _post(web, draft, texts)

    dearer = "One of 500 drones costs EUR 4,500, one of 20 costs EUR 4,380."
    shorter = "Your proposal stays valid for 90 days; the tender wants 120."
    assert response.status_code == 302
    for name in ("proposal-offer", "proposal-check", "proposal-offer-totals"):
        page = _page(web, draft, name)
        assert dearer in page
        assert shorter in page


def test_totals_alone_are_a_part_of_the_page(web, draft, owner, django_assert_num_queries):
    save_offer(proposal=draft, offer=offer_of(), revision=1, by=owner, now=clock.now())

    with django_assert_num_queries(12):
        response = web.get(reverse("proposal-offer-totals", args=[draft.public_id]))

    page = response.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert "<html" not in page
    for words in ("EUR 87,600", "EUR 2,075,000", "EUR 6,075,000", "EUR 17,950,000", "EUR 3,748", "7.51 of 10"):
        assert words in page


def test_a_viewer_reads_the_totals_and_a_stranger_finds_nothing(client_of, draft):
    page = reverse("proposal-offer-totals", args=[draft.public_id])
    viewer = companies.person_of(draft.company, CompanyRole.VIEWER)
    stranger = companies.owner_of(companies.company())

    assert [client_of(user).get(page).status_code for user in (viewer, stranger)] == [200, 404]


def test_the_check_page_shows_what_reviewers_will_see(web, draft, owner):
    offer = offer_of(validity_days=90, capacity_by_month={})
    save_offer(proposal=draft, offer=offer, revision=1, by=owner, now=clock.now())

    page = _page(web, draft, "proposal-check")

    for words in (
        "DAP, Riga, Latvia",
        "Prices without VAT; VAT comes on top where it is due",
        "120 days wanted",
        "English",
        "400 a month",
        "4,800 in all",
        "Placeholder Rotors",
        "Latvia",
        "motors",
    ):
        assert words in page


def test_a_version_frozen_under_schema_one_reads_as_it_did(draft):
    tender = Proposal.objects.get(pk=draft.pk).tender

    page = render_to_string(
        "proposals/offer_sheet.html", {"sheet": sheet_of(OFFER_OF_SCHEMA_ONE, tender), "evaluated": None}
    )

    assert "Prices by quantity" not in page
    assert "Price of one drone in the trial batch" in page
    assert "Rotors, motors<br>Others, &lt;frames&gt;" in page
    assert "Evaluated price" not in page

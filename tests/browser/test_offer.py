"""Production and price in a real browser: what saves itself, what it comes to, and rows that come and go."""

import re

import pytest
from playwright.sync_api import expect

from tenders.proposals.models import Proposal
from tests.factories import companies
from tests.factories.proposals import complete_proposal, draft_proposal
from tests.factories.tenders import published_tender

pytestmark = pytest.mark.sqlite_only

ROTORS = {"name": "Placeholder Rotors", "country": "LV", "part": "motors"}
FRAMES = {"name": "Placeholder Frames", "country": "EE", "part": "frames"}


@pytest.fixture
def company(transactional_db):
    return companies.company(undertaking=True)


@pytest.fixture
def tender(transactional_db):
    return published_tender(template_code="advanced_fpv")


def _at_the_offer(walk, draft, **how):
    person = walk(**how)
    person.sign_in(companies.owner_of(draft.company))
    person.go(f"/proposals/{draft.public_id}/offer/")
    return person


def _name(person, row, partner):
    person.page.fill(f"[name=partner-{row}-name]", partner["name"])
    person.page.select_option(f"[name=partner-{row}-country]", partner["country"])
    person.page.fill(f"[name=partner-{row}-part]", partner["part"])


def _partners(draft):
    return [row for row in Proposal.objects.get(pk=draft.pk).partners if any(row.values())]


def test_prices_save_themselves_and_the_totals_follow(walk, tender, company):
    draft = draft_proposal(tender=tender, company=company)
    person = _at_the_offer(walk, draft)
    totals = person.page.locator("[data-totals]")

    person.tab_to("[name=price-trial_unit_price]")
    person.page.keyboard.type("4380")
    person.tab_to("[name=step-500]")
    person.page.keyboard.type("4500")
    person.tab_to("[name=price-production_unit_price]")
    person.page.keyboard.type("3590.50")
    person.tab_to("[name=delivery_place]")

    expect(person.page.locator(".saving [role=status]")).to_have_text(re.compile("^Saved"))
    expect(totals).to_contain_text(re.compile(r"EUR\s87,600"))
    expect(totals).to_contain_text(re.compile(r"7\.51 of 10"))
    expect(totals).to_contain_text(re.compile(r"One of 500 drones costs EUR\s4,500, one of 20 costs EUR\s4,380"))
    person.look()
    saved = Proposal.objects.get(pk=draft.pk)
    assert saved.prices == {"trial_unit_price": "4380.00", "production_unit_price": "3590.50"}
    assert saved.step_prices == {"500": "4500.00"}


@pytest.mark.parametrize("has_scripts", [True, False])
def test_after_a_refusal_the_keyboard_begins_at_what_stops_it(walk, tender, company, has_scripts):
    person = _at_the_offer(walk, draft_proposal(tender=tender, company=company), has_scripts=has_scripts)
    person.page.fill("[name=partner-1-name]", "x" * 161)

    person.press("Save and continue")

    person.complaints.clear()  # The console names the answer 422.
    expect(person.page.locator(".errors")).to_be_focused()
    person.page.keyboard.press("Tab")
    person.page.keyboard.press("Enter")
    expect(person.page.locator("[name=partner-1-name]")).to_be_in_viewport()


def test_ticks_save_themselves_beside_those_of_another_signatory(walk, tender, company):
    draft = draft_proposal(tender=tender, company=company)
    person, other = (_at_the_offer(walk, draft) for _person in range(2))
    said = ".saving [role=status]"

    person.tab_to("[name=declarations][value=truth]")
    person.page.keyboard.press("Space")
    expect(person.page.locator(said)).to_have_text(re.compile("^Saved"))
    expect(person.page.locator("#id_declarations-truth > .saved")).to_have_text(re.compile("^Saved"))
    other.page.check("[name=declarations][value=sanctions]")
    expect(other.page.locator(said)).to_have_text(re.compile("^Saved"))

    expect(other.page.locator("[name=declarations][value=truth]")).to_be_checked()
    assert Proposal.objects.get(pk=draft.pk).declarations_accepted == ["sanctions", "truth"]
    person.page.uncheck("[name=declarations][value=truth]")
    person.page.locator("[name=trial_support]").press_sequentially("Two engineers")
    person.press("Save and stay here")
    person.look()
    saved = Proposal.objects.get(pk=draft.pk)
    assert (saved.declarations_accepted, saved.trial_support) == (["sanctions"], "Two engineers")


def test_a_tick_that_finds_no_line_waits_with_the_words_that_tell_it(walk, tender, company):
    draft = draft_proposal(tender=tender, company=company)
    person = _at_the_offer(walk, draft)
    person.page.context.set_offline(True)

    person.page.check("[name=declarations][value=truth]")
    told = person.page.evaluate("() => Object.values({...localStorage}).map((kept) => JSON.parse(kept))")

    person.complaints.clear()
    label = next(row["text_en"] for row in tender.declarations if row["code"] == "truth")
    assert [(row["text"], row["title"], row["told"]) for row in told] == [("truth", "The company declares", label)]


def test_partners_come_and_go_by_the_keyboard_without_loading_the_page(walk, tender, company):
    draft = draft_proposal(tender=tender, company=company)
    person = _at_the_offer(walk, draft, is_phone=True)
    page = person.page
    expect(page.get_by_role("button", name="Remove partner 1")).to_be_hidden()
    _name(person, 1, ROTORS)
    expect(page.get_by_role("button", name="Remove partner 1")).to_be_visible()

    person.tab_to("[data-add-partner]")
    page.keyboard.press("Enter")

    expect(page.locator("[name=partner-2-name]")).to_be_focused()
    _name(person, 2, FRAMES)
    expect(page.locator("fieldset:visible legend", has_text="Partner")).to_have_text(["Partner 1", "Partner 2"])
    person.look()
    page.get_by_role("button", name="Remove partner 1").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[name=partner-2-name]")).to_be_focused()
    expect(page.locator("fieldset:visible legend", has_text="Partner")).to_have_text(["Partner 1"])
    person.press("Save and stay here", within=".pager")
    assert _partners(draft) == [FRAMES]


def test_partners_come_and_go_by_buttons_where_no_script_runs(walk, tender, company):
    draft = draft_proposal(tender=tender, company=company)
    person = _at_the_offer(walk, draft, has_scripts=False)

    _name(person, 1, ROTORS)
    person.press("Save and add another partner")
    _name(person, 2, FRAMES)
    person.page.locator("summary").click()
    month = person.page.locator("[name^=capacity-]").first
    month.fill("0")
    person.press("Save and add another partner")
    assert _partners(draft) == [ROTORS, FRAMES]
    person.press("Remove partner 1")

    assert _partners(draft) == [FRAMES]
    assert list(Proposal.objects.get(pk=draft.pk).capacity_by_month.values()) == [0]
    expect(person.page.locator("[name^=capacity-]").first).to_be_visible()
    # Enter in a field saves and stays; it never presses the button of a row.
    person.page.locator("[name=partner-2-name]").focus()
    person.enter()
    assert (_partners(draft), person.path) == ([FRAMES], f"/proposals/{draft.public_id}/offer/")


def test_an_empty_draft_is_filled_and_emptied_in_ukrainian_on_a_phone(walk, tender, company):
    source = complete_proposal(tender=published_tender(template_code="advanced_fpv"), company=company)
    draft = draft_proposal(tender=tender, company=company)
    person = walk(language="uk", is_phone=True)
    person.sign_in(companies.owner_of(company))
    person.go(f"/proposals/{draft.public_id}/")

    person.page.select_option("[name=source]", source.public_id)
    person.press("Copy")
    person.look()
    assert Proposal.objects.get(pk=draft.pk).answers.count() == 18
    person.press("Empty the draft again")

    assert Proposal.objects.get(pk=draft.pk).answers.count() == 0

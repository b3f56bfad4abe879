"""Declare, score, lock, agree and rank: a reviewer and the chair at the desk, in a real browser."""

import pytest
from playwright.sync_api import expect

from tenders.notices.models import ReviewerGroup
from tests.factories.reviews import Review

TECHNICAL, CAPACITY = ReviewerGroup.TECHNICAL, ReviewerGroup.CAPACITY
CRITERIA = ("performance", "links", "maturity")


@pytest.fixture
def story(transactional_db, database_clock):
    """Two opened proposals; the reviewer of Latvia has not declared yet, the one for capacity has locked everything."""
    story = Review(database_clock, [{"name": "Swift Rotor Works"}, {"name": "Hawk Airframes"}], {CAPACITY: ("EE",)})
    story.everybody_reads_everything()
    story.everybody_scores(10)
    story.reviewer = story.name(TECHNICAL, "LV")
    return story


def test_from_the_declaration_to_the_ranking(walk, story):
    number = story.tender.number
    reviewer, chair = walk(), walk()
    reviewer.sign_in(story.reviewer.user)
    chair.sign_in(story.chair)

    declare(reviewer)
    story.assign(*[(opened, story.reviewer) for opened in story.opened])
    score_with_the_mouse(reviewer, "Swift Rotor Works", "8")
    score_with_the_keyboard(reviewer, "Hawk Airframes", "5")
    reviewer.go("/admin/reviews/")
    expect(reviewer.page.locator("h1")).to_have_text("Everything is locked")
    agree_and_rank(chair, number)

    rows = chair.page.locator("ol.rank > li")
    assert [row.inner_text().split("\n")[:2] for row in rows.all()] == [
        ["1", "Swift Rotor Works"],
        ["2", "Hawk Airframes"],
    ]


def declare(person):
    person.go("/admin/")
    person.follow("Interceptor drones", within="ol.tasks")
    person.page.get_by_label("I sign").check()
    person.press("Sign the declaration")


def score_with_the_mouse(person, company, point):
    page = person.page
    person.go("/admin/reviews/")
    person.follow(company, within="table")
    for place, code in enumerate(CRITERIA, start=1):
        page.check(f"[name=points_{code}][value='{point}']")
        page.fill(f"[name=reason_{code}]", f"Shown on page {place}.")
    person.press("Save and lock")
    person.press("Lock the sheet")
    expect(page.locator("#sheet")).to_have_text("Your sheet is locked")


def score_with_the_keyboard(person, company, point):
    """A digit chooses the point of the criterion at hand and Tab goes on; nothing is clicked, and focus can be seen."""
    page, keys = person.page, person.page.keyboard
    person.go("/admin/reviews/")
    person.tab_to(f"tbody a:has-text('{company}')")
    person.enter()
    for place, code in enumerate(CRITERIA, start=1):
        keys.press(point)
        person.tab_to(f"[name=reason_{code}]")
        keys.type(f"Shown on page {place}.")
        keys.press("Tab")
    assert [page.locator(f"[name=points_{code}]:checked").input_value() for code in CRITERIA] == [point] * len(CRITERIA)
    person.tab_to("button[name=go][value=lock]")
    person.enter()
    person.tab_to("button.grave")
    person.enter()
    expect(page.locator("#sheet")).to_have_text("Your sheet is locked")


def agree_and_rank(person, number):
    person.go("/admin/")
    person.follow("Interceptor drones", within="ol.tasks")
    person.follow("Confirm drafted points")
    person.press("Confirm the ticked points")
    person.follow("Go to the ranking")
    person.follow("Make the ranking")
    person.press("Make the ranking")
    person.follow("Hawk Airframes", within="ol.rank")
    with person.page.expect_download() as download:
        person.page.get_by_role("link", name="Download XLSX").click()
    assert download.value.suggested_filename == f"{number}-ranking.xlsx"

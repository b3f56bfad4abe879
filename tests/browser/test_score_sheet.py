"""The score sheet in a real browser: keys choose points, and going on saves what was typed."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tenders.reviews.models import Score
from tests.factories.reviews import TECHNICAL, Review

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sheet(live_server, database_clock, page):
    """A reviewer with two proposals, on the page of the first in their order."""
    story = Review(database_clock, proposals=2, panel={TECHNICAL: ["LV"]})
    story.everybody_reads_everything()
    member = story.members[TECHNICAL, "LV"]
    signed_in = Client()
    signed_in.force_login(member.user)
    session = signed_in.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    first, second = (row.opened for row in member.assignments.order_by("place"))
    address = live_server.url + reverse("admin:desk-review", args=[story.tender.number, first.public_id])
    page.goto(address)
    return page, first, second


def test_the_arrow_to_the_next_proposal_saves_first(sheet):
    page, first, second = sheet

    page.keyboard.press("8")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("1")
    page.get_by_label("Reason, in one sentence").first.fill("Shown on page 3.")
    page.locator("h1").click()
    with page.expect_navigation():
        page.keyboard.press("ArrowRight")

    assert second.public_id in page.url
    stored = {row.criterion.code: (row.points, row.reason) for row in Score.objects.select_related("criterion")}
    assert stored == {"performance": (8, "Shown on page 3."), "links": (10, "")}


def test_an_untouched_sheet_is_left_without_saving(sheet):
    page, _first, second = sheet

    with page.expect_navigation():
        page.keyboard.press("ArrowRight")

    assert second.public_id in page.url
    assert not Score.objects.exists()

"""Queries of the other desk pages: the same literal number for one proposal and for three."""

import pytest
from django.urls import reverse

from tests.factories.reviews import CAPACITY, TECHNICAL

COUNTS = {
    "desk-review": 14,
    "desk-assignments": 12,
    "desk-exclusions": 10,
    "desk-consensus": 16,
    "desk-consensus-drafts": 13,
    "desk-consensus-proposal": 14,
}
PER_PROPOSAL = ("desk-review", "desk-consensus-proposal")


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_take_the_same_queries_for_one_row_and_for_three(review, client_of, rows, django_assert_num_queries):
    story = review(proposals=rows, panel={TECHNICAL: ["LV", "GB"], CAPACITY: ["EE"]})
    story.everybody_reads_everything()
    story.everybody_scores()
    reader, chair = client_of(story.members[TECHNICAL, "LV"].user), client_of(story.chair)
    officer = client_of(story.officer)
    browsers = {"desk-review": reader, "desk-assignments": officer, "desk-exclusions": officer}

    for name, count in COUNTS.items():
        args = [story.tender.number, *([story.opened[0].public_id] if name in PER_PROPOSAL else [])]
        with django_assert_num_queries(count, info=name):
            browsers.get(name, chair).get(reverse(f"admin:{name}", args=args))

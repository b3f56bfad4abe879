"""Who judges reads from the API which proposals are open to them, and nothing of those they have a conflict with."""

import pytest

from tenders.reviews.queries import opened_readable
from tests.factories.reviews import Review
from tests.factories.sessions import signed_in

pytestmark = pytest.mark.django_db


def test_after_the_opening_everybody_has_their_own_list(database_clock):
    story = Review(database_clock, [{"name": "First Works"}, {"name": "Second Works"}])
    address = f"/api/v1/tenders/{story.tender.number}/proposals"
    first, second = story.opened
    reviewer = next(iter(story.members.values()))
    before = signed_in(reviewer.user).get(address).json()
    story.declare(reviewer, second)
    story.assign((first, reviewer))

    after = signed_in(reviewer.user).get(address).json()["data"]
    desk = signed_in(story.officer).get(address).json()["data"]

    assert before == {"data": []}
    assert after == [
        {
            "id": first.public_id,
            "company": {
                "legal_name": first.proposal.company.legal_name,
                "country": str(first.proposal.company.country),
            },
            "drone_model": first.proposal.drone_model.name,
        }
    ]
    assert {row["id"] for row in desk} == {first.public_id, second.public_id}
    assert opened_readable(reviewer.user, story.tender).count() == 1

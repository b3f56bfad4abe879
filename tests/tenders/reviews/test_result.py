from decimal import Decimal

import pytest

from manufacturers.models import CompanyRole
from tenders.reviews.consensus import record
from tenders.reviews.result import result_for_company
from tests.factories import companies
from tests.factories.reviews import CAPACITY, TECHNICAL, Review
from tests.tenders.reviews.conftest import kept


def ranked(say):
    """Two drone models of one company, one below a minimum; a better company; an excluded one."""
    owner = companies.company(name="Two Models Ltd", undertaking=True)
    rows = [
        {"company": owner, "model_name": "One"},
        {"company": owner, "model_name": "Two"},
        {"name": "Better Example Works"},
        {"name": "Weak Example Works"},
    ]
    story = Review(say, proposals=rows, panel={TECHNICAL: ["LV"], CAPACITY: ["EE"]})
    story.everybody_reads_everything()
    one, two, better, weak = story.opened
    story.exclude(weak, reason="Payload 4.2 kg; more than 5 kg is wanted.")
    story.everybody_scores(**{one.public_id: 8, two.public_id: 5, better.public_id: 10})
    story.agree()
    facts = {"by": story.chair, "now": story.later()}
    record(opened=two, criterion=story.criterion("links"), points=0, reason="No log shown, page 4.", **facts)
    story.ranking = story.rank()
    return story


base = kept(ranked)


def test_there_is_no_result_before_it_is_published(story, client_of):
    one = story.opened[0]

    assert result_for_company(one.proposal.company, story.tender) == []
    owner = companies.owner_of(one.proposal.company)
    assert client_of(owner).get(f"/results/{one.public_id}/").status_code == 404


def test_a_company_is_told_its_own_places_points_and_reasons(story):
    one, two, better, weak = story.opened
    published = story.publish(story.ranking)

    results = {result.opened.public_id: result for result in result_for_company(one.proposal.company, story.tender)}

    assert set(results) == {one.public_id, two.public_id}
    first, second = results[one.public_id], results[two.public_id]
    assert (first.rank, first.ranked_count, first.published_at) == (2, 3, published.published_at)
    assert first.total == sum((part.weighted for part in first.criteria), Decimal(0))
    told = {part.criterion.code: (part.points, part.reason, part.is_below_minimum) for part in second.criteria}
    assert told["links"] == (Decimal(0), "No log shown, page 4.", True)
    assert told["performance"] == (Decimal(5), "Shown on page 1 for performance.", False)
    assert told["price"] == (Decimal("6.43"), "", False)
    assert [part.criterion.code for part in second.below_minimum] == ["links"]


def test_an_excluded_company_is_told_the_reason_and_no_rank(story, client_of):
    weak = story.opened[3]
    story.publish(story.ranking)

    [result] = result_for_company(weak.proposal.company, story.tender)

    assert (result.rank, result.total, result.criteria) == (None, None, ())
    assert result.exclusion_reason == "Payload 4.2 kg; more than 5 kg is wanted."
    text = client_of(companies.owner_of(weak.proposal.company)).get(f"/results/{weak.public_id}/").content.decode()
    assert ["Excluded" in text, "Payload 4.2 kg" in text] == [True, True]


def test_the_page_shows_ones_own_result_and_nothing_of_the_others(story, client_of):
    one, _two, better, weak = story.opened
    story.publish(story.ranking)

    text = client_of(companies.owner_of(one.proposal.company)).get(f"/results/{one.public_id}/").content.decode()

    wanted = [
        "Rank 2 of 3",
        "77.645 points out of 100",
        "Shown on page 1 for performance.",
        "How your proposal comes to",
    ]
    assert [word for word in wanted if word not in text] == []
    assert not [word for word in ("Better Example Works", "Weak Example Works", better.public_id) if word in text]


@pytest.mark.parametrize("role", CompanyRole.values)
def test_every_member_of_the_company_may_read_it(story, client_of, role):
    one = story.opened[0]
    story.publish(story.ranking)
    member = companies.person_of(one.proposal.company, role)

    assert client_of(member).get(f"/results/{one.public_id}/").status_code == 200


def test_nobody_else_finds_it(story, client, client_of):
    one, _two, better, _weak = story.opened
    story.publish(story.ranking)
    path = f"/results/{one.public_id}/"
    others = [companies.owner_of(better.proposal.company), story.chair, story.members[TECHNICAL, "LV"].user]

    assert [client_of(user).get(path).status_code for user in others] == [404] * 3
    assert client.get(path)["Location"].startswith("/accounts/login/")
    assert client_of(others[0]).get(f"/results/{'a' * 26}/").status_code == 404

from tenders.reviews.templatetags.results import published_results_of
from tests.factories.reviews import ranked_review


def test_a_tender_is_named_once_its_result_is_published(db, database_clock):
    story, ranking = ranked_review(database_clock, 8, panel={"TECHNICAL": ["LV"], "CAPACITY": ["EE"]})
    company = story.opened[0].proposal.company
    before = published_results_of(company)

    story.publish(ranking)

    assert (before, published_results_of(company)) == (set(), {story.tender.pk})

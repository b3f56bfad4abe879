import pytest

from tenders.proposals.completeness import Overview
from tenders.proposals.draft_content import with_content
from tenders.proposals.models import Proposal
from tests.factories.proposals import draft_proposal

pytestmark = pytest.mark.django_db


def test_content_of_many_proposals_is_fetched_at_once(tender, django_assert_num_queries):
    for _number in range(3):
        draft_proposal(tender=tender)

    with django_assert_num_queries(5):
        overviews = [Overview(proposal) for proposal in with_content(Proposal.objects.all())]
        assert [overview.percent for overview in overviews] == [2, 2, 2]

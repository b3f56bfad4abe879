from datetime import timedelta

import pytest

from coalition_portal import clock
from manufacturers.models import Person
from tenders.proposals.models import Presence
from tenders.proposals.presence import GONE_AFTER, Present, others, seen
from tests.factories.proposals import draft_proposal

pytestmark = pytest.mark.django_db

MICROSECOND = timedelta(microseconds=1)


def test_colleague_is_seen_where_they_were_last(draft, owner, colleague, django_assert_num_queries):
    now = clock.now()
    seen(proposal=draft, task="answers", field="FPV-01", by=colleague, now=now)
    seen(proposal=draft, task="offer", field="", by=owner, now=now)
    with django_assert_num_queries(1):
        seen(proposal=draft, task="answers", field="FPV-02", by=colleague, now=now)

    with django_assert_num_queries(1):
        here = others(proposal=draft, user=owner, now=now)

    assert here == [Present(name=str(colleague), task="answers", field="FPV-02")]
    assert Presence.objects.count() == 2


@pytest.mark.parametrize(("later", "is_here"), [(-MICROSECOND, True), (0 * MICROSECOND, False), (MICROSECOND, False)])
def test_a_minute_later_they_are_gone(draft, owner, colleague, later, is_here):
    now = clock.now()
    seen(proposal=draft, task="answers", field="", by=colleague, now=now)

    assert bool(others(proposal=draft, user=owner, now=now + GONE_AFTER + later)) == is_here


def test_whoever_left_the_company_is_not_shown(draft, owner, colleague):
    now = clock.now()
    seen(proposal=draft, task="answers", field="", by=colleague, now=now)
    Person.objects.filter(user=colleague).delete()

    assert others(proposal=draft, user=owner, now=now) == []


def test_another_proposal_shows_nobody(draft, owner, colleague):
    now = clock.now()
    other = draft_proposal(tender=draft.tender, company=draft.company, by=owner)
    seen(proposal=other, task="answers", field="", by=colleague, now=now)

    assert others(proposal=draft, user=owner, now=now) == []

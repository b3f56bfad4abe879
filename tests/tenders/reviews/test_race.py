"""Two connections at once on one sheet, one panel and one ranking: real rows and locks, no mocks."""

from datetime import timedelta
from functools import partial

import pytest

from coalition_portal import clock
from coalition_portal.ledger.entries import Event
from coalition_portal.ledger.models import Entry
from coalition_portal.lifecycle import IllegalMove
from coalition_portal.permission import Denied
from tenders.reviews.assignment import NotAssignable, assign
from tenders.reviews.conflicts import recuse
from tenders.reviews.making import make_ranking
from tenders.reviews.models import Assignment, Ranking, Score, ScoreSheet
from tenders.reviews.scoring import NotScored, lock_sheet, save_sheet
from tests.concurrency.clients import run_at
from tests.factories.reviews import CAPACITY, TECHNICAL, Review

pytestmark = [pytest.mark.postgres_only, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def story(database_clock):
    story = Review(database_clock, proposals=1, panel={TECHNICAL: ["LV", "GB"], CAPACITY: ["EE"]})
    story.everybody_reads_everything()
    return story


def at_once(*acts):
    instant = clock.now() + timedelta(seconds=0.3)
    return run_at([(instant, act) for act in acts])


def complete(story, points=8):
    assignment = story.assignment(story.opened[0], story.members[TECHNICAL, "LV"])
    scores = {code: (points, f"Page 3 ({code}).") for code in ("performance", "links", "maturity")}
    return assignment, scores


def test_two_tabs_lock_one_sheet_once(story):
    assignment, scores = complete(story)
    by = assignment.member.user
    save_sheet(assignment=assignment, scores=scores, version=0, by=by, now=story.later())

    lock = partial(lock_sheet, assignment=assignment, version=1, by=by)
    results = at_once(*[partial(lock, now=story.later()) for _tab in range(6)])

    sheet = ScoreSheet.objects.get(assignment=assignment)
    assert {result.locked_at for result in results} == {sheet.locked_at}
    assert Entry.objects.filter(event=Event.REVIEWS_SHEET_LOCKED).count() == 1


def test_two_tabs_make_one_sheet(story):
    assignment, scores = complete(story)
    by = assignment.member.user

    save = partial(save_sheet, assignment=assignment, version=0, by=by)
    acts = [partial(save, scores={code: given}, now=story.later()) for code, given in scores.items()]
    results = at_once(*acts, *acts)

    assert [type(result) for result in results] == [ScoreSheet] * 6
    stored = {row.criterion.code: (row.points, row.reason) for row in Score.objects.select_related("criterion")}
    assert (stored, ScoreSheet.objects.get().version) == (scores, 3)


def test_a_tab_that_saves_while_another_locks_changes_nothing_that_is_locked(story):
    assignment, scores = complete(story)
    by = assignment.member.user
    save_sheet(assignment=assignment, scores=scores, version=0, by=by, now=story.later())

    change = {"links": (3, "On second thoughts, page 9.")}
    locked, saved = at_once(
        partial(lock_sheet, assignment=assignment, version=1, by=by, now=story.later()),
        partial(save_sheet, assignment=assignment, scores=change, version=1, by=by, now=story.later()),
    )

    links = Score.objects.get(criterion__code="links")
    if isinstance(saved, IllegalMove):
        assert (locked.state, links.points) == ("LOCKED", 8)
    else:
        assert (type(locked), saved.state, links.points) == (NotScored, "SCORING", 3)


def test_who_recuses_while_locking_has_no_sheet_that_counts(story):
    assignment, scores = complete(story)
    member = assignment.member
    save_sheet(assignment=assignment, scores=scores, version=0, by=member.user, now=story.later())

    locked, _conflicts = at_once(
        partial(lock_sheet, assignment=assignment, by=member.user, now=story.later()),
        partial(recuse, member=member, opened=story.opened[0], reason="A relative.", by=member.user, now=story.later()),
    )

    assert isinstance(locked, ScoreSheet | Denied)
    assert Assignment.objects.get(pk=assignment.pk).ended_at is not None


def test_a_recused_member_is_never_assigned_however_close_the_two_are(story):
    member = story.declare(story.name(TECHNICAL, "EE"))
    opened = story.opened[0]

    made, _conflicts = at_once(
        partial(assign, opened=opened, member=member, by=story.officer, now=story.later()),
        partial(recuse, member=member, opened=opened, reason="A relative.", by=member.user, now=story.later()),
    )

    assert isinstance(made, Assignment | NotAssignable)
    assert not Assignment.objects.filter(member=member, opened=opened, ended_at=None).exists()


def test_the_ranking_is_made_once(story):
    story.everybody_scores()
    story.agree()

    make = partial(make_ranking, tender=story.tender, by=story.chair)
    results = at_once(*[partial(make, now=story.later()) for _tab in range(4)])

    assert {result.pk for result in results} == {Ranking.objects.get().pk}
    assert Entry.objects.filter(event=Event.REVIEWS_RANKING_MADE).count() == 1

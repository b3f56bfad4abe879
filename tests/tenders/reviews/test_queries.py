from django.contrib.auth.models import AnonymousUser

from tenders.reviews.conflicts import recuse
from tenders.reviews.queries import (
    Progress,
    desk_progress,
    opened_on_desk,
    opened_readable,
    opened_visible_to_reviewer,
    others_scores_visible_to,
    places_of,
    progress_of,
    queue_of,
    scored_in,
)
from tests.factories.reviews import CAPACITY, TECHNICAL, Review
from tests.tenders.reviews.conftest import kept


def assigned(say):
    story = Review(say, proposals=3, panel={TECHNICAL: ["LV", "GB"], CAPACITY: ["EE"]})
    story.everybody_reads_everything()
    return story


base = kept(assigned)


def test_a_visitor_has_no_place_and_reads_nothing(story):
    visitor = AnonymousUser()

    assert [list(rows) for rows in (places_of(visitor), queue_of(visitor))] == [[], []]
    assert progress_of(visitor) == {}
    for read in (opened_on_desk, opened_readable, opened_visible_to_reviewer):
        assert list(read(visitor, story.tender)) == []


def test_progress_counts_locked_sheets_of_ones_own(story):
    member = story.members[TECHNICAL, "LV"]
    story.score(story.opened[0], member)
    story.score(story.opened[1], story.members[TECHNICAL, "GB"])

    assert progress_of(member.user) == {story.tender.pk: Progress(assigned=3, locked=1)}
    assert desk_progress(story.chair, [story.tender]) == {story.tender.pk: Progress(assigned=9, locked=2)}


def test_an_excluded_proposal_leaves_queue_and_counts(story):
    member = story.members[TECHNICAL, "LV"]
    story.exclude(story.opened[0])

    assert {row.opened for row in queue_of(member.user)} == set(story.opened[1:])
    assert progress_of(member.user) == {story.tender.pk: Progress(assigned=2, locked=0)}
    assert desk_progress(story.chair, [story.tender]) == {story.tender.pk: Progress(assigned=6, locked=0)}


def test_scored_counts_criteria_with_point_and_reason(story):
    member = story.members[TECHNICAL, "LV"]
    first, second, _third = story.opened
    story.score(first, member, lock=False, links=None)
    story.score(second, member)

    rows = list(queue_of(member.user))

    scored = scored_in(rows)
    assert {row.opened: scored.get(row.pk, 0) for row in rows} == dict(zip(story.opened, [2, 3, 0], strict=True))


def test_others_scores_open_with_ones_own_lock_of_that_proposal_and_group(story):
    first, second, _third = story.opened
    me, other = story.members[TECHNICAL, "LV"], story.members[TECHNICAL, "GB"]
    story.score(first, other, 5)
    story.score(second, other, 5)
    story.score(first, story.members[CAPACITY, "EE"], 10)
    assert list(others_scores_visible_to(me.user, first)) == []

    story.score(first, me)

    seen = [(score.criterion.code, score.points) for score in others_scores_visible_to(me.user, first)]
    assert seen == [("performance", 5), ("links", 5), ("maturity", 5)]
    assert list(others_scores_visible_to(me.user, second)) == []


def test_scores_of_somebody_who_recused_later_are_shown_to_nobody(story):
    first = story.opened[0]
    me, other = story.members[TECHNICAL, "LV"], story.members[TECHNICAL, "GB"]
    story.score(first, other, 5)
    story.score(first, me)

    recuse(member=other, opened=first, reason="It came to light.", by=other.user, now=story.later())

    assert list(others_scores_visible_to(me.user, first)) == []
    assert list(others_scores_visible_to(other.user, first)) == []

import pytest
from django.db import IntegrityError, transaction

from coalition_portal.identity.roles import Role
from coalition_portal.ledger.entries import Event, commit
from coalition_portal.ledger.models import Entry
from coalition_portal.permission import Denied
from tenders.reviews.assignment import end_assignment
from tenders.reviews.board import lines
from tenders.reviews.conflicts import recuse
from tenders.reviews.consensus import NotAgreed, confirm_drafts, draft_for, record
from tenders.reviews.models import ConsensusPoint
from tenders.reviews.spread import Draft
from tests.factories import people
from tests.factories.reviews import CAPACITY, TECHNICAL, Review, become
from tests.tenders.reviews.conftest import kept


def assigned(say):
    story = Review(say, proposals=2, panel={TECHNICAL: ["LV", "GB", "EE"], CAPACITY: ["LV"]})
    story.everybody_reads_everything()
    return story


base = kept(assigned)


def technical(story, *points, opened=None, **by_code):
    """Latvia, the United Kingdom and Estonia give these points, in this order."""
    for code, given in zip(("LV", "GB", "EE"), points, strict=False):
        story.score(opened or story.opened[0], story.members[TECHNICAL, code], given, **by_code)


def agree(story, code="performance", points=5, reason="Discussed, page 3.", by=None, opened=None):
    return record(
        opened=opened or story.opened[0],
        criterion=story.criterion(code),
        points=points,
        reason=reason,
        by=by or story.chair,
        now=story.later(),
    )


def points_of(story):
    rows = ConsensusPoint.objects.filter(opened__tender=story.tender)
    return {
        (opened, code): (points, drafted)
        for opened, code, points, drafted in rows.values_list("opened", "criterion__code", "points", "drafted")
    }


# Drafts


def test_there_is_no_draft_while_a_reviewer_of_the_group_has_not_locked(story):
    technical(story, 8, 8)

    assert draft_for(story.opened[0], story.criterion("performance")) is None


def test_the_draft_stands_once_the_group_has_locked_whatever_the_other_group_does(story):
    technical(story, 8, 10, 10)

    assert draft_for(story.opened[0], story.criterion("links")) == Draft(10, "Shown on page 2 for links.", 1, True)
    assert draft_for(story.opened[0], story.criterion("production")) is None


def test_a_spread_of_two_steps_has_no_drafted_point(story):
    technical(story, 3, 8, 8)

    assert draft_for(story.opened[0], story.criterion("performance")) == Draft(None, "", 2, False)


def test_the_price_has_no_draft(story):
    story.everybody_scores()

    assert draft_for(story.opened[0], story.criterion("price")) is None


def test_a_proposal_without_reviewers_has_no_draft(review):
    story = review(proposals=1, panel={})

    assert draft_for(story.opened[0], story.criterion("performance")) is None


def test_an_absent_reviewer_is_taken_out_and_the_others_decide(story):
    technical(story, 8, 8)
    absent = story.assignment(story.opened[0], story.members[TECHNICAL, "EE"])

    end_assignment(assignment=absent, by=story.officer, now=story.later())

    assert draft_for(story.opened[0], story.criterion("performance")).points == 8


def test_the_points_of_a_reviewer_who_recused_later_count_no_more(story):
    technical(story, 0, 8, 8)
    member, opened = story.members[TECHNICAL, "LV"], story.opened[0]

    recuse(member=member, opened=opened, reason="It came to light.", by=member.user, now=story.later())

    assert draft_for(opened, story.criterion("performance")) == Draft(8, "Shown on page 1 for performance.", 0, True)


# The board


def test_the_board_tells_points_by_country_and_who_is_missing(story):
    technical(story, 3, 8)

    [line] = lines(story.tender, [story.opened[0]])

    told = {
        row.criterion.code: ([(given.country, given.points) for given in row.given], row.waiting) for row in line.rows
    }
    technical_row = ([("Latvia", 3), ("United Kingdom", 8)], 1)
    assert told == {
        "performance": technical_row,
        "links": technical_row,
        "maturity": technical_row,
        "production": ([], 1),
        "support": ([], 1),
        "supply_chain": ([], 1),
    }


def test_the_board_says_what_there_is_to_do(story):
    first, second = story.opened
    technical(story, 3, 8, 8, maturity=8)
    technical(story, 8, 8, 8, opened=second)
    story.score(second, story.members[CAPACITY, "LV"])
    agree(story, "links")

    [one, two] = lines(story.tender, [first, second])

    def codes(rows):
        return [row.criterion.code for row in rows]

    assert [codes(one.recorded), codes(one.drafted), codes(one.to_discuss), codes(one.waiting)] == [
        ["links"],
        ["maturity"],
        ["performance"],
        ["production", "support", "supply_chain"],
    ]
    assert (one.task, two.task) == (("warn", "To discuss: 1"), ("now", "Drafted: 6"))
    confirm_drafts(tender=story.tender, by=story.chair, now=story.later())
    [one, two] = lines(story.tender, [first, second])
    assert (one.task, two.task) == (("warn", "To discuss: 1"), ("good", "Agreed"))
    agree(story, "performance")
    [one] = lines(story.tender, [first])
    assert one.task == ("quiet", "Waits for reviewers")


# Recording


def test_a_discussed_point_is_recorded_and_can_be_recorded_anew(story):
    technical(story, 3, 8, 8)

    agree(story, points=8, reason="  First word, page 3. ")
    point = agree(story, points=5, reason="Second word, page 4.")

    entry = Entry.objects.order_by("-index").first()
    secret = [[story.opened[0].public_id, "performance", 5, "Second word, page 4."]]
    assert ConsensusPoint.objects.get() == point
    assert (point.points, point.reason, point.drafted) == (5, "Second word, page 4.", False)
    assert (point.recorded_by, point.recorded_at) == (story.chair, story.now)
    assert (entry.event, entry.commitment) == (
        Event.REVIEWS_CONSENSUS_RECORDED,
        commit(point.salt, {"consensus": secret}),
    )


@pytest.mark.parametrize(
    ("given", "field", "told"),
    [
        ({"points": 4}, "points", "no point of the scale"),
        ({"reason": "  "}, "reason", "needs its recorded reason"),
        ({"reason": "x" * 1001}, "reason", "1001 characters"),
        ({"code": "price"}, None, "not scored by the panel"),
        ({"code": "production"}, None, "Not every reviewer of this group has locked"),
    ],
)
def test_what_cannot_be_recorded_is_refused(story, given, field, told):
    technical(story, 3, 8, 8)

    with pytest.raises(NotAgreed, match=told) as refused:
        agree(story, **given)

    assert (refused.value.field, points_of(story)) == (field, {})


def test_an_excluded_proposal_is_not_agreed_on(story):
    technical(story, 8, 8, 8)
    story.exclude(story.opened[0])

    with pytest.raises(NotAgreed, match="excluded"):
        agree(story)
    assert confirm_drafts(tender=story.tender, by=story.chair, now=story.later()) == []


def test_only_the_chair_records_and_confirms(story):
    technical(story, 8, 8, 8)

    for other in (story.officer, people.chair("EE"), story.members[TECHNICAL, "LV"].user):
        with pytest.raises(Denied):
            agree(story, by=other)
        with pytest.raises(Denied):
            confirm_drafts(tender=story.tender, by=other, now=story.later())


def test_confirming_takes_every_draft_that_is_not_recorded(story):
    first, second = story.opened
    technical(story, 8, 8, 10, maturity=3)
    technical(story, 3, 8, 8, opened=second, links=5)
    agree(story, "performance", points=10)

    confirm_drafts(tender=story.tender, by=story.chair, now=story.later())
    entries = Entry.objects.count()
    again = confirm_drafts(tender=story.tender, by=story.chair, now=story.later())

    assert points_of(story) == {
        (first.pk, "performance"): (10, False),
        (first.pk, "links"): (8, True),
        (first.pk, "maturity"): (3, True),
        (second.pk, "links"): (5, True),
    }
    assert (again, Entry.objects.count()) == ([], entries)


def test_confirming_a_list_takes_only_what_is_on_it_and_drafted(story):
    first, second = story.opened
    technical(story, 8, 8, 8)
    technical(story, 3, 8, 8, opened=second)
    keys = [(first.public_id, "links"), (second.public_id, "links"), ("nowhere", "links"), (first.public_id, "price")]

    confirm_drafts(tender=story.tender, by=story.chair, now=story.later(), keys=keys)

    assert points_of(story) == {(first.pk, "links"): (8, True)}


def test_a_chair_who_is_recused_confirms_around_it(story):
    first, second = story.opened
    technical(story, 8, 8, 8)
    technical(story, 8, 8, 8, opened=second)
    member = story.members[TECHNICAL, "EE"]
    recuse(member=member, opened=first, reason="A relative.", by=member.user, now=story.later())
    become(member.user, Role.CHAIR, "EE")
    story.tender.second_approver = member.user
    story.tender.save()

    confirm_drafts(tender=story.tender, by=member.user, now=story.later())

    assert {opened for opened, _code in points_of(story)} == {second.pk}
    with pytest.raises(Denied, match="recused"):
        agree(story, by=member.user)


def test_consensus_is_final_once_the_ranking_is_made(story):
    story.everybody_scores()
    story.agree()
    story.rank()
    point = ConsensusPoint.objects.first()

    with pytest.raises(Denied, match="before the ranking"):
        agree(story)
    acts = [
        lambda: ConsensusPoint.objects.filter(pk=point.pk).update(points=10),
        lambda: ConsensusPoint.objects.filter(pk=point.pk).delete(),
    ]
    for act in acts:
        with pytest.raises(IntegrityError, match="final once the ranking"), transaction.atomic():
            act()

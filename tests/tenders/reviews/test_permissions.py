"""Truth tables: one row for each kind of person, one column for each question."""

import pytest

from coalition_portal.identity.granting import end_role
from coalition_portal.identity.roles import Role
from coalition_portal.permission import Denied
from tenders.reviews.assignment import end_assignment
from tenders.reviews.conflicts import recuse
from tenders.reviews.panel import remove_panel_member
from tenders.reviews.permissions import (
    can_lead_consensus,
    can_make_ranking,
    can_publish_result,
    can_record,
    can_review,
    can_run_panel,
    can_score,
    check_can_score,
)
from tests.factories import people
from tests.factories.companies import owner_of
from tests.factories.reviews import CAPACITY, TECHNICAL, Review, become
from tests.tenders.reviews.conftest import kept


def in_review(say):
    story = Review(say, proposals=2)
    story.everybody_reads_everything()
    return story


base = kept(in_review)

PEOPLE = {
    "the chair of the tender": lambda story: story.chair,
    "another chair": lambda story: people.chair("EE"),
    "the officer of the tender": lambda story: story.officer,
    "an officer of the same country": lambda story: people.officer("LV"),
    "an officer of another country": lambda story: people.officer("EE"),
    "an officer of the secretariat": lambda story: people.staff(Role.OFFICER),
    "an opener": lambda story: people.opener("EE"),
    "a reviewer on the panel": lambda story: story.members[TECHNICAL, "LV"].user,
    "a reviewer in the other group": lambda story: story.members[CAPACITY, "LV"].user,
    "a reviewer not on the panel": lambda story: people.reviewer("GB"),
    "a user adviser": lambda story: people.staff(Role.ADVISER, "UA"),
    "a head of delegation": lambda story: people.head("LV"),
    "an auditor": lambda story: people.staff(Role.AUDITOR),
    "an operator": lambda story: people.staff(Role.OPERATOR),
    "a bidder": lambda story: owner_of(story.opened[0].proposal.company),
    "a person without a role": lambda story: people.person(),
}


def answers(story, user):
    member = story.members[TECHNICAL, "LV"]
    opened = story.opened[0]
    return {
        "run panel": can_run_panel(user, story.tender),
        "review": can_review(user, member),
        "score": can_score(user, story.assignment(opened, member)),
        "lead": can_lead_consensus(user, story.tender),
        "record": can_record(user, story.tender, opened.pk),
        "rank": can_make_ranking(user, story.tender),
        "publish": can_publish_result(user, story.tender),
    }


NOTHING = dict.fromkeys(["run panel", "review", "score", "lead", "record", "rank", "publish"], False)
TABLE = {
    "the chair of the tender": ["run panel", "lead", "record", "rank", "publish"],
    "the officer of the tender": ["run panel", "publish"],
    "an officer of the same country": ["run panel", "publish"],
    "a reviewer on the panel": ["review", "score"],
}


@pytest.mark.parametrize("who", PEOPLE)
def test_who_may_do_what_in_a_tender_in_review(story, who):
    user = PEOPLE[who](story)

    assert answers(story, user) == NOTHING | dict.fromkeys(TABLE.get(who, []), True)


def excluded(story, member, opened):
    story.exclude(opened)


def ended(story, member, opened):
    end_assignment(assignment=story.assignment(opened, member), by=story.officer, now=story.later())


def recused(story, member, opened):
    recuse(member=member, opened=opened, reason="A relative.", by=member.user, now=story.later())


def removed(story, member, opened):
    remove_panel_member(member=member, by=story.officer, now=story.later())


def no_longer_reviewer(story, member, opened):
    end_role(grant=people.grant_of(member.user, Role.REVIEWER), by=None, now=story.later())


def now_a_chair(story, member, opened):
    become(member.user, Role.CHAIR, "LV")


def ranked(story, member, opened):
    story.everybody_scores()
    story.agree()
    story.rank()


@pytest.mark.parametrize("event", [excluded, ended, recused, removed, no_longer_reviewer, now_a_chair, ranked])
def test_a_reviewer_scores_no_more_after(story, event):
    member, opened = story.members[TECHNICAL, "LV"], story.opened[0]
    assert can_score(member.user, story.assignment(opened, member))

    event(story, member, opened)

    assert not can_score(member.user, story.assignment(opened, member))


def test_a_reviewer_who_has_not_declared_is_told_so(review):
    story = review(proposals=1, panel={TECHNICAL: ["LV"]})
    member = story.members[TECHNICAL, "LV"]
    [assignment] = story.assign((story.opened[0], member))

    with pytest.raises(Denied, match="Declare your conflicts"):
        check_can_score(member.user, assignment)


def test_a_chair_who_once_declared_a_conflict_neither_records_there_nor_ranks(story):
    opened, other = story.opened
    member = story.members[TECHNICAL, "EE"]
    recuse(member=member, opened=opened, reason="A relative.", by=member.user, now=story.later())
    become(member.user, Role.CHAIR, "EE")
    story.tender.second_approver = member.user
    story.tender.save()

    told = {
        "lead": can_lead_consensus(member.user, story.tender),
        "record on it": can_record(member.user, story.tender, opened.pk),
        "record on another": can_record(member.user, story.tender, other.pk),
        "rank": can_make_ranking(member.user, story.tender),
    }

    assert told == {"lead": True, "record on it": False, "record on another": True, "rank": False}

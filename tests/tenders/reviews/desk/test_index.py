import pytest
from django.urls import reverse

from coalition_portal import clock
from coalition_portal.identity.roles import Role
from tenders.notices.publishing import request_publication
from tenders.reviews.desk.index import links_for, tasks_for
from tests.factories import people
from tests.factories.cutoffs import CutOff
from tests.factories.reviews import CAPACITY, TECHNICAL, Review
from tests.factories.tenders import draft_tender
from tests.tenders.reviews.conftest import kept


def assigned(say):
    story = Review(say, proposals=2, panel={TECHNICAL: ["LV"], CAPACITY: ["EE"]})
    story.assign(*[(one, member) for one in story.opened for member in story.members.values()])
    return story


base = kept(assigned)


def waiting(story, user):
    return [(task.word, task.need) for task in tasks_for(user, story.later())]


def test_a_reviewer_declares_then_scores_then_has_nothing_left(story):
    member = story.members[TECHNICAL, "LV"]

    assert waiting(story, member.user) == [("To declare", "Declare conflicts, before anything is shown")]
    story.declare(member)
    assert waiting(story, member.user) == [("To score", "2 proposals are left to score")]
    story.score(story.opened[0], member)
    assert waiting(story, member.user) == [("To score", "1 proposal is left to score")]
    story.score(story.opened[1], member)
    assert waiting(story, member.user) == []


def test_a_chair_agrees_then_ranks_then_has_nothing_left(story):
    for member in story.members.values():
        story.declare(member)
    assert waiting(story, story.chair) == [("To agree", "12 points are left to agree")]
    story.everybody_scores()
    story.agree()
    assert waiting(story, story.chair) == [("To rank", "Everything is agreed. Make the ranking.")]
    story.rank()
    assert waiting(story, story.chair) == []


def test_a_chair_finds_the_requests_that_wait_for_a_word(story):
    tender = draft_tender(officer=story.officer, approver=story.chair)
    request_publication(tender=tender, by=story.officer, now=story.now)

    assert ("To decide", f"Publication: asked for by {story.officer}") in waiting(story, story.chair)
    assert waiting(story, story.officer) == []


def test_an_opening_waits_for_those_who_take_part_and_not_for_auditors(db, database_clock):
    CutOff(database_clock).close()
    people_of = {role: people.staff(role) for role in (Role.CHAIR, Role.OPENER, Role.OFFICER, Role.AUDITOR)}

    told = {role: [task.word for task in tasks_for(user, clock.now())] for role, user in people_of.items()}

    assert told == {Role.CHAIR: ["To open"], Role.OPENER: ["To open"], Role.OFFICER: ["To open"], Role.AUDITOR: []}


@pytest.mark.parametrize(
    ("role", "names"),
    [
        (Role.OFFICER, ["desk-tenders", "desk-openings", "desk-queue"]),
        (Role.CHAIR, ["desk-tenders", "desk-openings", "desk-queue"]),
        (Role.OPENER, ["desk-openings"]),
        (Role.REVIEWER, ["desk-queue"]),
        (Role.AUDITOR, ["desk-tenders", "desk-openings", "desk-queue"]),
        (Role.ADVISER, []),
        (Role.HEAD, []),
        (Role.OPERATOR, []),
    ],
)
def test_links_by_role(db, client_of, role, names):
    user = people.staff(role)

    links = [link["url"] for link in links_for(user)]

    page = client_of(user).get(reverse("admin:index"))
    assert links == [reverse(f"admin:{name}") for name in names]
    assert (page.status_code, [url for url in links if url not in page.content.decode()]) == (200, [])
    assert [client_of(user).get(url).status_code for url in links] == [200] * len(links)

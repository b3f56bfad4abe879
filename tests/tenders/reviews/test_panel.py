import pytest

from coalition_portal.identity.granting import end_role
from coalition_portal.identity.roles import Role
from coalition_portal.ledger.entries import Event, commit
from coalition_portal.ledger.models import Entry
from coalition_portal.permission import Denied
from tenders.notices.states import TenderState
from tenders.reviews.models import Assignment, PanelMember
from tenders.reviews.panel import NotNamed, name_panel_member, remove_panel_member
from tests.factories import people
from tests.factories.reviews import CAPACITY, TECHNICAL, Review
from tests.factories.tenders import published_tender
from tests.tenders.reviews.conftest import kept

base = kept(lambda say: Review(say, proposals=2, panel={TECHNICAL: ["LV", "GB"]}))


def name(story, user, group=TECHNICAL, by=None):
    return name_panel_member(tender=story.tender, user=user, group=group, by=by or story.officer, now=story.later())


def test_a_reviewer_of_a_panel_country_gets_a_place(story):
    user = people.reviewer("EE")

    member = name(story, user, CAPACITY)

    kept_as = {"group": member.group, "country": member.country_id, "by": member.named_by, "removed": member.removed_at}
    assert kept_as == {"group": "CAPACITY", "country": "EE", "by": story.officer, "removed": None}


def test_the_log_commits_to_the_person_and_shows_nobody(story):
    user = people.reviewer("EE")

    member = name(story, user)

    entry = Entry.objects.order_by("-index").first()
    secret = {"user": user.public_id, "group": "TECHNICAL", "country": "EE", "act": "named"}
    assert (entry.event, entry.subject) == (Event.REVIEWS_PANEL_CHANGED, story.tender.number)
    assert entry.commitment == commit(member.salt, secret)
    assert user.public_id.encode() not in bytes(entry.body)


def test_a_panel_can_be_named_before_the_opening(db):
    tender = published_tender()
    user = people.reviewer("LV")

    name_panel_member(tender=tender, user=user, group=TECHNICAL, by=tender.officer, now=tender.published_at)

    assert PanelMember.objects.get(tender=tender).user == user


def test_naming_twice_changes_nothing(story):
    member = story.members[TECHNICAL, "LV"]
    entries = Entry.objects.count()

    again = name(story, member.user)

    assert (again, again.named_at, Entry.objects.count()) == (member, member.named_at, entries)


def test_a_place_in_the_other_group_has_to_be_removed_first(story):
    with pytest.raises(NotNamed, match="other group"):
        name(story, story.members[TECHNICAL, "LV"].user, CAPACITY)


def test_a_removed_member_comes_back_and_may_change_the_group_when_never_assigned(story):
    member = story.members[TECHNICAL, "LV"]
    remove_panel_member(member=member, by=story.officer, now=story.later())

    again = name(story, member.user, CAPACITY)

    assert (again.pk, again.group, again.removed_at) == (member.pk, "CAPACITY", None)


def test_a_removed_member_who_was_assigned_comes_back_to_the_same_group_only(story):
    member = story.members[TECHNICAL, "LV"]
    story.assign((story.opened[0], member))
    remove_panel_member(member=member, by=story.officer, now=story.later())

    with pytest.raises(NotNamed, match="that group only"):
        name(story, member.user, CAPACITY)

    assert name(story, member.user, TECHNICAL).removed_at is None


@pytest.mark.parametrize(
    ("who", "told"),
    [
        (lambda: people.reviewer("PL"), "no panel country"),
        (lambda: people.person(), "no reviewer"),
        (lambda: people.staff(Role.ADVISER, "EE"), "no reviewer"),
        (lambda: people.officer("EE"), "no reviewer"),
    ],
)
def test_others_are_refused(story, who, told):
    with pytest.raises(NotNamed, match=told):
        name(story, who())


def test_a_reviewer_whose_role_has_ended_is_refused(story):
    user = people.reviewer("EE")
    end_role(grant=people.grant_of(user, Role.REVIEWER), by=None, now=story.later())

    with pytest.raises(NotNamed, match="no reviewer"):
        name(story, user)


def test_nobody_is_named_once_the_ranking_is_made(story):
    story.tender.state = TenderState.RANKED
    story.tender.save()

    with pytest.raises(NotNamed, match="before the ranking"):
        name(story, people.reviewer("EE"))


def test_only_those_who_run_the_panel_name_and_remove(story):
    stranger = people.officer("EE")

    with pytest.raises(Denied):
        name(story, people.reviewer("EE"), by=stranger)
    with pytest.raises(Denied):
        remove_panel_member(member=story.members[TECHNICAL, "LV"], by=stranger, now=story.later())


def test_removing_ends_what_is_open_and_keeps_what_is_locked(story):
    member = story.members[TECHNICAL, "LV"]
    story.declare(member)
    story.assign(*[(opened, member) for opened in story.opened])
    story.score(story.opened[0], member)

    at = story.later()
    remove_panel_member(member=member, by=story.officer, now=at)
    remove_panel_member(member=member, by=story.officer, now=story.later())

    member.refresh_from_db()
    ended = dict(Assignment.objects.filter(member=member).values_list("opened", "ended_at"))
    assert member.removed_at == at
    assert ended == {story.opened[0].pk: None, story.opened[1].pk: at}

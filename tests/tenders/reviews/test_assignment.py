import pytest
from django.db import IntegrityError, transaction

from coalition_portal.identity.roles import Role
from coalition_portal.ledger.entries import Event, commit
from coalition_portal.ledger.models import Entry
from coalition_portal.permission import Denied
from tenders.notices.states import TenderState
from tenders.proposals import vault
from tenders.reviews.assignment import NotAssignable, assign, end_assignment, set_board
from tenders.reviews.conflicts import recuse
from tenders.reviews.models import Assignment
from tenders.reviews.panel import name_panel_member, remove_panel_member
from tests.factories import people
from tests.factories.reviews import CAPACITY, TECHNICAL, Review, become
from tests.factories.tenders import published_tender
from tests.tenders.reviews.conftest import kept


def opened(say):
    return Review(
        say, proposals=[{"country": "UA"}, {"country": "LV"}], panel={TECHNICAL: ["LV", "GB"], CAPACITY: ["LV"]}
    )


base = kept(opened)


def live(story):
    rows = Assignment.objects.filter(opened__tender=story.tender, ended_at=None)
    return set(rows.values_list("opened", "member"))


def test_assignments_made_together_are_one_entry_whose_commitment_names_them(story):
    first, second = story.opened
    member = story.members[TECHNICAL, "GB"]

    made = story.assign((first, member), (second, member))

    entry = Entry.objects.order_by("-index").first()
    named = sorted([one.public_id, member.user.public_id] for one in (first, second))
    assert live(story) == {(first.pk, member.pk), (second.pk, member.pk)}
    assert {row.salt for row in made} == {made[0].salt}
    assert (entry.event, entry.commitment) == (
        Event.REVIEWS_ASSIGNMENT_MADE,
        commit(made[0].salt, {"assigned": named}),
    )


def test_assigning_twice_changes_nothing(story):
    first, member = story.opened[0], story.members[TECHNICAL, "GB"]
    [made] = story.assign((first, member))
    entries = Entry.objects.count()

    [again] = story.assign((first, member))

    assert (again.pk, again.assigned_at, Entry.objects.count()) == (made.pk, made.assigned_at, entries)


def test_an_ended_assignment_can_be_made_again_with_what_was_scored_so_far(story):
    first, member = story.opened[0], story.members[TECHNICAL, "GB"]
    story.declare(member)
    [made] = story.assign((first, member))
    story.score(first, member, lock=False)
    end_assignment(assignment=made, by=story.officer, now=story.later())

    [again] = story.assign((first, member))

    assert (again.pk, again.ended_at, again.sheet.scores.count()) == (made.pk, None, 3)


def test_one_reviewer_of_the_companys_own_country_for_each_group_and_no_second(story):
    ukrainian, latvian = story.opened
    one, two = story.members[TECHNICAL, "LV"], story.name(TECHNICAL, "LV")
    elsewhere = story.members[CAPACITY, "LV"]

    story.assign((latvian, one), (latvian, elsewhere), (ukrainian, one), (ukrainian, two))

    with pytest.raises(NotAssignable, match="one reviewer of Latvia scores it in this group already"):
        story.assign((latvian, two))


def test_the_cap_counts_live_assignments_only_and_the_board_ends_before_it_assigns(story):
    latvian = story.opened[1]
    one, two = story.members[TECHNICAL, "LV"], story.name(TECHNICAL, "LV")
    [made] = story.assign((latvian, one))

    set_board(tender=story.tender, assign=[(latvian, two)], end=[made], by=story.officer, now=story.later())

    assert live(story) == {(latvian.pk, two.pk)}


def test_all_pairs_or_none(story):
    first, member = story.opened[0], story.members[TECHNICAL, "GB"]
    other = story.members[TECHNICAL, "LV"]
    remove_panel_member(member=other, by=story.officer, now=story.later())

    with pytest.raises(NotAssignable, match="no longer on the panel"):
        story.assign((first, member), (first, other))

    assert live(story) == set()


def test_a_recused_member_cannot_be_assigned_by_the_verb_nor_by_the_database(story):
    first, member = story.opened[0], story.members[TECHNICAL, "GB"]
    story.declare(member, first)

    with pytest.raises(NotAssignable, match="recused"):
        story.assign((first, member))
    with pytest.raises(IntegrityError, match="recused member"), transaction.atomic():
        Assignment.objects.create(
            member=member, opened=first, assigned_by=story.officer, assigned_at=story.now, salt="0" * 32
        )


def test_an_excluded_proposal_needs_no_reviewer(story):
    story.exclude(story.opened[0])

    with pytest.raises(NotAssignable, match="excluded"):
        story.assign((story.opened[0], story.members[TECHNICAL, "GB"]))


def test_nobody_joins_after_the_group_has_agreed(story):
    first, member = story.opened[0], story.members[TECHNICAL, "GB"]
    story.declare(member)
    story.assign((first, member))
    story.score(first, member)
    story.agree()

    with pytest.raises(NotAssignable, match="consensus of this group"):
        story.assign((first, story.members[TECHNICAL, "LV"]))
    story.assign((first, story.members[CAPACITY, "LV"]))


def test_a_pair_of_another_tender_is_refused(story):
    elsewhere = published_tender(officer=story.officer)
    foreign = name_panel_member(
        tender=elsewhere, user=people.reviewer("EE"), group=TECHNICAL, by=story.officer, now=story.later()
    )

    with pytest.raises(NotAssignable, match="not of this tender"):
        story.assign((story.opened[0], foreign))


def test_nothing_is_assigned_or_ended_after_the_ranking(story):
    first, member = story.opened[0], story.members[TECHNICAL, "GB"]
    [made] = story.assign((first, member))
    story.tender.state = TenderState.RANKED
    story.tender.save()

    with pytest.raises(NotAssignable, match="before the ranking"):
        story.assign((story.opened[1], member))
    with pytest.raises(NotAssignable, match="before the ranking"):
        end_assignment(assignment=made, by=story.officer, now=story.later())


def test_a_locked_sheet_keeps_its_assignment_and_ending_twice_changes_nothing(story):
    first, second = story.opened
    member = story.members[TECHNICAL, "GB"]
    story.declare(member)
    [locked, open_one] = story.assign((first, member), (second, member))
    story.score(first, member)

    with pytest.raises(NotAssignable, match="has locked"):
        end_assignment(assignment=locked, by=story.officer, now=story.later())
    at = story.later()
    end_assignment(assignment=open_one, by=story.officer, now=at)
    entries = Entry.objects.count()
    again = end_assignment(assignment=open_one, by=story.officer, now=story.later())

    assert (again.ended_at, Entry.objects.count()) == (at, entries)


def test_who_is_recused_neither_assigns_nor_ends_there(story):
    first, member = story.opened[0], story.members[TECHNICAL, "LV"]
    other = story.members[TECHNICAL, "GB"]
    story.declare(member)
    recuse(member=member, opened=first, reason="A relative.", by=member.user, now=story.later())
    [made] = story.assign((first, other))
    become(member.user, Role.OFFICER, "LV")

    with pytest.raises(NotAssignable, match="not of this tender"):
        assign(opened=first, member=story.members[CAPACITY, "LV"], by=member.user, now=story.later())
    with pytest.raises(NotAssignable, match="not of this tender"):
        end_assignment(assignment=made, by=member.user, now=story.later())


def test_one_pair_is_assigned_alone(story):
    first, member = story.opened[0], story.members[TECHNICAL, "GB"]

    made = assign(opened=first, member=member, by=story.chair, now=story.later())

    assert (made.opened, made.member, made.assigned_by) == (first, member, story.chair)


def test_a_submission_that_could_not_be_read_is_not_assigned(db, database_clock, monkeypatch):
    def broken(bundle):
        raise vault.ContentMismatch("The stored version has another digest.")

    monkeypatch.setattr(vault, "read_manifest", broken)
    story = Review(database_clock, proposals=1, panel={TECHNICAL: ["LV"]})

    with pytest.raises(NotAssignable, match="could not be read"):
        story.assign((story.opened[0], story.members[TECHNICAL, "LV"]))


def test_only_those_who_run_the_panel_assign(story):
    with pytest.raises(Denied):
        assign(opened=story.opened[0], member=story.members[TECHNICAL, "GB"], by=people.opener("EE"), now=story.now)


def test_reviewers_read_in_an_order_of_their_own(story):
    first, second = story.opened
    made = story.assign(*[(one, member) for one in (first, second) for member in story.members.values()])

    assert len({row.place for row in made}) == len(made)

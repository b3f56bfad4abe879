import pytest
from django.db import IntegrityError, transaction

from coalition_portal.ledger.entries import Event, commit
from coalition_portal.ledger.models import Entry
from coalition_portal.permission import Denied
from tenders.notices.states import TenderState
from tenders.reviews.conflicts import NotDeclared, declare, recuse
from tenders.reviews.models import Assignment, Conflict, Declaration
from tests.factories import companies, people
from tests.factories.reviews import TECHNICAL, Review
from tests.tenders.reviews.conftest import kept


def with_two_of_one_company(say):
    """Three proposals, the first and the last of one company with two drone models."""
    company = companies.company(name="Two Models Ltd", undertaking=True)
    return Review(
        say,
        proposals=[{"company": company, "model_name": "One"}, {}, {"company": company, "model_name": "Two"}],
        panel={TECHNICAL: ["LV", "GB"]},
    )


base = kept(with_two_of_one_company)


def conflicts_of(member):
    return dict(Conflict.objects.filter(member=member).values_list("opened__public_id", "reason"))


def sign(story, member, conflicts, by=None):
    return declare(member=member, conflicts=conflicts, by=by or member.user, now=story.later())


def test_none_is_a_full_answer(story):
    member = story.members[TECHNICAL, "LV"]

    declaration = sign(story, member, {})

    assert (declaration.signed_at, conflicts_of(member)) == (story.now, {})


def test_a_conflict_covers_all_proposals_of_the_company_and_ends_their_assignments(story):
    one, other, two = story.opened
    member = story.members[TECHNICAL, "LV"]
    story.assign((one, member), (other, member), (two, member))

    declaration = sign(story, member, {two.public_id: " My brother works there. "})

    ended = dict(Assignment.objects.filter(member=member).values_list("opened", "ended_at"))
    assert conflicts_of(member) == dict.fromkeys([one.public_id, two.public_id], "My brother works there.")
    assert ended == {one.pk: declaration.signed_at, other.pk: None, two.pk: declaration.signed_at}


def test_the_log_commits_to_the_declaration_and_looks_the_same_with_and_without_conflicts(story):
    with_one, without = story.members[TECHNICAL, "LV"], story.members[TECHNICAL, "GB"]
    opened = story.opened[1]

    signed = sign(story, with_one, {opened.public_id: "A friend."})
    sign(story, without, {})

    first, second = Entry.objects.order_by("-index")[:2][::-1]
    secret = {"user": with_one.user.public_id, "conflicts": {opened.public_id: "A friend."}}
    assert first.commitment == commit(signed.salt, secret)
    assert (first.event, first.subject) == (second.event, second.subject)
    assert first.event == Event.REVIEWS_CONFLICTS_DECLARED
    assert len(bytes(first.body)) == len(bytes(second.body))


def test_the_same_signature_twice_is_the_first_one_and_another_one_is_refused(story):
    one, other, _two = story.opened
    member = story.members[TECHNICAL, "LV"]
    first = sign(story, member, {one.public_id: "A friend."})

    assert sign(story, member, {one.public_id: "A friend."}) == first
    assert sign(story, member, {}) == first
    with pytest.raises(NotDeclared, match="signed for this tender already"):
        sign(story, member, {other.public_id: "A friend."})
    assert Declaration.objects.get(member=member).signed_at == first.signed_at


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_conflict_needs_its_reason(story, reason):
    member, opened = story.members[TECHNICAL, "LV"], story.opened[0]

    with pytest.raises(NotDeclared, match="needs its reason") as refused:
        sign(story, member, {opened.public_id: reason})

    assert refused.value.field == opened.public_id
    assert not Declaration.objects.filter(member=member).exists()


def test_a_company_that_is_not_on_the_list_is_refused(story):
    with pytest.raises(NotDeclared, match="not on the list"):
        sign(story, story.members[TECHNICAL, "LV"], {"a" * 26: "A friend."})


def test_only_the_member_declares_and_only_in_review(story):
    member = story.members[TECHNICAL, "LV"]

    for other in (story.officer, story.chair, story.members[TECHNICAL, "GB"].user, people.reviewer("EE")):
        with pytest.raises(Denied):
            sign(story, member, {}, by=other)
    story.tender.state = TenderState.RANKED
    story.tender.save()
    with pytest.raises(Denied, match="not in review"):
        sign(story, member, {})


def test_a_later_conflict_takes_away_what_was_locked(story):
    one, other, two = story.opened
    member = story.members[TECHNICAL, "LV"]
    sign(story, member, {})
    story.assign((one, member), (other, member))
    story.score(one, member)

    made = recuse(member=member, opened=two, reason="It came to light.", by=member.user, now=story.later())

    entry = Entry.objects.order_by("-index").first()
    reasons = dict.fromkeys([one.public_id, two.public_id], "It came to light.")
    assert conflicts_of(member) == reasons
    assert Assignment.objects.get(member=member, opened=one).ended_at == story.now
    assert entry.commitment == commit(made[0].salt, {"user": member.user.public_id, "conflicts": reasons})


def test_a_later_conflict_told_twice_is_the_first_one(story):
    member, opened = story.members[TECHNICAL, "LV"], story.opened[1]
    sign(story, member, {})
    made = recuse(member=member, opened=opened, reason="It came to light.", by=member.user, now=story.later())

    again = recuse(member=member, opened=opened, reason="Another reason.", by=member.user, now=story.later())

    assert (again, conflicts_of(member)) == (made, {opened.public_id: "It came to light."})


def test_a_later_conflict_comes_after_the_signature(story):
    member = story.members[TECHNICAL, "LV"]

    with pytest.raises(NotDeclared, match="whole list"):
        recuse(member=member, opened=story.opened[1], reason="A friend.", by=member.user, now=story.later())


@pytest.mark.parametrize("rows", [Conflict, Declaration])
def test_signatures_and_conflicts_cannot_be_taken_back(story, rows):
    member = story.members[TECHNICAL, "LV"]
    sign(story, member, {story.opened[0].public_id: "A friend."})

    for act in (lambda: rows.objects.filter(member=member).delete(), lambda: rows.objects.update(member=member)):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            act()

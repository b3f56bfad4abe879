"""What each kind of reader sees of tenders and of their requirements."""

import pytest
from django.contrib.auth.models import AnonymousUser

from coalition_portal import clock
from coalition_portal.identity.roles import Role
from tenders.notices import queries
from tenders.notices.models import Deadline, Tender
from tests.factories import companies, people, tenders

pytestmark = pytest.mark.django_db


READERS = {
    "visitor": lambda tender: AnonymousUser(),
    "company": lambda tender: companies.owner_of(companies.company(undertaking=True)),
    "its officer": lambda tender: tender.officer,
    "officer of the same country": lambda tender: people.officer("LV"),
    "officer of another country": lambda tender: people.officer("EE"),
    "its chair": lambda tender: tender.second_approver,
    "another chair": lambda tender: people.chair("EE"),
    "reviewer": lambda tender: people.reviewer("LV"),
    "opener": lambda tender: people.opener("LV"),
    "head": lambda tender: people.head("LV"),
    "adviser": lambda tender: people.staff(Role.ADVISER, "UA"),
    "auditor": lambda tender: people.staff(Role.AUDITOR),
    "operator": lambda tender: people.staff(Role.OPERATOR),
}
READ_DRAFTS = {"its officer", "officer of the same country", "its chair", "auditor"}


@pytest.mark.parametrize("make", [tenders.draft_tender, lambda: tenders.requested_tender().tender])
def test_a_draft_is_seen_by_those_who_write_and_approve_it(make):
    tender = make()

    seen = {kind for kind, find in READERS.items() if queries.tenders_visible_to(find(tender), clock.now()).exists()}

    assert seen == READ_DRAFTS


def test_a_chair_whose_role_ended_sees_no_draft():
    draft = tenders.draft_tender()
    nobody = people.opener("GB")
    Tender.objects.filter(pk=draft.pk).update(second_approver=nobody)

    assert list(queries.tenders_visible_to(nobody, clock.now())) == []


def test_everybody_sees_what_is_published():
    tender = tenders.published_tender()

    seen = {kind for kind, find in READERS.items() if queries.tenders_visible_to(find(tender), clock.now()).exists()}

    assert seen == set(READERS)


def test_drafts_stand_first_and_then_the_latest_publication():
    officer, chair = people.officer("LV"), people.chair("GB")
    first = tenders.published_tender(officer=officer, approver=chair)
    second = tenders.published_tender(officer=officer, approver=chair)
    draft = tenders.draft_tender(officer=officer, approver=chair)

    assert list(queries.tenders_visible_to(officer, clock.now())) == [draft, second, first]
    assert list(queries.public_tenders()) == [second, first]


def test_thresholds_are_for_staff_who_judge_and_for_companies_under_the_undertaking():
    tender = tenders.published_tender()
    everything = tender.requirements.count()
    public = tender.requirements.filter(visibility="PUBLIC").count()

    seen = {
        kind: queries.requirements_visible_to(find(tender), tender).count() == everything
        for kind, find in READERS.items()
    }

    assert 0 < public < everything
    assert {kind for kind, sees_all in seen.items() if not sees_all} == {"visitor", "operator"}
    assert queries.requirements_visible_to(AnonymousUser(), tender).count() == public


@pytest.mark.parametrize(
    "make",
    [
        lambda: people.person(),
        lambda: companies.verified_user(),
        lambda: companies.owner_of(companies.company()),
        lambda: companies.owner_of(companies.company(country="BY", undertaking=True)),
    ],
    ids=["nobody", "no company", "no undertaking", "another state"],
)
def test_each_condition_of_a_registered_reader_is_needed(make):
    tender = tenders.published_tender()

    rows = queries.requirements_visible_to(make(), tender)

    assert set(rows.values_list("visibility", flat=True)) == {"PUBLIC"}


def test_public_requirements_know_how_many_there_are():
    tender = tenders.published_tender()
    tenders.published_tender(template_code="reconnaissance")

    rows = list(queries.public_requirements(tender))

    assert [row.total for row in rows] == [tender.requirements.count()] * 7
    assert {row.visibility for row in rows} == {"PUBLIC"}


def test_the_deadline_in_force_is_the_last_one():
    tender = tenders.extended_tender(tenders.published_tender(), tenders.in_days(20))

    assert queries.deadline_in_force(tender).seq == 2
    assert [deadline.seq for deadline in queries.deadlines_of(tender)] == [1, 2]


def test_a_draft_has_no_deadline_in_force():
    with pytest.raises(Deadline.DoesNotExist):
        queries.deadline_in_force(tenders.draft_tender())


def test_requests_are_read_by_those_who_read_the_tender():
    approval = tenders.requested_tender()

    seen = {
        kind
        for kind, find in READERS.items()
        if queries.approvals_visible_to(find(approval.tender), clock.now()).exists()
    }

    assert seen == READ_DRAFTS
    assert queries.undecided_approval(approval.tender) == approval


def test_only_the_chair_of_a_tender_is_waited_for():
    approval = tenders.requested_tender()

    waiting = {kind for kind, find in READERS.items() if queries.waiting_for(find(approval.tender)).exists()}

    assert waiting == {"its chair"}


def test_approvers_are_chairs_of_other_countries():
    draft = tenders.blank_draft()
    british, estonian = people.chair("GB", name="B"), people.chair("EE", name="A")
    people.chair("LV")
    people.officer("GB")

    assert [grant.user for grant in queries.possible_approvers(draft)] == [estonian, british]


def test_one_public_tender_with_all_its_deadlines():
    tender = tenders.extended_tender(tenders.published_tender(), tenders.in_days(20))

    found, deadlines = queries.public_tender(tender.number, without=["eligible_states"])

    assert (found, found.closes_at, found.deadline_seq, found.deadline_changes) == (tender, tender.closes_at, 2, 1)
    assert deadlines == list(queries.deadlines_of(tender))


@pytest.mark.parametrize("make", [tenders.draft_tender, lambda: tenders.requested_tender().tender])
def test_a_draft_is_no_public_tender(make):
    with pytest.raises(Tender.DoesNotExist):
        queries.public_tender(make().number)

"""Who may do what to a tender: one row for each kind of person, one column for each act."""

import pytest
from django.contrib.auth.models import AnonymousUser

from coalition_portal import clock
from coalition_portal.identity.granting import end_role
from coalition_portal.identity.roles import Role
from tenders.notices import permissions
from tenders.notices.cancelling import cancel
from tenders.notices.extending import request_extension
from tenders.notices.models import Approval, Tender
from tenders.notices.publishing import reject
from tests.factories import people, tenders

pytestmark = pytest.mark.django_db

PEOPLE = {
    "visitor": lambda tender: AnonymousUser(),
    "person without a role": lambda tender: people.person(),
    "its officer": lambda tender: tender.officer,
    "officer of the same country": lambda tender: people.officer("LV"),
    "officer of another country": lambda tender: people.officer("EE"),
    "officer of the secretariat": lambda tender: people.staff(Role.OFFICER),
    "its chair": lambda tender: tender.second_approver,
    "another chair": lambda tender: people.chair("GB"),
    "reviewer": lambda tender: people.reviewer("LV"),
    "opener": lambda tender: people.opener("LV"),
    "head": lambda tender: people.head("LV"),
    "auditor": lambda tender: people.staff(Role.AUDITOR),
    "operator": lambda tender: people.staff(Role.OPERATOR),
}
OFFICERS = {"its officer", "officer of the same country"}


def those_who_may(can, tender, *arguments):
    return {kind for kind, find in PEOPLE.items() if can(find(tender), *arguments)}


def test_officers_of_a_country_draft():
    tender = tenders.draft_tender()

    may = those_who_may(permissions.can_draft_tender, tender)

    assert may == OFFICERS | {"officer of another country"}


@pytest.mark.parametrize("can", [permissions.can_edit_tender, permissions.can_request_publication])
def test_officers_of_its_country_edit_a_draft(can):
    tender = tenders.draft_tender()

    assert those_who_may(can, tender, tender) == OFFICERS


def test_nobody_edits_what_is_no_draft():
    awaiting = tenders.requested_tender().tender
    published = tenders.published_tender()

    assert those_who_may(permissions.can_edit_tender, awaiting, Tender.objects.get(pk=awaiting.pk)) == set()
    assert those_who_may(permissions.can_edit_tender, published, published) == set()


def test_the_chair_decides_and_nobody_else():
    approval = tenders.requested_tender()

    assert those_who_may(permissions.can_decide, approval.tender, approval) == {"its chair"}


def test_the_chair_decides_nothing_that_they_proposed_or_their_country():
    approval = tenders.requested_tender()
    chair = approval.tender.second_approver
    by_chair, by_country = Approval.objects.get(pk=approval.pk), Approval.objects.get(pk=approval.pk)
    by_chair.proposed_by = chair
    by_country.proposed_country = people.country("GB")

    assert permissions.can_decide(chair, approval) is True
    assert permissions.can_decide(chair, by_chair) is False
    assert permissions.can_decide(chair, by_country) is False


def test_a_chair_whose_role_ended_decides_nothing():
    approval = tenders.requested_tender()
    chair = approval.tender.second_approver
    end_role(grant=people.grant_of(chair, Role.CHAIR), by=None, now=clock.now())

    assert permissions.can_decide(chair, approval) is False
    assert permissions.can_chair(chair, approval.tender) is False


def test_officers_of_its_country_take_a_request_back():
    approval = tenders.requested_tender()

    assert those_who_may(permissions.can_take_back, approval.tender, approval) == OFFICERS


def test_officers_of_its_country_extend_what_is_published():
    tender, draft = tenders.published_tender(), tenders.draft_tender()

    assert those_who_may(permissions.can_extend, tender, tender) == OFFICERS
    assert those_who_may(permissions.can_extend, draft, draft) == set()


def test_officers_and_chair_cancel_what_is_published():
    tender, draft = tenders.published_tender(), tenders.draft_tender()

    assert those_who_may(permissions.can_cancel, tender, tender) == OFFICERS | {"its chair"}
    assert those_who_may(permissions.can_cancel, draft, draft) == set()


def test_a_cancelled_tender_is_neither_moved_nor_cancelled_again():
    tender = tenders.published_tender()
    tender = cancel(tender=tender, reason="No budget.", by=tender.officer, now=clock.now())

    assert those_who_may(permissions.can_extend, tender, tender) == set()
    assert those_who_may(permissions.can_cancel, tender, tender) == set()


def test_the_chair_of_a_tender_chairs_it_alone():
    tender, blank = tenders.published_tender(), tenders.blank_draft()

    assert those_who_may(permissions.can_chair, tender, tender) == {"its chair"}
    assert permissions.can_chair(tender.second_approver, blank) is False


def test_a_request_to_extend_is_decided_by_the_same_chair():
    tender = tenders.published_tender()
    approval = request_extension(
        tender=tender, closes_at=tenders.in_days(20), reason="Storm.", by=people.officer("LV"), now=clock.now()
    )

    assert those_who_may(permissions.can_decide, tender, approval) == {"its chair"}
    reject(approval=approval, note="No storm here.", by=tender.second_approver, now=clock.now())

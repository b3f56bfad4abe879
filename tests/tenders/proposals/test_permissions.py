"""Who may do what to a proposal and at an opening: one row for each kind of person, one column for each act."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from coalition_portal import clock
from coalition_portal.identity.granting import end_role
from coalition_portal.identity.roles import Role
from coalition_portal.permission import Denied
from manufacturers.models import CompanyRole
from tenders.notices.cancelling import cancel
from tenders.proposals import permissions
from tenders.proposals.models import Proposal
from tenders.proposals.queries import proposals_visible_to, tenders_to_open
from tests.factories import companies, people, tenders
from tests.factories.cutoffs import MICROSECOND

pytestmark = pytest.mark.django_db

PEOPLE = {
    "visitor": lambda proposal: AnonymousUser(),
    "person without a company": lambda proposal: companies.verified_user(),
    "viewer": lambda proposal: companies.person_of(proposal.company, CompanyRole.VIEWER),
    "editor": lambda proposal: companies.person_of(proposal.company, CompanyRole.EDITOR),
    "signatory": lambda proposal: companies.person_of(proposal.company, CompanyRole.SIGNATORY),
    "owner": lambda proposal: companies.owner_of(proposal.company),
    "owner of another company": lambda proposal: companies.owner_of(companies.company(undertaking=True)),
    "its officer": lambda proposal: proposal.tender.officer,
    "officer of another country": lambda proposal: people.officer("EE"),
    "officer of the secretariat": lambda proposal: people.staff(Role.OFFICER),
    "its chair": lambda proposal: proposal.tender.second_approver,
    "chair of another tender": lambda proposal: people.chair("NL"),
    "opener of the chair's country": lambda proposal: people.opener("GB"),
    "opener of another country": lambda proposal: people.opener("EE"),
    "reviewer": lambda proposal: people.reviewer("EE"),
    "adviser": lambda proposal: people.staff(Role.ADVISER, "UA"),
    "head": lambda proposal: people.head("EE"),
    "auditor": lambda proposal: people.staff(Role.AUDITOR),
    "operator": lambda proposal: people.staff(Role.OPERATOR),
}
COMPANY = {"viewer", "editor", "signatory", "owner"}
EDITORS = {"editor", "signatory", "owner"}
SIGNATORIES = {"signatory", "owner"}
OPENERS = {"opener of the chair's country", "opener of another country"}
OFFICERS = {"its officer", "officer of another country", "officer of the secretariat"}
CHAIRS = {"its chair", "chair of another tender"}
OF_A_COUNTRY = (OFFICERS | CHAIRS) - {"officer of the secretariat"}


def those_who_may(can, proposal, *arguments):
    return {kind for kind, find in PEOPLE.items() if can(find(proposal), *arguments)}


def test_the_company_sees_its_proposal_and_nobody_else(draft):
    assert those_who_may(lambda user: proposals_visible_to(user).filter(pk=draft.pk).exists(), draft) == COMPANY


def test_editors_change_a_draft_while_the_tender_is_open(draft):
    assert those_who_may(permissions.can_edit_draft, draft, draft, clock.now()) == EDITORS


@pytest.mark.parametrize(("offset", "may"), [(-MICROSECOND, True), (timedelta(0), False), (MICROSECOND, False)])
def test_a_draft_changes_until_the_deadline_and_not_at_it(draft, offset, may):
    owner = companies.owner_of(draft.company)
    deadline = permissions.deadline_in_force(draft.tender).closes_at

    assert permissions.can_edit_draft(owner, draft, deadline + offset) is may


def test_a_draft_changes_again_under_a_later_deadline(draft):
    owner = companies.owner_of(draft.company)
    first = permissions.deadline_in_force(draft.tender).closes_at
    tenders.extended_tender(draft.tender, first + timedelta(days=1))

    assert permissions.can_edit_draft(owner, draft, first) is True


def test_nobody_changes_a_draft_of_a_cancelled_tender(draft):
    cancel(tender=draft.tender, reason="No budget.", by=draft.tender.officer, now=clock.now())
    draft = Proposal.objects.get(pk=draft.pk)

    assert those_who_may(permissions.can_edit_draft, draft, draft, clock.now()) == set()
    with pytest.raises(Denied, match="The tender is cancelled, so this draft can be read but no longer changed."):
        permissions.check_can_edit_draft(companies.owner_of(draft.company), draft, clock.now())


@pytest.mark.parametrize("can", [permissions.can_submit, permissions.can_withdraw])
def test_signatories_submit_and_withdraw(draft, can):
    assert those_who_may(can, draft, draft) == SIGNATORIES


def test_a_signatory_who_was_made_a_viewer_submits_nothing(draft):
    signatory = companies.person_of(draft.company, CompanyRole.SIGNATORY)
    signatory.person.role = CompanyRole.VIEWER
    signatory.person.save()

    assert permissions.can_submit(signatory, draft) is False


def test_the_chair_of_the_tender_proposes_its_opening_and_nobody_else(draft):
    assert those_who_may(permissions.can_propose_opening, draft, draft.tender) == {"its chair"}


def test_openers_of_another_country_than_the_chairs_confirm_an_opening(draft):
    assert those_who_may(permissions.can_confirm_opening, draft, draft.tender) == {"opener of another country"}


def test_an_opener_whose_role_ended_confirms_nothing(draft):
    opener = people.opener("EE")
    end_role(grant=people.grant_of(opener, Role.OPENER), by=None, now=clock.now())

    assert permissions.can_confirm_opening(opener, draft.tender) is False


def test_those_who_take_part_in_openings_and_auditors_watch_them(draft):
    watchers = OFFICERS | CHAIRS | OPENERS | {"auditor"}

    assert those_who_may(permissions.can_watch_opening, draft) == watchers
    assert those_who_may(lambda user: tenders_to_open(user).exists(), draft) == watchers


def test_officers_and_chairs_of_a_country_decide_provisional_rows(draft):
    assert those_who_may(permissions.can_decide_provisional, draft) == OF_A_COUNTRY


def test_auditors_read_what_officers_and_chairs_decide(draft):
    seen_by = OF_A_COUNTRY | {"auditor"}

    assert those_who_may(permissions.can_see_provisionals, draft) == seen_by


def test_officers_and_chairs_of_a_country_exclude(draft):
    assert those_who_may(permissions.can_exclude, draft, draft.tender) == OF_A_COUNTRY

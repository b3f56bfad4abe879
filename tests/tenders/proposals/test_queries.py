from datetime import timedelta

from django.contrib.auth.models import AnonymousUser

from manufacturers.models import CompanyRole
from tenders.proposals import submission
from tenders.proposals.models import Receipt
from tenders.proposals.queries import (
    counting_bundles,
    proposals_not_submitted,
    proposals_visible_to,
    receipt_of_version,
    standing_of,
    tenders_to_open,
    versions_visible_to,
)
from tests.factories import people
from tests.factories.companies import person_of
from tests.factories.proposals import complete_proposal, staged_bundle

SECOND = timedelta(seconds=1)


def kinds_of_people(mine, tender):
    return {
        "viewer": person_of(mine.company, CompanyRole.VIEWER),
        "owner": mine.created_by,
        "officer": tender.officer,
        "chair": tender.second_approver,
        "auditor": people.staff("AUDITOR"),
        "nobody": people.person(),
        "visitor": AnonymousUser(),
    }


def test_proposals_are_visible_to_their_own_company_alone(cutoff):
    mine = cutoff.submitted()
    cutoff.submitted()

    seen = {kind: list(proposals_visible_to(user)) for kind, user in kinds_of_people(mine, cutoff.tender).items()}

    assert seen == {
        "viewer": [mine],
        "owner": [mine],
        "officer": [],
        "chair": [],
        "auditor": [],
        "nobody": [],
        "visitor": [],
    }


def test_versions_are_visible_to_their_own_company_alone_with_the_role_of_whoever_looks(cutoff):
    mine = cutoff.submitted()
    cutoff.submitted()
    left = person_of(mine.company, CompanyRole.SIGNATORY)
    left.is_active = False
    left.save()

    seen = {
        kind: [(bundle.proposal, bundle.version, bundle.role) for bundle in versions_visible_to(user)]
        for kind, user in (kinds_of_people(mine, cutoff.tender) | {"left": left}).items()
    }

    assert seen == {
        "viewer": [(mine, 1, CompanyRole.VIEWER)],
        "owner": [(mine, 1, CompanyRole.OWNER)],
        "officer": [],
        "chair": [],
        "auditor": [],
        "nobody": [],
        "visitor": [],
        "left": [],
    }


def test_standing_through_the_life_of_a_proposal(cutoff):
    bundle = staged_bundle(tender=cutoff.tender)
    proposal = bundle.proposal

    def standing():
        proposal.refresh_from_db()
        now = standing_of(proposal)
        return now.is_submitted, now.is_withdrawn, now.bundle and now.bundle.version, now.received_at

    assert standing() == (False, False, None, None)
    cutoff.submit(bundle, -4 * SECOND)
    assert standing() == (True, False, 1, cutoff.closes_at - 4 * SECOND)
    cutoff.at(-3 * SECOND)
    submission.withdraw(proposal=proposal, by=bundle.staged_by)
    assert standing() == (False, True, None, None)
    again = staged_bundle(proposal=proposal)
    cutoff.submit(again, -2 * SECOND)
    assert standing() == (True, False, 2, cutoff.closes_at - 2 * SECOND)


def test_what_counts_is_the_highest_version_of_each_that_is_not_withdrawn(cutoff):
    first = staged_bundle(tender=cutoff.tender)
    cutoff.submit(first, -4 * SECOND)
    second = staged_bundle(proposal=first.proposal, is_changed=True)
    cutoff.submit(second, -3 * SECOND)
    draft = complete_proposal(tender=cutoff.tender)

    assert list(counting_bundles(cutoff.tender)) == [second]
    assert list(proposals_not_submitted(cutoff.tender)) == [draft]
    assert receipt_of_version(first.proposal, 1) == Receipt.objects.get(bundle=first)
    assert receipt_of_version(first.proposal, 3) is None


def test_tenders_to_open_are_shown_to_those_who_may_take_part(cutoff):
    shown = {role: list(tenders_to_open(people.staff(role))) for role in ("CHAIR", "OPENER", "REVIEWER", "HEAD")}

    assert shown == {"CHAIR": [cutoff.tender], "OPENER": [cutoff.tender], "REVIEWER": [], "HEAD": []}

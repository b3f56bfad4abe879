from datetime import timedelta

import pytest
from django.db import connection

from coalition_portal import clock
from coalition_portal.ledger.entries import commit
from coalition_portal.ledger.models import Entry
from coalition_portal.permission import Denied
from coalition_portal.post.models import OutgoingMail
from manufacturers.models import CompanyRole
from tenders.notices.cancelling import cancel
from tenders.proposals import submission
from tenders.proposals.models import Act, Provisional, Receipt, Refusal, Withdrawal
from tenders.proposals.states import ProposalState
from tenders.proposals.submission import NotSubmittable
from tests.factories.companies import person_of
from tests.factories.cutoffs import MICROSECOND
from tests.factories.proposals import staged_bundle

SECOND = timedelta(seconds=1)


def _rows():
    return {model.__name__: model.objects.count() for model in (Receipt, Refusal, Provisional, Withdrawal)}


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        (-MICROSECOND, {"Receipt": 1, "Refusal": 0, "Provisional": 0, "Withdrawal": 0}),
        (0 * MICROSECOND, {"Receipt": 0, "Refusal": 1, "Provisional": 0, "Withdrawal": 0}),
        (MICROSECOND, {"Receipt": 0, "Refusal": 1, "Provisional": 0, "Withdrawal": 0}),
    ],
)
def test_submit_is_in_time_before_the_deadline_and_never_at_it(cutoff, offset, expected):
    bundle = staged_bundle(tender=cutoff.tender)

    cutoff.submit(bundle, offset)

    assert _rows() == expected


@pytest.mark.parametrize(
    ("offset", "is_withdrawn"), [(-MICROSECOND, True), (0 * MICROSECOND, False), (MICROSECOND, False)]
)
def test_withdraw_is_judged_like_submit(cutoff, offset, is_withdrawn):
    proposal = cutoff.submitted()
    signatory = Receipt.objects.get().by
    cutoff.at(offset)

    outcome = submission.withdraw(proposal=proposal, by=signatory)

    proposal.refresh_from_db()
    assert (outcome.withdrawal is not None, outcome.refusal is not None) == (is_withdrawn, not is_withdrawn)
    assert proposal.state == (ProposalState.WITHDRAWN if is_withdrawn else ProposalState.SUBMITTED)


def test_receipt_says_what_was_received_and_is_committed_to_in_the_log(cutoff):
    bundle = staged_bundle(tender=cutoff.tender)

    receipt = cutoff.submit(bundle, -SECOND).receipt

    bundle.proposal.refresh_from_db()
    assert (receipt.tender, receipt.seq, receipt.closes_at, receipt.received_at, receipt.by) == (
        cutoff.tender,
        1,
        cutoff.closes_at,
        cutoff.closes_at - SECOND,
        bundle.staged_by,
    )
    assert bundle.proposal.state == ProposalState.SUBMITTED
    facts = {
        "act": "receipt",
        "proposal": bundle.proposal.public_id,
        "version": 1,
        "bundle_sha256": bundle.sha256,
        "deadline_seq": 1,
        "closes_at": cutoff.closes_at,
        "received_at": cutoff.closes_at - SECOND,
    }
    assert receipt.commitment == commit(receipt.salt, facts)
    assert Entry.objects.order_by("-index").first().commitment == receipt.commitment


def test_log_entry_of_a_receipt_names_no_company_and_no_tender(cutoff):
    bundle = staged_bundle(tender=cutoff.tender)

    receipt = cutoff.submit(bundle, -SECOND).receipt

    body = bytes(Entry.objects.get(commitment=receipt.commitment).body).decode()
    company = bundle.proposal.company
    for secret in (
        company.legal_name,
        company.public_id,
        bundle.proposal.public_id,
        cutoff.tender.number,
        bundle.sha256,
    ):
        assert secret not in body


def test_submit_twice_gives_the_same_receipt_and_one_mail(cutoff):
    bundle = staged_bundle(tender=cutoff.tender)

    first = cutoff.submit(bundle, -2 * SECOND)
    second = cutoff.submit(bundle, -SECOND)

    assert second == first
    assert _rows() == {"Receipt": 1, "Refusal": 0, "Provisional": 0, "Withdrawal": 0}
    assert OutgoingMail.objects.filter(template="proposal_received").count() == 1


def test_repeat_after_the_deadline_gives_the_receipt_of_the_first_time(cutoff):
    bundle = staged_bundle(tender=cutoff.tender)
    first = cutoff.submit(bundle, -SECOND)

    repeated = cutoff.submit(bundle, SECOND)

    assert repeated == first


def test_late_twice_gives_the_same_refusal(cutoff):
    bundle = staged_bundle(tender=cutoff.tender)

    assert cutoff.submit(bundle, SECOND) == cutoff.submit(bundle, 2 * SECOND)
    assert Refusal.objects.get().act == Act.SUBMIT


def test_late_attempt_after_closing_is_still_refused_with_its_row(cutoff):
    bundle = staged_bundle(tender=cutoff.tender)
    cutoff.close()

    outcome = cutoff.submit(bundle, 11 * SECOND)

    assert outcome.refusal.received_at == cutoff.closes_at + 11 * SECOND


def test_arrival_before_the_deadline_at_a_closed_tender_is_provisional_never_refused(cutoff):
    bundle = staged_bundle(tender=cutoff.tender)
    cutoff.close()

    first = cutoff.submit(bundle, -MICROSECOND)
    again = cutoff.submit(bundle, -MICROSECOND)

    bundle.proposal.refresh_from_db()
    assert first == again
    assert _rows() == {"Receipt": 0, "Refusal": 0, "Provisional": 1, "Withdrawal": 0}
    assert bundle.proposal.state == ProposalState.DRAFT


def test_withdrawal_that_waited_while_the_tender_closed_is_provisional(cutoff):
    proposal = cutoff.submitted()
    signatory = Receipt.objects.get().by
    cutoff.close()
    cutoff.at(-MICROSECOND)

    outcome = submission.withdraw(proposal=proposal, by=signatory)

    proposal.refresh_from_db()
    assert outcome.provisional.act == Act.WITHDRAW
    assert proposal.state == ProposalState.SUBMITTED


def test_replacement_counts_when_its_own_submit_commits(cutoff):
    first = staged_bundle(tender=cutoff.tender)
    cutoff.submit(first, -4 * SECOND)
    second = staged_bundle(proposal=first.proposal, is_changed=True)

    cutoff.submit(second, -2 * SECOND)

    assert (first.version, second.version) == (1, 2)
    assert list(Receipt.objects.order_by("pk").values_list("bundle__version", flat=True)) == [1, 2]
    with pytest.raises(NotSubmittable):
        cutoff.submit(staged_copy_of(first), -SECOND)


def staged_copy_of(bundle):
    """An older version that never got a receipt, as a page that was left open would send it."""
    bundle.pk, bundle.version, bundle.storage_key = None, 0, "manifests/older"
    bundle.commitment = "f" * 64
    bundle.save(force_insert=True)
    return bundle


def test_submit_again_after_a_withdrawal_is_a_new_version(cutoff):
    proposal = cutoff.submitted()
    signatory = Receipt.objects.get().by
    cutoff.at(-4 * SECOND)
    submission.withdraw(proposal=proposal, by=signatory)

    again = staged_bundle(proposal=proposal)
    cutoff.submit(again, -2 * SECOND)

    proposal.refresh_from_db()
    assert (again.version, proposal.state) == (2, ProposalState.SUBMITTED)


def test_withdraw_twice_gives_the_same_row(cutoff):
    proposal = cutoff.submitted()
    signatory = Receipt.objects.get().by
    cutoff.at(-3 * SECOND)

    first = submission.withdraw(proposal=proposal, by=signatory)
    second = submission.withdraw(proposal=proposal, by=signatory)

    assert first == second


def test_nothing_submitted_means_nothing_to_withdraw(cutoff):
    bundle = staged_bundle(tender=cutoff.tender)

    with pytest.raises(NotSubmittable):
        submission.withdraw(proposal=bundle.proposal, by=bundle.staged_by)


def test_wrong_digest_is_refused_and_leaves_no_row(cutoff):
    bundle = staged_bundle(tender=cutoff.tender)

    with pytest.raises(NotSubmittable):
        submission.submit(bundle=bundle, sha256="0" * 64, by=bundle.staged_by)

    assert _rows() == {"Receipt": 0, "Refusal": 0, "Provisional": 0, "Withdrawal": 0}


def test_cancelled_tender_takes_nothing(cutoff):
    bundle = staged_bundle(tender=cutoff.tender)
    cancel(tender=cutoff.tender, reason="The need has changed.", by=cutoff.tender.officer, now=clock.now())

    with pytest.raises(NotSubmittable):
        cutoff.submit(bundle, -SECOND)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (CompanyRole.VIEWER, False),
        (CompanyRole.EDITOR, False),
        (CompanyRole.SIGNATORY, True),
        (CompanyRole.OWNER, True),
    ],
)
def test_only_those_who_sign_submit(cutoff, role, may):
    bundle = staged_bundle(tender=cutoff.tender)
    person = person_of(bundle.proposal.company, role)
    cutoff.at(-SECOND)

    try:
        submission.submit(bundle=bundle, sha256=bundle.sha256, by=person)
        has_submitted = True
    except Denied:
        has_submitted = False

    assert (has_submitted, Receipt.objects.count()) == (may, int(may))


def test_stranger_cannot_submit(cutoff):
    mine = staged_bundle(tender=cutoff.tender)
    other = staged_bundle(tender=cutoff.tender)

    with pytest.raises(Denied):
        submission.submit(bundle=mine, sha256=mine.sha256, by=other.staged_by)


def test_sql_of_a_submit(cutoff, django_assert_num_queries):
    bundle = staged_bundle(tender=cutoff.tender)
    cutoff.at(-SECOND)
    bundle = type(bundle).objects.select_related("proposal", "staged_by").get(pk=bundle.pk)
    lock_and_savepoint = 3 if connection.vendor == "postgresql" else 2

    with django_assert_num_queries(9 + lock_and_savepoint):
        submission.submit(bundle=bundle, sha256=bundle.sha256, by=bundle.staged_by)

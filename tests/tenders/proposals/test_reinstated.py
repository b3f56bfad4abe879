"""What two people reinstated, in a tender that is open again: it is like any other version that was received."""

from datetime import timedelta

import pytest

from tenders.notices.cancelling import cancel
from tenders.proposals import auto_submit, submission
from tenders.proposals.auto_submit import NotAskable
from tenders.proposals.closing import close_due
from tenders.proposals.models import Receipt, Reinstatement, Withdrawal
from tenders.proposals.provisional import NotDecidable, decide
from tenders.proposals.queries import history_of, standing_of, undecided_provisionals
from tenders.proposals.states import ProposalState
from tests.benchmarks.checker import violations
from tests.benchmarks.evidence import read_evidence
from tests.factories import people
from tests.factories.cutoffs import MICROSECOND
from tests.factories.proposals import staged_bundle
from tests.factories.tenders import extended_tender

SECOND = timedelta(seconds=1)


def word(provisional, country, now):
    return decide(provisional=provisional, accepted=True, reason="Seen.", by=people.officer(country), now=now)


def accept(provisional, now):
    word(provisional, "LV", now)
    word(provisional, "GB", now)


@pytest.fixture
def reinstated(provisional, cutoff):
    """The proposal that two people reinstated, in a tender that was extended afterwards."""
    accept(provisional, cutoff.closes_at + 11 * SECOND)
    cutoff.at(10 * SECOND)
    extended_tender(cutoff.tender, cutoff.closes_at + 3600 * SECOND)
    provisional.proposal.refresh_from_db()
    return provisional.proposal


def _withdraw(proposal, bundle):
    return submission.withdraw(proposal=proposal, by=bundle.staged_by).withdrawal


def test_what_two_people_reinstated_can_be_withdrawn_like_any_other(reinstated, provisional):
    bundle = provisional.bundle

    first, second = _withdraw(reinstated, bundle), _withdraw(reinstated, bundle)

    reinstated.refresh_from_db()
    assert (first, second.bundle, first.receipt) == (second, bundle, None)
    assert (reinstated.state, standing_of(reinstated).is_withdrawn) == (ProposalState.WITHDRAWN, True)
    assert [(row.kind, row.version) for row in history_of(reinstated)] == [("withdrawal", 1), ("provisional", 1)]
    assert violations([], read_evidence(), is_complete=False) == []


def test_after_such_a_withdrawal_the_same_draft_is_a_new_version(reinstated, provisional):
    _withdraw(reinstated, provisional.bundle)

    again = staged_bundle(proposal=reinstated)
    receipt = submission.submit(bundle=again, sha256=again.sha256, by=again.staged_by).receipt

    reinstated.refresh_from_db()
    assert (receipt.bundle.version, standing_of(reinstated).bundle) == (2, again)


def test_a_reinstated_version_is_taken_back_and_not_an_older_receipt(cutoff):
    proposal = cutoff.submitted()
    receipt = Receipt.objects.get()
    cutoff.at(-4 * SECOND)
    newer = staged_bundle(proposal=proposal, is_changed=True)
    cutoff.close()
    accept(cutoff.submit(newer, -MICROSECOND).provisional, cutoff.closes_at + 11 * SECOND)
    cutoff.at(10 * SECOND)
    extended_tender(cutoff.tender, cutoff.closes_at + 3600 * SECOND)

    withdrawal = _withdraw(proposal, newer)

    proposal.refresh_from_db()
    assert (withdrawal.bundle, proposal.state) == (newer, ProposalState.WITHDRAWN)
    assert not Withdrawal.objects.filter(receipt=receipt).exists()
    assert violations([], read_evidence(), is_complete=False) == []


def test_a_reinstated_version_is_not_received_a_second_time(reinstated, provisional):
    bundle = provisional.bundle

    outcome = submission.submit(bundle=bundle, sha256=bundle.sha256, by=bundle.staged_by)
    with pytest.raises(NotAskable, match="^This version has a receipt already"):
        auto_submit.ask(bundle=bundle, by=bundle.staged_by)

    assert (outcome.provisional, Receipt.objects.count()) == (provisional, 0)


def test_the_same_version_left_to_decide_under_two_deadlines_is_reinstated_once(provisional, cutoff):
    cutoff.at(10 * SECOND)
    extended_tender(cutoff.tender, cutoff.closes_at + 11 * SECOND)
    cutoff.at(14 * SECOND)
    close_due()
    again = cutoff.submit(provisional.bundle, 10 * SECOND).provisional

    accept(provisional, cutoff.closes_at + 11 * SECOND)
    accept(again, cutoff.closes_at + 11 * SECOND)

    assert (Reinstatement.objects.count(), undecided_provisionals(cutoff.tender).count()) == (1, 0)


def test_a_reinstatement_never_outweighs_a_withdrawal_that_came_later(cutoff):
    """The older version was taken back after the newer one was left to decide: the company wants neither."""
    proposal = cutoff.submitted()
    signatory = Receipt.objects.get().by
    cutoff.at(-4 * SECOND)
    newer = staged_bundle(proposal=proposal, is_changed=True)
    cutoff.close()
    provisional = cutoff.submit(newer, -MICROSECOND).provisional
    cutoff.at(10 * SECOND)
    extended_tender(cutoff.tender, cutoff.closes_at + 3600 * SECOND)
    submission.withdraw(proposal=proposal, by=signatory)

    accept(provisional, cutoff.closes_at + 11 * SECOND)

    proposal.refresh_from_db()
    assert (proposal.state, Reinstatement.objects.count()) == (ProposalState.WITHDRAWN, 0)
    assert violations([], read_evidence(), is_complete=False) == []


def test_nothing_is_decided_about_a_cancelled_tender(provisional, cutoff, fixed_now):
    word(provisional, "LV", fixed_now)
    cancel(tender=cutoff.tender, reason="The need has changed.", by=cutoff.tender.officer, now=fixed_now)

    with pytest.raises(NotDecidable, match="^The tender is cancelled"):
        word(provisional, "GB", fixed_now)

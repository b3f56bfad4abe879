from datetime import timedelta

import pytest

from coalition_portal.permission import Denied
from coalition_portal.watch import clock_guard
from coalition_portal.watch.models import Incident
from tenders.proposals import auto_submit, submission
from tenders.proposals.models import OpenedProposal, Receipt, Reinstatement
from tenders.proposals.provisional import NotDecidable, decide
from tenders.proposals.queries import standing_of, undecided_provisionals
from tenders.proposals.states import ProposalState
from tests.factories import people
from tests.factories.cutoffs import MICROSECOND
from tests.factories.proposals import staged_bundle
from tests.factories.tenders import extended_tender

SECOND = timedelta(seconds=1)


def _word(provisional, country, now, *, accepted=True, reason="The arrival record shows it."):
    return decide(provisional=provisional, accepted=accepted, reason=reason, by=people.officer(country), now=now)


def test_two_equal_words_reinstate_and_the_proposal_is_opened(provisional, cutoff, fixed_now):
    _word(provisional, "LV", fixed_now)
    assert undecided_provisionals(cutoff.tender).count() == 1
    _word(provisional, "GB", fixed_now)

    proposal = provisional.proposal
    proposal.refresh_from_db()
    standing = standing_of(proposal)
    assert (proposal.state, Receipt.objects.count(), Reinstatement.objects.count()) == (ProposalState.SUBMITTED, 0, 1)
    assert (standing.is_submitted, standing.received_at) == (True, provisional.received_at)
    cutoff.open()
    assert OpenedProposal.objects.get().proposal == proposal


def test_two_words_against_leave_the_draft_and_let_the_tender_open(provisional, cutoff, fixed_now):
    _word(provisional, "LV", fixed_now, accepted=False)
    _word(provisional, "NL", fixed_now)
    _word(provisional, "GB", fixed_now, accepted=False)

    provisional.proposal.refresh_from_db()
    assert provisional.proposal.state == ProposalState.DRAFT
    cutoff.open()
    assert OpenedProposal.objects.count() == 0


def test_accepted_withdrawal_takes_the_proposal_back(cutoff, fixed_now):
    proposal = cutoff.submitted()
    signatory = Receipt.objects.get().by
    cutoff.close()
    cutoff.at(-MICROSECOND)
    provisional = submission.withdraw(proposal=proposal, by=signatory).provisional

    _word(provisional, "LV", fixed_now)
    _word(provisional, "GB", fixed_now)

    proposal.refresh_from_db()
    assert (proposal.state, standing_of(proposal).is_withdrawn) == (ProposalState.WITHDRAWN, True)
    cutoff.open()
    assert OpenedProposal.objects.count() == 0


def test_one_country_has_one_word(provisional, fixed_now):
    _word(provisional, "LV", fixed_now)

    with pytest.raises(NotDecidable):
        _word(provisional, "LV", fixed_now)


def test_word_needs_a_reason(provisional, fixed_now):
    with pytest.raises(NotDecidable):
        _word(provisional, "LV", fixed_now, reason="  ")


def test_decided_row_takes_no_further_word(provisional, fixed_now):
    _word(provisional, "LV", fixed_now)
    _word(provisional, "GB", fixed_now)

    with pytest.raises(NotDecidable):
        _word(provisional, "NL", fixed_now)


@pytest.mark.parametrize("make", [people.opener, people.reviewer, people.head])
def test_only_officers_and_chairs_decide(provisional, fixed_now, make):
    with pytest.raises(Denied):
        decide(provisional=provisional, accepted=True, reason="Seen.", by=make("NL"), now=fixed_now)


# What the company did later


def _accept(provisional, now):
    _word(provisional, "LV", now)
    _word(provisional, "GB", now)


def _doubtful_withdrawal(cutoff):
    """A withdrawal that waits for two words, and the tender open again under a later deadline."""
    proposal = cutoff.submitted()
    signatory = Receipt.objects.get().by
    cutoff.close()
    cutoff.at(-MICROSECOND)
    provisional = submission.withdraw(proposal=proposal, by=signatory).provisional
    cutoff.at(10 * SECOND)
    extended_tender(cutoff.tender, cutoff.closes_at + 3600 * SECOND)
    return provisional, proposal, signatory


def test_an_accepted_withdrawal_never_takes_back_a_version_that_came_later(cutoff, fixed_now):
    provisional, proposal, signatory = _doubtful_withdrawal(cutoff)
    newer = staged_bundle(proposal=proposal, is_changed=True)
    submission.submit(bundle=newer, sha256=newer.sha256, by=signatory)

    _accept(provisional, fixed_now)

    proposal.refresh_from_db()
    assert (proposal.state, standing_of(proposal).bundle) == (ProposalState.SUBMITTED, newer)


def test_a_withdrawal_that_was_repeated_in_time_can_still_be_accepted(cutoff, fixed_now):
    provisional, proposal, signatory = _doubtful_withdrawal(cutoff)
    submission.withdraw(proposal=proposal, by=signatory)

    _accept(provisional, fixed_now)

    proposal.refresh_from_db()
    assert (proposal.state, undecided_provisionals(cutoff.tender).count()) == (ProposalState.WITHDRAWN, 0)


def test_after_an_accepted_withdrawal_the_same_draft_is_a_new_version(cutoff, fixed_now):
    provisional, proposal, signatory = _doubtful_withdrawal(cutoff)
    _accept(provisional, fixed_now)

    again = staged_bundle(proposal=proposal)
    receipt = submission.submit(bundle=again, sha256=again.sha256, by=signatory).receipt

    proposal.refresh_from_db()
    assert (again.version, receipt.bundle, proposal.state) == (2, again, ProposalState.SUBMITTED)


def test_a_reinstatement_never_brings_back_what_was_withdrawn_later(provisional, cutoff, fixed_now):
    cutoff.at(10 * SECOND)
    extended_tender(cutoff.tender, cutoff.closes_at + 3600 * SECOND)
    bundle, proposal = provisional.bundle, provisional.proposal
    submission.submit(bundle=bundle, sha256=bundle.sha256, by=bundle.staged_by)
    submission.withdraw(proposal=proposal, by=bundle.staged_by)

    _accept(provisional, fixed_now)

    proposal.refresh_from_db()
    assert (proposal.state, Reinstatement.objects.count()) == (ProposalState.WITHDRAWN, 0)


def test_of_two_accepted_rows_the_later_act_holds_whichever_was_decided_first(provisional, cutoff, fixed_now):
    proposal = provisional.proposal
    newer = staged_bundle(proposal=proposal, is_changed=True)
    later = cutoff.submit(newer, -MICROSECOND).provisional

    _accept(later, fixed_now)
    _accept(provisional, fixed_now)

    proposal.refresh_from_db()
    assert standing_of(proposal).bundle == newer
    assert [row.bundle for row in Reinstatement.objects.all()] == [newer]


def test_an_accepted_withdrawal_takes_back_the_wish_of_before_and_its_receipt(cutoff, fixed_now):
    proposal = cutoff.submitted()
    receipt = Receipt.objects.get()
    cutoff.at(-4 * SECOND)
    newer = staged_bundle(proposal=proposal, is_changed=True)
    auto_submit.ask(bundle=newer, by=receipt.by)
    Incident.objects.create(begun_at=cutoff.closes_at, noticed_by="test", kind="DATABASE")
    cutoff.at(-MICROSECOND)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock_guard, "witness", lambda: cutoff.closes_at)
        provisional = submission.withdraw(proposal=proposal, by=receipt.by).provisional
    cutoff.close()
    assert Receipt.objects.count() == 2

    _accept(provisional, fixed_now)

    proposal.refresh_from_db()
    assert (proposal.state, proposal.auto_submit) == (ProposalState.WITHDRAWN, None)

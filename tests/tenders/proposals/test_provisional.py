import pytest

from coalition_portal.permission import Denied
from tenders.proposals import submission
from tenders.proposals.models import OpenedProposal, Receipt, Reinstatement
from tenders.proposals.provisional import NotDecidable, decide
from tenders.proposals.queries import standing_of, undecided_provisionals
from tenders.proposals.states import ProposalState
from tests.factories import people
from tests.factories.cutoffs import MICROSECOND
from tests.factories.proposals import staged_bundle


@pytest.fixture
def provisional(cutoff):
    bundle = staged_bundle(tender=cutoff.tender)
    cutoff.close()
    return cutoff.submit(bundle, -MICROSECOND).provisional


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

from datetime import timedelta

import pytest

from coalition_portal import clock
from coalition_portal.ledger.entries import commit
from coalition_portal.ledger.models import Entry
from coalition_portal.permission import Denied
from coalition_portal.post.models import OutgoingMail
from manufacturers.models import CompanyRole
from tenders.proposals import closing, opening
from tenders.proposals.models import WithdrawalNotice
from tenders.proposals.queries import standing_of
from tenders.proposals.withdrawal_notice import NotNoticeable, give_notice, notice_of, notices_of_opened
from tests.factories.companies import owner_of, person_of
from tests.factories.cutoffs import MICROSECOND, opener_of_another_country
from tests.factories.tenders import extended_tender

REASON = "Our motor supplier went bankrupt."


@pytest.fixture
def proposal(cutoff):
    return cutoff.submitted()


def _give(proposal, *, by=None, reason=REASON):
    return give_notice(proposal=proposal, reason=reason, by=by or owner_of(proposal.company))


def _open(tender):
    opening.propose_opening(tender=tender, by=tender.second_approver, now=clock.now())
    opening.confirm_opening(tender=tender, by=opener_of_another_country(tender), now=clock.now())


def _officers_mails():
    return sorted(OutgoingMail.objects.filter(template="withdrawal_notice").values_list("to", flat=True))


@pytest.mark.parametrize(("offset", "is_given"), [(-MICROSECOND, False), (0 * MICROSECOND, True), (MICROSECOND, True)])
def test_notice_is_for_after_the_deadline(cutoff, proposal, offset, is_given):
    cutoff.at(offset)

    if is_given:
        assert _give(proposal).given_at == cutoff.closes_at + offset
        return
    with pytest.raises(NotNoticeable, match="^The tender is still open. Withdraw"):
        _give(proposal)


def test_notice_deletes_nothing_and_tells_nobody_before_the_opening(cutoff, proposal):
    cutoff.at(timedelta(seconds=1))

    notice = _give(proposal)

    assert standing_of(proposal).is_submitted
    assert (_officers_mails(), notices_of_opened(cutoff.tender)) == ([], [])
    facts = {"act": "notice of withdrawal", "proposal": proposal.public_id, "reason": REASON}
    facts["given_at"] = notice.given_at
    assert notice.commitment == commit(notice.salt, facts)
    body = bytes(Entry.objects.get(commitment=notice.commitment).body).decode()
    assert not any(secret in body for secret in (proposal.public_id, cutoff.tender.number, REASON))


def test_officer_and_chair_are_told_at_the_opening(cutoff, proposal):
    cutoff.at(timedelta(seconds=1))
    notice = _give(proposal)

    cutoff.open()

    assert notices_of_opened(cutoff.tender) == [notice]
    assert _officers_mails() == sorted([cutoff.tender.officer.email, cutoff.tender.second_approver.email])


def test_notice_after_the_opening_tells_them_at_once(cutoff, proposal):
    cutoff.open()
    proposal.refresh_from_db()

    _give(proposal)

    assert _officers_mails() == sorted([cutoff.tender.officer.email, cutoff.tender.second_approver.email])


def test_notice_given_twice_is_one(cutoff, proposal):
    cutoff.at(timedelta(seconds=1))

    assert _give(proposal) == _give(proposal, reason="Another reason.")
    assert WithdrawalNotice.objects.get().reason == REASON


def test_notice_ends_with_its_deadline(cutoff, proposal):
    cutoff.at(timedelta(seconds=1))
    first = _give(proposal)
    later = cutoff.closes_at + timedelta(seconds=10)
    extended_tender(cutoff.tender, later)
    assert notice_of(proposal) is None
    with pytest.raises(NotNoticeable, match="^The tender is still open"):
        _give(proposal)

    cutoff.say(later)
    second = _give(proposal, reason="Another reason.")

    assert (first.seq, second.seq, notice_of(proposal)) == (1, 2, second)
    cutoff.say(later + timedelta(seconds=5))
    closing.close_due()
    _open(cutoff.tender)
    assert notices_of_opened(cutoff.tender) == [second]


def test_notice_needs_a_reason_and_something_that_counts(cutoff, proposal):
    cutoff.at(timedelta(seconds=1))

    with pytest.raises(NotNoticeable, match="^A notice needs its reason") as refused:
        _give(proposal, reason="  ")
    assert refused.value.field == "reason"
    proposal.state = "DRAFT"
    proposal.save()
    with pytest.raises(NotNoticeable, match="^Nothing of this proposal was submitted"):
        _give(proposal)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (CompanyRole.VIEWER, False),
        (CompanyRole.EDITOR, False),
        (CompanyRole.SIGNATORY, True),
        (CompanyRole.OWNER, True),
        (None, False),
    ],
)
def test_signatories_give_notice(cutoff, proposal, role, may):
    person = person_of(proposal.company, role) if role else owner_of(cutoff.submitted().company)
    cutoff.at(timedelta(seconds=1))

    if may:
        assert _give(proposal, by=person).by == person
        return
    with pytest.raises(Denied):
        _give(proposal, by=person)

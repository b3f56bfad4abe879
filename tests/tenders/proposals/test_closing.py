from datetime import timedelta

import pytest

from coalition_portal.ledger.entries import commit
from tenders.notices.models import Change, ChangeKind
from tenders.proposals import closing
from tenders.proposals.closing import close, close_due
from tenders.proposals.models import Bundle, Closing
from tenders.proposals.queries import deadlines_in_force, is_closed
from tests.factories.cutoffs import MICROSECOND
from tests.factories.tenders import published_tender

SETTLE = timedelta(seconds=2)


@pytest.mark.parametrize(("offset", "closed"), [(SETTLE - MICROSECOND, 0), (SETTLE, 1), (SETTLE + MICROSECOND, 1)])
def test_closing_waits_for_the_settling(cutoff, offset, closed):
    cutoff.at(offset)

    assert (len(close_due()), is_closed(cutoff.tender)) == (closed, bool(closed))


def test_closing_commits_to_the_final_set(cutoff):
    proposals = sorted(
        (cutoff.submitted(name="Rotor One"), cutoff.submitted(name="Rotor Two")), key=lambda p: p.public_id
    )

    [closed] = cutoff.close()

    digests = {bundle.proposal_id: bundle.sha256 for bundle in Bundle.objects.all()}
    final = {"count": 2, "set": [[proposal.public_id, 1, digests[proposal.pk]] for proposal in proposals]}
    assert closed.commitment == commit(closed.salt, final)
    assert (closed.seq, closed.closes_at) == (1, cutoff.closes_at)


def test_closing_twice_has_one_effect(cutoff):
    cutoff.close()
    deadline = deadlines_in_force().get()

    assert (close_due(), close(deadline=deadline)) == ([], None)
    assert Closing.objects.count() == 1
    assert Change.objects.filter(kind=ChangeKind.SEALED).count() == 1


def test_a_tender_that_cannot_be_closed_holds_up_none_of_the_others(cutoff, monkeypatch):
    cutoff.at(timedelta(seconds=-30))
    other = published_tender(closes_at=cutoff.closes_at + timedelta(seconds=1))
    receive = closing.receive_asked

    def fail_for_the_first(deadline, now):
        if deadline.tender_id == cutoff.tender.pk:
            raise ValueError("damaged")
        return receive(deadline, now)

    monkeypatch.setattr(closing, "receive_asked", fail_for_the_first)

    with pytest.raises(ExceptionGroup, match="could not be closed"):
        cutoff.close()

    assert [row.tender for row in Closing.objects.all()] == [other]

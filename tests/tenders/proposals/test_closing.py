from datetime import timedelta

import pytest

from coalition_portal.ledger.entries import commit
from tenders.notices.models import Change, ChangeKind
from tenders.proposals.closing import close, close_due
from tenders.proposals.models import Bundle, Closing
from tenders.proposals.queries import deadlines_in_force, is_closed
from tests.factories.cutoffs import MICROSECOND

SETTLE = timedelta(seconds=2)


@pytest.mark.parametrize(("offset", "closed"), [(SETTLE - MICROSECOND, 0), (SETTLE, 1), (SETTLE + MICROSECOND, 1)])
def test_closing_waits_for_the_settling(cutoff, offset, closed):
    cutoff.at(offset)

    assert (len(close_due()), is_closed(cutoff.tender)) == (closed, bool(closed))


def test_closing_commits_to_the_final_set(cutoff):
    proposals = sorted(
        (cutoff.submitted(name="Rotor One"), cutoff.submitted(name="Rotor Two")), key=lambda p: p.public_id
    )

    [closing] = cutoff.close()

    digests = {bundle.proposal_id: bundle.sha256 for bundle in Bundle.objects.all()}
    final = {"count": 2, "set": [[proposal.public_id, 1, digests[proposal.pk]] for proposal in proposals]}
    assert closing.commitment == commit(closing.salt, final)
    assert (closing.seq, closing.closes_at) == (1, cutoff.closes_at)


def test_closing_twice_has_one_effect(cutoff):
    cutoff.close()
    deadline = deadlines_in_force().get()

    assert (close_due(), close(deadline=deadline)) == ([], None)
    assert Closing.objects.count() == 1
    assert Change.objects.filter(kind=ChangeKind.SEALED).count() == 1

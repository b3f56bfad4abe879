import pytest

from coalition_portal.permission import Denied
from tenders.notices.states import TenderState
from tenders.proposals.exclusion import NotExcludable, confirm_exclusion, propose_exclusion, withdraw_exclusion
from tenders.proposals.models import Exclusion, OpenedProposal
from tenders.proposals.states import ProposalState
from tests.factories import people


@pytest.fixture
def opened(cutoff):
    cutoff.submitted()
    cutoff.open()
    return OpenedProposal.objects.select_related("tender", "proposal").get()


def _propose(opened, now, by=None):
    return propose_exclusion(
        opened=opened, reason="Endurance is claimed below the threshold.", by=by or people.officer("LV"), now=now
    )


def test_two_countries_exclude(opened, fixed_now):
    exclusion = _propose(opened, fixed_now)
    officer = people.officer("GB")

    confirmed = confirm_exclusion(exclusion=exclusion, by=officer, now=fixed_now)
    again = confirm_exclusion(exclusion=exclusion, by=officer, now=fixed_now)

    opened.proposal.refresh_from_db()
    assert (confirmed.confirmed_country.code, again.confirmed_at) == ("GB", fixed_now)
    assert opened.proposal.state == ProposalState.EXCLUDED


def test_one_country_cannot_exclude_alone(opened, fixed_now):
    exclusion = _propose(opened, fixed_now)

    with pytest.raises(NotExcludable):
        confirm_exclusion(exclusion=exclusion, by=people.chair("LV"), now=fixed_now)


def test_proposing_twice_and_without_reason_is_refused(opened, fixed_now):
    _propose(opened, fixed_now)

    with pytest.raises(NotExcludable):
        _propose(opened, fixed_now)
    with pytest.raises(NotExcludable):
        propose_exclusion(opened=opened, reason=" ", by=people.officer("GB"), now=fixed_now)


def test_taking_back_is_possible_until_confirmed(opened, fixed_now):
    withdraw_exclusion(exclusion=_propose(opened, fixed_now), by=people.officer("GB"), now=fixed_now)
    assert Exclusion.objects.count() == 0
    exclusion = _propose(opened, fixed_now)
    confirm_exclusion(exclusion=exclusion, by=people.officer("GB"), now=fixed_now)

    with pytest.raises(NotExcludable):
        withdraw_exclusion(exclusion=exclusion, by=people.officer("GB"), now=fixed_now)


def test_after_the_ranking_nothing_is_excluded(opened, fixed_now):
    exclusion = _propose(opened, fixed_now)
    type(opened.tender).objects.filter(pk=opened.tender_id).update(state=TenderState.RANKED)

    with pytest.raises(NotExcludable):
        confirm_exclusion(exclusion=exclusion, by=people.officer("GB"), now=fixed_now)


@pytest.mark.parametrize("make", [people.opener, people.reviewer, people.head])
def test_only_officers_and_chairs_exclude(opened, fixed_now, make):
    with pytest.raises(Denied):
        _propose(opened, fixed_now, by=make("NL"))

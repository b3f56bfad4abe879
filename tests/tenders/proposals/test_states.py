from pathlib import Path

import pytest

from coalition_portal.lifecycle import IllegalMove
from tenders.proposals import states
from tenders.proposals.states import PROPOSAL, ProposalState

LEGAL = {
    ("DRAFT", "submit"): "SUBMITTED",
    ("DRAFT", "reinstate"): "SUBMITTED",
    ("SUBMITTED", "submit"): "SUBMITTED",
    ("SUBMITTED", "withdraw"): "WITHDRAWN",
    ("SUBMITTED", "reinstate"): "SUBMITTED",
    ("SUBMITTED", "open"): "OPENED",
    ("WITHDRAWN", "submit"): "SUBMITTED",
    ("WITHDRAWN", "reinstate"): "SUBMITTED",
    ("OPENED", "exclude"): "EXCLUDED",
}


@pytest.mark.parametrize("act", PROPOSAL.moves)
@pytest.mark.parametrize("state", list(ProposalState))
def test_every_act_from_every_state(state, act):
    if (state.value, act) in LEGAL:
        assert PROPOSAL.check(state, act) == LEGAL[state.value, act]
        return
    with pytest.raises(IllegalMove):
        PROPOSAL.check(state, act)


def test_the_table_has_no_act_that_this_test_does_not_know():
    assert set(PROPOSAL.moves) == {act for _state, act in LEGAL}


def test_the_readme_shows_the_table():
    readme = (Path(states.__file__).parent / "README.md").read_text(encoding="utf-8")

    assert f"```\n{PROPOSAL.diagram()}\n```" in readme

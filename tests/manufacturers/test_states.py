import pytest

from coalition_portal.lifecycle import IllegalMove
from manufacturers.standing import MEANINGS, TONES
from manufacturers.states import MAY_CHANGE, VETTING, VettingState

GRID = {
    #             submit_evidence, verify, return, suspend, reinstate
    "REGISTERED": ("SUBMITTED", None, None, "SUSPENDED", None),
    "SUBMITTED": (None, "VERIFIED", "RETURNED", "SUSPENDED", None),
    "VERIFIED": (None, None, None, "SUSPENDED", None),
    "RETURNED": ("SUBMITTED", None, None, "SUSPENDED", None),
    "SUSPENDED": (None, None, None, None, "REGISTERED"),
}
ACTS = ("submit_evidence", "verify", "return", "suspend", "reinstate")


def outcome(state, act):
    try:
        return VETTING.check(state, act).value
    except IllegalMove:
        return None


@pytest.mark.parametrize("state", VettingState.values)
def test_every_act_from_every_state(state):
    assert tuple(outcome(state, act) for act in ACTS) == GRID[state]


def test_grid_names_every_act():
    assert tuple(VETTING.moves) == ACTS


def test_every_state_has_a_tone_and_a_meaning():
    assert set(TONES) == set(MEANINGS) == set(VettingState)


def test_facts_change_only_while_nobody_relies_on_them():
    assert set(MAY_CHANGE) == {VettingState.REGISTERED, VettingState.RETURNED}

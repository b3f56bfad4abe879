from pathlib import Path

import pytest

from coalition_portal.lifecycle import IllegalMove
from tenders.notices import states
from tenders.notices.states import TENDER, TenderState

LEGAL = {
    ("DRAFT", "request_approval"): "AWAITING_APPROVAL",
    ("AWAITING_APPROVAL", "reject"): "DRAFT",
    ("AWAITING_APPROVAL", "take_back"): "DRAFT",
    ("AWAITING_APPROVAL", "publish"): "PUBLISHED",
    ("PUBLISHED", "extend"): "PUBLISHED",
    ("PUBLISHED", "open"): "OPENED",
    ("PUBLISHED", "cancel"): "CANCELLED",
    ("PUBLISHED", "fail"): "UNSUCCESSFUL",
    ("OPENED", "rank"): "RANKED",
    ("OPENED", "cancel"): "CANCELLED",
    ("OPENED", "fail"): "UNSUCCESSFUL",
}


@pytest.mark.parametrize("act", TENDER.moves)
@pytest.mark.parametrize("state", list(TenderState))
def test_every_act_from_every_state(state, act):
    if (state.value, act) in LEGAL:
        assert TENDER.check(state, act) == LEGAL[state.value, act]
        return
    with pytest.raises(IllegalMove):
        TENDER.check(state, act)


def test_the_table_has_no_act_that_this_test_does_not_know():
    assert set(TENDER.moves) == {act for _state, act in LEGAL}


def test_the_readme_shows_the_table():
    readme = (Path(states.__file__).parent / "README.md").read_text(encoding="utf-8")

    assert f"```\n{TENDER.diagram()}\n```" in readme

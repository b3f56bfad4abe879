from enum import Enum

import pytest

from coalition_portal.lifecycle import IllegalMove, Lifecycle


class Lamp(Enum):
    OFF = "OFF"
    ON = "ON"
    BROKEN = "BROKEN"


class Door(Enum):
    OPEN = "OPEN"


LAMP = Lifecycle(
    Lamp,
    {
        "switch_on": ({Lamp.OFF}, Lamp.ON),
        "switch_off": ({Lamp.ON}, Lamp.OFF),
        "break": ({Lamp.OFF, Lamp.ON}, Lamp.BROKEN),
    },
)

ALLOWED = {
    (Lamp.OFF, "switch_on"): Lamp.ON,
    (Lamp.ON, "switch_off"): Lamp.OFF,
    (Lamp.OFF, "break"): Lamp.BROKEN,
    (Lamp.ON, "break"): Lamp.BROKEN,
}


@pytest.mark.parametrize("act", LAMP.moves)
@pytest.mark.parametrize("state", Lamp)
def test_check_over_the_full_grid(state, act):
    if (state, act) in ALLOWED:
        assert LAMP.check(state, act) == ALLOWED[state, act]
        return
    with pytest.raises(IllegalMove):
        LAMP.check(state, act)


def test_check_takes_the_stored_value_too():
    assert LAMP.check("OFF", "switch_on") is Lamp.ON


def test_an_illegal_move_says_got_and_wanted():
    with pytest.raises(IllegalMove) as caught:
        LAMP.check("BROKEN", "break")

    move = caught.value
    assert (move.sentence, move.state, move.act) == (
        "break is not possible in state BROKEN; it needs OFF, ON.",
        Lamp.BROKEN,
        "break",
    )
    assert str(move) == move.sentence


def test_an_unknown_act_or_state_is_a_programming_error():
    with pytest.raises(KeyError):
        LAMP.check(Lamp.ON, "sing")
    with pytest.raises(ValueError, match="DIM"):
        LAMP.check("DIM", "break")


def test_acts_from_keeps_the_order_of_the_table():
    assert {state: LAMP.acts_from(state) for state in Lamp} == {
        Lamp.OFF: ["switch_on", "break"],
        Lamp.ON: ["switch_off", "break"],
        Lamp.BROKEN: [],
    }


def test_diagram_has_one_line_per_arrow():
    assert LAMP.diagram() == (
        "OFF --switch_on--> ON\nOFF --break--> BROKEN\nON --switch_off--> OFF\nON --break--> BROKEN"
    )


@pytest.mark.parametrize("move", [({Door.OPEN}, Lamp.ON), ({Lamp.ON}, Door.OPEN), (set(), Lamp.ON)])
def test_a_table_with_foreign_or_no_states_is_refused(move):
    with pytest.raises(ValueError, match="every move needs states of Lamp"):
        Lifecycle(Lamp, {"switch_on": move})

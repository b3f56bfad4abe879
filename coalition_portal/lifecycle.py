"""States that people change, and the moves between them, as one table per slice. What a clock decides is no state."""

from collections.abc import Mapping
from enum import Enum

Moves = Mapping[str, tuple[set[Enum], Enum]]


class IllegalMove(Exception):
    """An act that the table does not allow from this state; `sentence` says what was got and what was wanted."""

    def __init__(self, sentence: str, *, state: Enum, act: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.state = state
        self.act = act


class Lifecycle:
    """`moves` maps an act to the states it may start from and the one state it leads to."""

    def __init__(self, states: type[Enum], moves: Moves) -> None:
        self.states = states
        self.moves = {act: (frozenset(start), end) for act, (start, end) in moves.items()}
        self._refuse_foreign_states()

    def check(self, state: str | Enum, act: str) -> Enum:
        """The state that `act` leads to; IllegalMove where the table has no such move, KeyError where no such act."""
        current = self.states(state)
        start, end = self.moves[act]
        if current in start:
            return end
        wanted = ", ".join(sorted(member.value for member in start))
        raise IllegalMove(f"{act} is not possible in state {current.value}; it needs {wanted}.", state=current, act=act)

    def acts_from(self, state: str | Enum) -> list[str]:
        """The acts possible from `state`, in the order of the table."""
        current = self.states(state)
        return [act for act, (start, _end) in self.moves.items() if current in start]

    def diagram(self) -> str:
        """One line per arrow, in the order of the states and then of the table."""
        arrows = [
            f"{state.value} --{act}--> {self.moves[act][1].value}"
            for state in self.states
            for act in self.acts_from(state)
        ]
        return "\n".join(arrows)

    def _refuse_foreign_states(self) -> None:
        for act, (start, end) in self.moves.items():
            foreign = [member for member in (*start, end) if not isinstance(member, self.states)]
            if foreign or not start:
                raise ValueError(f"{act}: every move needs states of {self.states.__name__}, got {foreign or 'none'}.")

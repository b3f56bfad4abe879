"""The strict reading of a body, where it is about the work that a body makes."""

import pytest

from tenders.api import bodies
from tenders.api.bodies import read_object
from tenders.api.errors import Problem


class Counted(str):
    """A name that counts how often it is compared."""

    compared = 0
    __hash__ = str.__hash__

    def __eq__(self, other):
        type(self).compared += 1
        return str(self) == str(other)


def test_a_member_that_stands_twice():
    with pytest.raises(Problem) as refused:
        read_object(b'{"b": 1, "a": {"c": 1, "c": 2}, "b": 3}')

    assert refused.value.sentence == "The body has the member “c” twice in one object."


def test_a_member_twice_behind_many_others_is_found_without_comparing_all_with_all():
    names = [f"member{number}" for number in range(2000)]

    with pytest.raises(Problem):
        bodies._object([(Counted(name), 1) for name in [*names, names[-1]]])

    assert Counted.compared < 10_000

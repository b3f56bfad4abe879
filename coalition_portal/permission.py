"""The two ways in which a verb says no, and the helper that turns a check into a question."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

P = ParamSpec("P")


class Denied(Exception):
    """This person may not do this now. `reason` is a sentence for that person, translatable."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Refused(Exception):
    """An expected refusal of a verb. `sentence` says what was got, what was wanted and what to do now.

    Verbs derive their own refusals from it and define them beside themselves. `field` names the form field at fault.
    """

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


def allows(check: Callable[P, object]) -> Callable[P, bool]:
    """`can_publish = allows(check_can_publish)`: True when the check does not raise Denied."""

    @wraps(check)
    def can(*args: P.args, **kwargs: P.kwargs) -> bool:
        try:
            check(*args, **kwargs)
        except Denied:
            return False
        return True

    can.__name__ = check.__name__.removeprefix("check_")
    return can

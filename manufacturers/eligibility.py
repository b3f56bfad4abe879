"""Which states' makers may bid: the part of the Ukraine Defence Contact Group that public sources name.

No official list of members is public. A state that the sources name surely is eligible by default; one that they name
only in passing, or not at all, waits for an officer: its companies may register and draft meanwhile. A tender keeps its
own dated list, which begins as a copy of this one.
"""

import json
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data" / "eligible_states.json"
SURE = "high"


@cache
def confidences() -> dict[str, str]:
    """Two-letter code of each state that the sources name, and how sure they are: high or medium."""
    return {state["code"]: state["confidence"] for state in _content()["states"]}


def is_eligible_state(code: str) -> bool:
    """Eligible without anybody's decision. False means that an officer decides, not that the state is refused."""
    return confidences().get(str(code)) == SURE


def default_list() -> list[dict]:
    """Code, confidence and the labels of the sources of each state, in order of the codes; a fresh copy."""
    return [dict(state, sources=list(state["sources"])) for state in _content()["states"]]


@cache
def _content() -> dict:
    return json.loads(DATA.read_text(encoding="utf-8"))

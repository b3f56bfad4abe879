"""What the store of documents holds, and what a refusal leaves there."""

import pytest

from coalition_portal.storage import document_storage
from tenders.proposals.contents import FOLDER
from tenders.proposals.document_limits import Unacceptable


def stored_parts() -> list[str]:
    """The names of all parts of all contents."""
    try:
        return sorted(document_storage().listdir(FOLDER)[1])
    except FileNotFoundError:
        return []


def refusal_of(act, *args, **kwargs) -> str:
    """The sentence, with plain spaces, with which `act(*args, **kwargs)` refuses a file; nothing of it is stored."""
    before = stored_parts()
    with pytest.raises(Unacceptable) as raised:
        act(*args, **kwargs)
    assert stored_parts() == before
    return raised.value.sentence.replace("\N{NO-BREAK SPACE}", " ")

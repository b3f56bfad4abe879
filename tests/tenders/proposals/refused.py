"""What people read when an act is refused."""

import pytest

from coalition_portal.permission import Refused


def sentence_of(act, *args, **kwargs):
    """The sentence with which the act is refused, with plain spaces."""
    with pytest.raises(Refused) as raised:
        act(*args, **kwargs)
    return raised.value.sentence.replace("\N{NO-BREAK SPACE}", " ")

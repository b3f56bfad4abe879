"""Log entries about acts of companies.

They all look the same, so that counting entries tells no number of proposals: what happened is inside a commitment
whose salt stands with the row it is about.
"""

from dataclasses import dataclass
from datetime import datetime

from coalition_portal.ledger.append import append
from coalition_portal.ledger.entries import Event, commit, new_salt
from coalition_portal.ledger.models import Entry


@dataclass(frozen=True)
class Sealed:
    salt: str
    commitment: str


def seal(act: str, facts: dict) -> Sealed:
    """Commit to one act; `facts` hold what canonical_json knows. To be stored with the row before it is recorded."""
    salt = new_salt()
    return Sealed(salt=salt, commitment=commit(salt, {"act": act, **facts}))


def record(sealed: Sealed, *, at: datetime) -> Entry:
    """The last statement of the transaction."""
    return append(
        event=Event.PROPOSALS_SEALED_RECORDED, subject="sealed", facts={}, at=at, commitment=sealed.commitment
    )

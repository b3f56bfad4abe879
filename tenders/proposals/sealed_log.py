"""Log entries about acts of companies.

They all look the same, so that counting entries tells no number of proposals: what happened is inside a commitment
whose salt stands with the row it is about.
"""

from dataclasses import dataclass
from datetime import datetime

from coalition_portal.ledger.append import append
from coalition_portal.ledger.entries import Event, commit, new_salt
from coalition_portal.ledger.models import Entry
from tenders.notices.models import Deadline
from tenders.proposals.models import Bundle


@dataclass(frozen=True)
class Sealed:
    salt: str
    commitment: str


def seal(act: str, facts: dict) -> Sealed:
    """Commit to one act; `facts` hold what canonical_json knows. To be stored with the row before it is recorded."""
    salt = new_salt()
    return Sealed(salt=salt, commitment=commit(salt, {"act": act, **facts}))


def seal_judged(act: str, bundle: Bundle, deadline: Deadline, received_at: datetime) -> Sealed:
    """Commit to an act on one version that was judged against a deadline."""
    return seal(
        act,
        {
            "proposal": bundle.proposal.public_id,
            "version": bundle.version,
            "bundle_sha256": bundle.sha256,
            "deadline_seq": deadline.seq,
            "closes_at": deadline.closes_at,
            "received_at": received_at,
        },
    )


def record(sealed: Sealed, *, at: datetime) -> Entry:
    """The last statement of the transaction."""
    return append(
        event=Event.PROPOSALS_SEALED_RECORDED, subject="sealed", facts={}, at=at, commitment=sealed.commitment
    )

"""Uploads that are not finished, begun by the verbs."""

from datetime import datetime

from coalition_portal import clock
from tenders.proposals.models import Proposal, Upload
from tenders.proposals.uploading import begin_upload, receive
from tests.factories import companies


def unfinished_upload(
    proposal: Proposal,
    *,
    kind_code: str = "flight_evidence",
    name: str = "flights.csv",
    content: bytes = b"flight,range_km\n1,12.5\n",
    got: int = 10,
    now: datetime | None = None,
) -> Upload:
    """The first `got` bytes of `content` arrived, from the company's owner."""
    by, now = companies.owner_of(proposal.company), now or clock.database_now()
    upload = begin_upload(proposal=proposal, kind_code=kind_code, name=name, size_bytes=len(content), by=by, now=now)
    return receive(upload=upload, offset=0, chunks=[content[:got]], by=by, now=now) if got else upload

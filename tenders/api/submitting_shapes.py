"""Bodies of what freezing and the deadline bring about. submitting_serializers.py describes them."""

from coalition_portal.formatting import microseconds
from tenders.api.company_shapes import NOT_SUBMITTED, SUBMITTED, address, staged_version
from tenders.proposals.models import Bundle, Proposal, Provisional, Receipt, StagingJob, Withdrawal


def staging_job(job: StagingJob, proposal: Proposal) -> dict:
    return {
        "id": job.public_id,
        "state": job.state.lower(),
        "done_bytes": job.done_bytes,
        "total_bytes": job.total_bytes,
        "staged": job.bundle and staged_version(job.bundle),
        "problem": job.problem or None,
        "links": {
            "self": address("api-proposal-stage-job", proposal.public_id, job.public_id),
            "submit": address("api-proposal-submit", proposal.public_id),
        },
    }


def receipt(row: Receipt, proposal: Proposal, bundle: Bundle) -> dict:
    """What counts of it, from its row alone; the whole receipt, with the files, is at its link."""
    return _judged(row, proposal, bundle) | {"standing": SUBMITTED, "bundle_sha256": bundle.sha256}


def withdrawal(row: Withdrawal, proposal: Proposal, bundle: Bundle) -> dict:
    return _judged(row, proposal, bundle) | {"standing": NOT_SUBMITTED}


def provisional(row: Provisional, proposal: Proposal, bundle: Bundle) -> dict:
    """It arrived in time while the tender was being closed: two people of two countries decide it."""
    return _judged(row, proposal, bundle) | {"standing": "PROVISIONAL"}


def _judged(row: Receipt | Withdrawal | Provisional, proposal: Proposal, bundle: Bundle) -> dict:
    receipt_at = address("api-proposal-receipt", proposal.public_id)
    return {
        "tender": proposal.tender.number,
        "proposal": proposal.public_id,
        "version": bundle.version,
        "received_at": microseconds(row.received_at),
        "deadline": {"seq": row.seq, "closes_at": microseconds(row.closes_at)},
        "commitment": row.commitment,
        "salt": row.salt,
        "links": {
            "receipt": f"{receipt_at}?version={bundle.version}",
            "proposal": address("api-proposal", proposal.public_id),
        },
    }

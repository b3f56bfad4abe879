from coalition_portal.ledger.append import entry_of
from tenders.proposals import vault
from tenders.proposals.models import Receipt, ReceiptKind, Wish


def receipt_document(receipt: Receipt) -> dict:
    """What a company keeps: everything that is committed to in the log, with the salt that opens the commitment.

    {"schema", "tender", "proposal", "version", "received_at", "deadline": {"seq", "closes_at"}, "bundle_sha256",
    "files": [{"name", "size_bytes", "sha256"}], "log": {"number", "recorded_at", "leaf_hash", "commitment", "salt"}};
    instants are UTC with microseconds.
    """
    entry = entry_of(receipt.commitment)
    manifest = vault.read_manifest(receipt.bundle)
    return {
        "schema": "idc-receipt/1",
        "tender": receipt.tender.number,
        "proposal": receipt.proposal.public_id,
        "version": receipt.bundle.version,
        "received_at": receipt.received_at,
        "deadline": {"seq": receipt.seq, "closes_at": receipt.closes_at},
        "bundle_sha256": receipt.bundle.sha256,
        "files": [{key: file[key] for key in ("name", "size_bytes", "sha256")} for file in manifest["documents"]],
        "log": {
            "number": entry.index,
            "recorded_at": entry.recorded_at,
            "leaf_hash": entry.leaf_hash,
            "commitment": receipt.commitment,
            "salt": receipt.salt,
        },
    }


def wish_behind(receipt: Receipt) -> Wish | None:
    """Who asked for the version, and when, where it was submitted because time ran out; None where a person did."""
    if receipt.kind != ReceiptKind.AUTO:
        return None
    return Wish.objects.filter(bundle=receipt.bundle, is_asked=True).order_by("pk").last()

import hashlib
from datetime import timedelta

from coalition_portal.ledger.entries import commit
from coalition_portal.ledger.models import Entry
from tenders.proposals import vault
from tenders.proposals.receipts import receipt_document
from tests.factories.proposals import staged_bundle


def test_receipt_document_holds_all_that_opens_its_commitment(cutoff):
    bundle = staged_bundle(tender=cutoff.tender)
    receipt = cutoff.submit(bundle, timedelta(seconds=-1)).receipt

    document = receipt_document(receipt)

    entry = Entry.objects.get(commitment=receipt.commitment)
    files = vault.read_manifest(bundle)["documents"]
    assert document == {
        "schema": "idc-receipt/1",
        "tender": cutoff.tender.number,
        "proposal": bundle.proposal.public_id,
        "version": 1,
        "received_at": receipt.received_at,
        "deadline": {"seq": 1, "closes_at": cutoff.closes_at},
        "bundle_sha256": bundle.sha256,
        "files": [{"name": f["name"], "size_bytes": f["size_bytes"], "sha256": f["sha256"]} for f in files],
        "log": {
            "number": entry.index,
            "recorded_at": entry.recorded_at,
            "leaf_hash": hashlib.sha256(b"\x00" + bytes(entry.body)).hexdigest(),
            "commitment": receipt.commitment,
            "salt": receipt.salt,
        },
    }
    opened = {
        "act": "receipt",
        "proposal": document["proposal"],
        "version": document["version"],
        "bundle_sha256": document["bundle_sha256"],
        "deadline_seq": document["deadline"]["seq"],
        "closes_at": document["deadline"]["closes_at"],
        "received_at": document["received_at"],
    }
    assert commit(document["log"]["salt"], opened) == document["log"]["commitment"]

from datetime import datetime

from coalition_portal import locks
from coalition_portal.ledger.entries import NO_CHAIN, Event, body_of, chain_hash, leaf_hash
from coalition_portal.ledger.models import Entry, Head


def append(*, event: Event, subject: str, facts: dict, at: datetime, commitment: str | None = None) -> Entry:
    """Add one entry inside the caller's transaction, as its last statement: it takes the log lock.

    `facts` may hold nothing about a company and no number of proposals; what is secret goes in as a salted commitment.
    `recorded_at` is `at`, or the instant of the entry before where that is later, so it never goes backwards.
    """
    head = lock_log()
    index = head.size if head else 0
    recorded_at = max(at, head.recorded_at) if head else at
    body = body_of(
        index=index, at=recorded_at, event=Event(event).value, subject=subject, facts=facts, commitment=commitment
    )
    entry = Entry.objects.create(
        index=index,
        body=body,
        leaf_hash=leaf_hash(body),
        previous_hash=head.chain_hash if head else NO_CHAIN,
        event=Event(event).value,
        subject=subject,
        commitment=commitment,
        recorded_at=recorded_at,
    )
    _move_head(head, entry)
    return entry


def lock_log() -> Head | None:
    """The last lock of a transaction: whoever holds the head's row writes the next entry. None before the first one.

    Reading and locking it is one query. Before there is a head to lock, those who want to write the first entry queue.
    """
    locks.check_in_transaction()
    head = Head.objects.select_for_update().first()
    if head is None:
        locks.first_entry_lock()
        head = Head.objects.select_for_update().first()
    return head


def entry_of(commitment: str) -> Entry:
    """The entry that carries this commitment; raises Entry.DoesNotExist where the log has none."""
    return Entry.objects.get(commitment=commitment)


def _move_head(head: Head | None, entry: Entry) -> None:
    chain = chain_hash(entry.previous_hash, entry.leaf_hash)
    if head is None:
        Head.objects.create(size=1, chain_hash=chain, recorded_at=entry.recorded_at)
        return
    Head.objects.filter(pk=head.pk).update(size=entry.index + 1, chain_hash=chain, recorded_at=entry.recorded_at)

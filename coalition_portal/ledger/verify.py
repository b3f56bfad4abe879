"""Check the log against itself, from the raw bytes up: nothing that a column says is believed.

Found are a byte changed anywhere, an entry left out, put in, moved or cut off the end, and an instant that goes
backwards. Whoever owns the database can rewrite the whole log and its head; that is found by a head kept elsewhere,
which `expected` takes.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from coalition_portal.ledger.entries import NO_CHAIN, VERSION, body_of, chain_hash, leaf_hash
from coalition_portal.ledger.models import Entry, Head


class LogBroken(Exception):
    """The first thing found wrong, as a sentence that names the entry."""


@dataclass(frozen=True)
class State:
    """The log up to some entry: how many entries, and the hash of their chain."""

    size: int
    chain_hash: str

    def __str__(self) -> str:
        return f"{self.size}:{self.chain_hash}"


def verify(*, expected: State | None = None) -> State:
    """The state of the whole log; raises LogBroken. `expected` is a state seen earlier, which the log must contain."""
    state, recorded_at = State(0, NO_CHAIN), None
    found = state == expected
    for entry in Entry.objects.order_by("index").iterator(chunk_size=500):
        _check_entry(entry, state, recorded_at)
        state = State(state.size + 1, chain_hash(state.chain_hash, entry.leaf_hash))
        recorded_at = entry.recorded_at
        found = found or state == expected
    _check_head(state, recorded_at)
    if expected is not None and not found:
        raise LogBroken(f"The log does not contain the state {expected}: it was cut off or written anew.")
    return state


def _check_entry(entry: Entry, before: State, recorded_at: datetime | None) -> None:
    if entry.index != before.size:
        raise LogBroken(f"Entry {before.size} is missing: the next entry in the log is {entry.index}.")
    body = bytes(entry.body)
    if leaf_hash(body) != entry.leaf_hash:
        raise LogBroken(f"Entry {entry.index} was changed: its bytes do not hash to its leaf hash.")
    if entry.previous_hash != before.chain_hash:
        raise LogBroken(f"Entry {entry.index} does not follow the entries before it: its previous hash is not theirs.")
    if _body_by_columns(entry, body) != body:
        raise LogBroken(f"Entry {entry.index} was changed: its columns say something else than its bytes.")
    if recorded_at is not None and entry.recorded_at < recorded_at:
        raise LogBroken(f"Entry {entry.index} was recorded before the entry in front of it.")


def _body_by_columns(entry: Entry, body: bytes) -> bytes:
    """The body made anew from the columns; only the facts have no column and are read from the bytes."""
    try:
        content = json.loads(body)
        if content["v"] != VERSION:
            raise ValueError("another version")
        return body_of(
            index=entry.index,
            at=entry.recorded_at,
            event=entry.event,
            subject=entry.subject,
            facts=content["facts"],
            commitment=entry.commitment,
        )
    except (ValueError, TypeError, KeyError) as error:
        sentence = f"Entry {entry.index} cannot be read: its bytes are no entry of version {VERSION}."
        raise LogBroken(sentence) from error


def _check_head(state: State, recorded_at: datetime | None) -> None:
    heads: Iterable[Head] = Head.objects.all()
    stated = [(head.size, head.chain_hash, head.recorded_at) for head in heads]
    if stated == ([(state.size, state.chain_hash, recorded_at)] if state.size else []):
        return
    if stated and stated[0][0] > state.size:
        raise LogBroken(f"Entry {state.size} is missing: the head of the log counts {stated[0][0]} entries.")
    last = f"entry {state.size - 1}, the last one" if state.size else "an empty log"
    raise LogBroken(f"The head of the log does not fit {last}.")

"""What an entry is made of: event names, canonical bytes, hashes and commitments.

Hashes: leaf = SHA-256(0x00 | body); chain after entry n = SHA-256(0x02 | chain before n | leaf n), 64 zeros before the
first. A tree after RFC 9162 (leaf 0x00, node 0x01) can be built later over the same leaves.
"""

import hashlib
import secrets
from datetime import datetime

from django.db import models

from coalition_portal.canonical import canonical_json

VERSION = 1
NO_CHAIN = "0" * 64


class Event(models.TextChoices):
    """Names `source:subject:action`; the source is the slice that writes it."""

    IDENTITY_ROLE_GRANTED = "identity:role:granted"
    IDENTITY_ROLE_ENDED = "identity:role:ended"
    IDENTITY_COALITION_LOADED = "identity:coalition:loaded"
    MANUFACTURERS_COMPANY_REGISTERED = "manufacturers:company:registered"
    MANUFACTURERS_UNDERTAKING_ACCEPTED = "manufacturers:undertaking:accepted"
    MANUFACTURERS_COMPANY_CHANGED = "manufacturers:company:changed"
    MANUFACTURERS_PERSON_ADDED = "manufacturers:person:added"
    MANUFACTURERS_PERSON_REMOVED = "manufacturers:person:removed"
    WATCH_INCIDENT_OPENED = "watch:incident:opened"
    WATCH_INCIDENT_ENDED = "watch:incident:ended"
    NOTICES_TENDER_DRAFTED = "notices:tender:drafted"
    NOTICES_TENDER_CHANGED = "notices:tender:changed"
    NOTICES_APPROVAL_REQUESTED = "notices:approval:requested"
    NOTICES_APPROVAL_REJECTED = "notices:approval:rejected"
    NOTICES_TENDER_PUBLISHED = "notices:tender:published"
    NOTICES_DEADLINE_SET = "notices:deadline:set"
    NOTICES_DEADLINE_EXTENDED = "notices:deadline:extended"
    NOTICES_TENDER_CANCELLED = "notices:tender:cancelled"
    PROPOSALS_SEALED_RECORDED = "proposals:sealed:recorded"
    PROPOSALS_PROVISIONAL_DECIDED = "proposals:provisional:decided"
    PROPOSALS_TENDER_CLOSED = "proposals:tender:closed"
    PROPOSALS_OPENING_PROPOSED = "proposals:opening:proposed"
    PROPOSALS_TENDER_OPENED = "proposals:tender:opened"
    PROPOSALS_EXCLUSION_DECIDED = "proposals:exclusion:decided"
    REVIEWS_PANEL_CHANGED = "reviews:panel:changed"
    REVIEWS_CONFLICTS_DECLARED = "reviews:conflicts:declared"
    REVIEWS_ASSIGNMENT_MADE = "reviews:assignment:made"
    REVIEWS_ASSIGNMENT_ENDED = "reviews:assignment:ended"
    REVIEWS_SHEET_SAVED = "reviews:sheet:saved"
    REVIEWS_SHEET_LOCKED = "reviews:sheet:locked"
    REVIEWS_CONSENSUS_RECORDED = "reviews:consensus:recorded"
    REVIEWS_RANKING_MADE = "reviews:ranking:made"
    REVIEWS_RESULT_PUBLISHED = "reviews:result:published"


def new_salt() -> str:
    """128 random bits as 32 hexadecimal characters; it is kept with the thing recorded and never in the log."""
    return secrets.token_hex(16)


def commit(salt: str, secret: dict) -> str:
    """64 hexadecimal characters that bind to `secret` and, without the salt, tell nothing about it."""
    return hashlib.sha256(canonical_json({"salt": salt, "secret": secret})).hexdigest()


def body_of(*, index: int, at: datetime, event: str, subject: str, facts: dict, commitment: str | None = None) -> bytes:
    """The bytes that are hashed and stored; `commitment` is left out where there is none."""
    content = {"v": VERSION, "index": index, "at": at, "event": event, "subject": subject, "facts": facts}
    if commitment is not None:
        content["commitment"] = commitment
    return canonical_json(content)


def leaf_hash(body: bytes) -> str:
    return hashlib.sha256(b"\x00" + body).hexdigest()


def chain_hash(before: str, leaf: str) -> str:
    return hashlib.sha256(b"\x02" + bytes.fromhex(before) + bytes.fromhex(leaf)).hexdigest()

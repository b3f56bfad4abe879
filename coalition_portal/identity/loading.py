"""The coalition's members and the fund's public figures, from the file that comes with the portal."""

import hashlib
import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from django.db import transaction

from coalition_portal.identity.models import FundMilestone, MemberCountry
from coalition_portal.ledger.append import append
from coalition_portal.ledger.entries import Event

DATA = Path(__file__).parent / "data" / "coalition.json"


def load_coalition(*, now: datetime, path: Path = DATA) -> int:
    """Write what the file says and return how many rows were new or different; running again changes nothing.

    A country's level is the coalition's own decision and not in the public sources: it is kept where it was changed.
    """
    content = path.read_bytes()
    coalition = json.loads(content)
    with transaction.atomic(durable=True):
        changed = sum(_load_member(member, coalition["leads"]) for member in coalition["members"])
        currency = coalition["fund"]["currency"]
        changed += sum(_load_milestone(milestone, currency) for milestone in coalition["fund"]["milestones"])
        if changed:
            digest = hashlib.sha256(content).hexdigest()
            append(event=Event.IDENTITY_COALITION_LOADED, subject="coalition", facts={"file_sha256": digest}, at=now)
    return changed


def _load_member(member: dict, leads: list[str]) -> bool:
    facts = {
        "joined": member["joined"] or "",
        "founding": member["founding"],
        "lead": member["country"] in leads,
    }
    return _write(MemberCountry, {"code": member["country"]}, facts)


def _load_milestone(milestone: dict, currency: str) -> bool:
    facts = {
        "amount": Decimal(milestone["amount"]),
        "currency": currency,
        "note_en": milestone["note_en"],
        "note_uk": milestone["note_uk"],
    }
    return _write(FundMilestone, {"date": milestone["date"]}, facts)


def _write(model: type[MemberCountry] | type[FundMilestone], key: dict, facts: dict) -> bool:
    if model.objects.filter(**key, **facts).exists():
        return False
    model.objects.update_or_create(defaults=facts, **key)
    return True

"""Writing down what was done about a company: a row with its salt here, a salted commitment in the log.

The log is public one day and tells nothing about a company: its entries name the kind of act, and no more.
"""

from datetime import datetime

from coalition_portal.identity.models import User
from coalition_portal.ledger.append import append
from coalition_portal.ledger.entries import Event, commit
from manufacturers.models import Company, CompanyAct, CompanyRecord

EVENTS = {
    CompanyAct.REGISTERED: Event.MANUFACTURERS_COMPANY_REGISTERED,
    CompanyAct.UNDERTAKING_ACCEPTED: Event.MANUFACTURERS_UNDERTAKING_ACCEPTED,
    CompanyAct.PERSON_ADDED: Event.MANUFACTURERS_PERSON_ADDED,
    CompanyAct.PERSON_REMOVED: Event.MANUFACTURERS_PERSON_REMOVED,
}
"""All other acts look alike in the log: a new drone model would hint at a proposal, a suspension at trouble."""


def record(
    *, company: Company, act: CompanyAct, by: User, now: datetime, facts: dict | None = None, reason: str = ""
) -> CompanyRecord:
    """The last statement of the caller's transaction: it takes the log lock."""
    row = CompanyRecord(company=company, act=act, facts=facts or {}, reason=reason, by=by, at=now)
    row.commitment = commit(row.salt, secret_of(row))
    row.save(force_insert=True)
    event = EVENTS.get(act, Event.MANUFACTURERS_COMPANY_CHANGED)
    append(event=event, subject="company", facts={}, at=now, commitment=row.commitment)
    return row


def secret_of(row: CompanyRecord) -> dict:
    """What the commitment of a row binds to."""
    return {
        "company": row.company.public_id,
        "act": CompanyAct(row.act).value,
        "facts": row.facts,
        "reason": row.reason,
        "by": row.by.public_id,
        "at": row.at,
    }

"""Vetting: a company submits evidence; an officer of its home country verifies, returns, suspends and reinstates.

It is needed before a trial order and never before a proposal. The owners learn by mail that there is news.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from coalition_portal.identity.models import User
from coalition_portal.permission import Refused
from coalition_portal.post.queue import queue_mail
from manufacturers.history import record
from manufacturers.models import NEEDS_REASON, Company, CompanyAct
from manufacturers.permissions import check_can_edit, check_can_vet
from manufacturers.queries import owners_of
from manufacturers.states import VETTING

REASON_LENGTH = 1000


class VettingRefused(Refused):
    """The act is possible, but not like this."""


def submit_evidence(*, company: Company, by: User, now: datetime) -> Company:
    """The company says that its evidence is with the delegation."""
    return _move(company, "submit_evidence", CompanyAct.EVIDENCE_SUBMITTED, by, now, "")


def verify(*, company: Company, by: User, now: datetime) -> Company:
    return _move(company, "verify", CompanyAct.VERIFIED, by, now, "")


def return_(*, company: Company, reason: str, by: User, now: datetime) -> Company:
    return _move(company, "return", CompanyAct.RETURNED, by, now, reason)


def suspend(*, company: Company, reason: str, by: User, now: datetime) -> Company:
    return _move(company, "suspend", CompanyAct.SUSPENDED, by, now, reason)


def reinstate(*, company: Company, reason: str, by: User, now: datetime) -> Company:
    """The company begins anew as registered: what was verified before the suspension is to be verified again."""
    return _move(company, "reinstate", CompanyAct.REINSTATED, by, now, reason)


def _move(company: Company, act: str, kept_as: CompanyAct, by: User, now: datetime, reason: str) -> Company:
    """Raises Denied, IllegalMove or VettingRefused; writes state, mails and the record, in this order."""
    reason = _check_reason(kept_as, reason)
    with transaction.atomic(durable=True):
        company = Company.objects.select_for_update(no_key=True).get(pk=company.pk)
        (check_can_edit if act == "submit_evidence" else check_can_vet)(by, company)
        company.state = VETTING.check(company.state, act)
        company.save(update_fields=["state"])
        if act != "submit_evidence":
            _tell_owners(company, kept_as, now)
        record(company=company, act=kept_as, by=by, now=now, reason=reason)
    return company


def _check_reason(act: CompanyAct, reason: str) -> str:
    reason = reason.strip()
    if act in NEEDS_REASON and not reason:
        raise VettingRefused(_("Write the reason; the company reads it and acts on it."), field="reason")
    if len(reason) > REASON_LENGTH:
        words = {"got": len(reason), "wanted": REASON_LENGTH}
        raise VettingRefused(
            _("We got %(got)s characters; a reason has at most %(wanted)s. Shorten it.") % words, field="reason"
        )
    return reason


def _tell_owners(company: Company, act: CompanyAct, now: datetime) -> None:
    for owner in owners_of(company):
        key = f"company_vetting:{company.public_id}:{act.value}:{now.isoformat()}:{owner.public_id}"
        queue_mail(key=key, to=owner, template="company_vetting", context={"path": "/company/"}, now=now)

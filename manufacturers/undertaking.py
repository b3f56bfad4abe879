"""The confidentiality undertaking: accepted once per wording, by one click, for the whole company."""

from datetime import datetime

from django.db import transaction

from coalition_portal.identity.models import User
from manufacturers.history import record
from manufacturers.models import Company, CompanyAct, Undertaking
from manufacturers.permissions import check_can_sign
from manufacturers.undertaking_wording import WORDING


def accept_undertaking(*, company: Company, by: User, now: datetime) -> Undertaking:
    """Accept the wording in force for the company; where it is accepted already, that acceptance is returned."""
    with transaction.atomic(durable=True):
        company = Company.objects.select_for_update(no_key=True).get(pk=company.pk)
        check_can_sign(by, company)
        if known := Undertaking.objects.filter(company=company, wording=WORDING).first():
            return known
        undertaking = Undertaking.objects.create(company=company, wording=WORDING, accepted_by=by, accepted_at=now)
        record(company=company, act=CompanyAct.UNDERTAKING_ACCEPTED, by=by, now=now, facts={"wording": WORDING})
    return undertaking

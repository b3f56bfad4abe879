"""A company says that it means to bid, or takes that back. It binds nobody and is no evidence.

Nothing of it goes into the log: entries that come and go with intents would tell how many companies mean to bid.
"""

from datetime import datetime

from django.db import transaction

from coalition_portal.identity.models import User
from manufacturers.queries import company_of
from tenders.notices.models import Tender
from tenders.proposals.models import Intent
from tenders.proposals.permissions import check_can_say_intent


def give(*, tender: Tender, by: User, now: datetime) -> Intent:
    """The company's intent; the one that is there already where there is one. Raises Denied."""
    with transaction.atomic(durable=True):
        check_can_say_intent(by, tender, now)
        intent, _is_new = Intent.objects.get_or_create(
            tender=tender, company=company_of(by), defaults={"given_by": by, "given_at": now}
        )
    return intent


def take_back(*, tender: Tender, by: User, now: datetime) -> None:
    """Without effect where none is there. Raises Denied."""
    with transaction.atomic(durable=True):
        check_can_say_intent(by, tender, now)
        Intent.objects.filter(tender=tender, company=company_of(by)).delete()

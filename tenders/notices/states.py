"""States of a tender that people set. Whether a published one is open or sealed the clock says: see timetable.py."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from coalition_portal.lifecycle import Lifecycle


class TenderState(models.TextChoices):
    DRAFT = "DRAFT", _("Draft")
    AWAITING_APPROVAL = "AWAITING_APPROVAL", _("Awaiting approval")
    PUBLISHED = "PUBLISHED", _("Published")
    OPENED = "OPENED", _("Opened")
    RANKED = "RANKED", _("Ranked")
    CANCELLED = "CANCELLED", _("Cancelled")
    UNSUCCESSFUL = "UNSUCCESSFUL", _("Unsuccessful")


TENDER = Lifecycle(
    TenderState,
    {
        "request_approval": ({TenderState.DRAFT}, TenderState.AWAITING_APPROVAL),
        "reject": ({TenderState.AWAITING_APPROVAL}, TenderState.DRAFT),
        "take_back": ({TenderState.AWAITING_APPROVAL}, TenderState.DRAFT),
        "publish": ({TenderState.AWAITING_APPROVAL}, TenderState.PUBLISHED),
        "extend": ({TenderState.PUBLISHED}, TenderState.PUBLISHED),
        "open": ({TenderState.PUBLISHED}, TenderState.OPENED),
        "rank": ({TenderState.OPENED}, TenderState.RANKED),
        "cancel": ({TenderState.PUBLISHED, TenderState.OPENED}, TenderState.CANCELLED),
        "fail": ({TenderState.OPENED, TenderState.PUBLISHED}, TenderState.UNSUCCESSFUL),
    },
)

"""Vetting states of a company. `verified` is needed before a trial order; nobody has to be vetted to submit."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from coalition_portal.lifecycle import Lifecycle


class VettingState(models.TextChoices):
    REGISTERED = "REGISTERED", _("Registered")
    SUBMITTED = "SUBMITTED", _("Evidence submitted")
    VERIFIED = "VERIFIED", _("Verified")
    RETURNED = "RETURNED", _("Returned with reasons")
    SUSPENDED = "SUSPENDED", _("Suspended")


VETTING = Lifecycle(
    VettingState,
    {
        "submit_evidence": ({VettingState.REGISTERED, VettingState.RETURNED}, VettingState.SUBMITTED),
        "verify": ({VettingState.SUBMITTED}, VettingState.VERIFIED),
        "return": ({VettingState.SUBMITTED}, VettingState.RETURNED),
        "suspend": (
            {VettingState.REGISTERED, VettingState.SUBMITTED, VettingState.VERIFIED, VettingState.RETURNED},
            VettingState.SUSPENDED,
        ),
        "reinstate": ({VettingState.SUSPENDED}, VettingState.REGISTERED),
    },
)

MAY_CHANGE = frozenset({VettingState.REGISTERED, VettingState.RETURNED})
"""States in which nobody relies on the facts of the company, so that it may still mend them."""

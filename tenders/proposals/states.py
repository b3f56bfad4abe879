"""States of a proposal that people set. Whether a deadline has passed is said by the rows of submission.py alone."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from coalition_portal.lifecycle import Lifecycle


class ProposalState(models.TextChoices):
    DRAFT = "DRAFT", _("Not submitted")
    SUBMITTED = "SUBMITTED", _("Submitted")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")
    OPENED = "OPENED", _("Opened")
    EXCLUDED = "EXCLUDED", _("Excluded")


PROPOSAL = Lifecycle(
    ProposalState,
    {
        "submit": ({ProposalState.DRAFT, ProposalState.SUBMITTED, ProposalState.WITHDRAWN}, ProposalState.SUBMITTED),
        "withdraw": ({ProposalState.SUBMITTED}, ProposalState.WITHDRAWN),
        "reinstate": ({ProposalState.DRAFT, ProposalState.SUBMITTED, ProposalState.WITHDRAWN}, ProposalState.SUBMITTED),
        "open": ({ProposalState.SUBMITTED}, ProposalState.OPENED),
        "exclude": ({ProposalState.OPENED}, ProposalState.EXCLUDED),
    },
)

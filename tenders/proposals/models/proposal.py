from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from coalition_portal.public_ids import new_public_id
from manufacturers.models import Company, DroneModel
from tenders.notices.models import Requirement, Tender
from tenders.proposals.states import ProposalState


class Proposal(models.Model):
    """The editable draft of a company for one drone model in one tender. What was submitted stands in bundles."""

    public_id = models.CharField(max_length=26, unique=True, default=new_public_id, editable=False)
    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="proposals")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="proposals")
    drone_model = models.ForeignKey(DroneModel, on_delete=models.PROTECT, related_name="proposals")
    state = models.CharField(max_length=10, choices=ProposalState, default=ProposalState.DRAFT)
    revision = models.PositiveIntegerField(default=1)  # grows with each saved change of the draft

    prices = models.JSONField(default=dict)  # price line code -> decimal string, in the tender's currency
    lead_time_days = models.PositiveSmallIntegerField(_("lead time of the trial batch, days"), null=True, blank=True)
    monthly_capacity = models.PositiveIntegerField(_("drones a month"), null=True, blank=True)
    production_region = models.CharField(_("region of production"), max_length=120, blank=True)
    partners = models.TextField(_("partners and subcontractors"), max_length=2000, blank=True)
    trial_support = models.TextField(_("support at the trials"), max_length=2000, blank=True)
    declarations_accepted = models.JSONField(default=list)  # codes of the tender's declarations

    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tender", "company", "drone_model"], name="proposal_once_per_model")
        ]
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")

    def __str__(self):
        return self.public_id


class Answer(models.Model):
    """The claim of a draft for one requirement, in the column of its type."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="answers")
    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="+")
    number = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    yes = models.BooleanField(null=True, blank=True)
    choice = models.CharField(max_length=40, blank=True)
    text = models.TextField(max_length=4000, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proposal", "requirement"], name="answer_once")]
        verbose_name = _("answer")
        verbose_name_plural = _("answers")

    def __str__(self):
        return f"answer {self.pk}"

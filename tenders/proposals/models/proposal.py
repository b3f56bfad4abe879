from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from coalition_portal.public_ids import new_public_id
from manufacturers.models import Company, DroneModel
from tenders.notices.models import Requirement, Tender
from tenders.proposals.states import ProposalState


class VatBasis(models.TextChoices):
    WITHOUT = "WITHOUT", _("Prices without VAT; VAT comes on top where it is due")
    EXEMPT = "EXEMPT", _("No VAT is due: the supply is exempt or an export")
    REVERSE = "REVERSE", _("Reverse charge: the buyer accounts for VAT")


class Proposal(models.Model):
    """The editable draft of a company for one drone model in one tender. What was submitted stands in bundles."""

    public_id = models.CharField(max_length=26, unique=True, default=new_public_id, editable=False)
    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="proposals")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="proposals")
    drone_model = models.ForeignKey(DroneModel, on_delete=models.PROTECT, related_name="proposals")
    state = models.CharField(max_length=10, choices=ProposalState, default=ProposalState.DRAFT)
    revision = models.PositiveIntegerField(default=1)  # grows with each saved change of the draft

    prices = models.JSONField(default=dict)  # price line code -> decimal string, in the tender's currency
    step_prices = models.JSONField(default=dict)  # quantity -> decimal string, where no price line holds that price
    delivery_place = models.CharField(_("place of delivery"), max_length=120, blank=True)
    vat_basis = models.CharField(_("VAT"), max_length=12, choices=VatBasis, blank=True)
    validity_days = models.PositiveSmallIntegerField(_("days of validity"), null=True, blank=True)
    capacity_by_month = models.JSONField(default=dict)  # 2027-03 -> drones; only where it is not monthly_capacity
    lead_time_days = models.PositiveSmallIntegerField(_("lead time of the trial batch, days"), null=True, blank=True)
    monthly_capacity = models.PositiveIntegerField(_("drones a month"), null=True, blank=True)
    production_region = models.CharField(_("region of production"), max_length=120, blank=True)
    partners = models.JSONField(_("partners and subcontractors"), default=list)  # [{"name", "country", "part"}]
    prevailing_language = models.CharField(_("prevailing language"), max_length=2, blank=True)
    trial_support = models.TextField(_("support at the trials"), max_length=2000, blank=True)
    declarations_accepted = models.JSONField(default=list)  # codes of the tender's declarations
    copied = models.JSONField(null=True, blank=True)  # what an earlier proposal brought in: see copying.py

    # "Submit this version when time runs out, if I have not pressed the button": the version, and who asked for it.
    auto_submit = models.ForeignKey(
        "tenders_proposals.Bundle", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    auto_submit_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    auto_submit_at = models.DateTimeField(null=True, blank=True)

    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tender", "company", "drone_model"], name="proposal_once_per_model"),
            models.CheckConstraint(
                condition=models.Q(auto_submit=None, auto_submit_by=None, auto_submit_at=None)
                | models.Q(auto_submit__isnull=False, auto_submit_by__isnull=False, auto_submit_at__isnull=False),
                name="proposal_auto_submit_all_or_nothing",
            ),
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
    # Where the claim is shown: a document of the same draft, and its page where it has pages.
    evidence = models.ForeignKey(
        "tenders_proposals.Document", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    evidence_page = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proposal", "requirement"], name="answer_once")]
        verbose_name = _("answer")
        verbose_name_plural = _("answers")

    def __str__(self):
        return f"answer {self.pk}"

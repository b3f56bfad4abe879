from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coalition_portal.ledger.entries import new_salt
from manufacturers.models.company import Company


class CompanyAct(models.TextChoices):
    REGISTERED = "REGISTERED", _("registered")
    CHANGED = "CHANGED", _("facts changed")
    UNDERTAKING_ACCEPTED = "UNDERTAKING", _("undertaking accepted")
    PERSON_ADDED = "PERSON_ADDED", _("person added")
    ROLE_CHANGED = "ROLE_CHANGED", _("role changed")
    PERSON_REMOVED = "PERSON_REMOVED", _("person removed")
    MODEL_ADDED = "MODEL_ADDED", _("drone model added")
    EVIDENCE_SUBMITTED = "EVIDENCE", _("evidence submitted")
    VERIFIED = "VERIFIED", _("verified")
    RETURNED = "RETURNED", _("returned with reasons")
    SUSPENDED = "SUSPENDED", _("suspended")
    REINSTATED = "REINSTATED", _("reinstated")
    KEY_MADE = "KEY_MADE", _("key made")
    KEY_REVOKED = "KEY_REVOKED", _("key revoked")


NEEDS_REASON = (CompanyAct.RETURNED, CompanyAct.SUSPENDED, CompanyAct.REINSTATED)


class CompanyRecord(models.Model):
    """One act about a company, and the salt of the log's commitment to it. Append-only."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="records")
    act = models.CharField(max_length=16, choices=CompanyAct)
    facts = models.JSONField(default=dict)
    reason = models.TextField(_("reason"), max_length=1000, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    salt = models.CharField(max_length=32, default=new_salt, editable=False)
    commitment = models.CharField(max_length=64, unique=True, editable=False)

    class Meta:
        verbose_name = _("record of a company")
        verbose_name_plural = _("records of companies")
        constraints = [
            models.CheckConstraint(condition=Q(act__in=CompanyAct.values), name="company_record_act_known"),
            models.CheckConstraint(
                condition=~Q(act__in=[act.value for act in NEEDS_REASON]) | ~Q(reason=""),
                name="company_record_has_its_reason",
            ),
        ]

    def __str__(self):
        return f"record {self.pk}"

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from coalition_portal.identity.models import MemberCountry
from tenders.notices.models.tender import Tender


class ApprovalKind(models.TextChoices):
    PUBLISH = "PUBLISH", _("Publication")
    EXTEND = "EXTEND", _("Extension of the deadline")


class ApprovalOutcome(models.TextChoices):
    APPROVED = "APPROVED", _("Approved")
    REJECTED = "REJECTED", _("Sent back")
    WITHDRAWN = "WITHDRAWN", _("Taken back")


class Approval(models.Model):
    """A request by one person that a second person of another country decides."""

    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="approvals")
    kind = models.CharField(max_length=8, choices=ApprovalKind)
    closes_at = models.DateTimeField()  # the deadline that is asked for
    reason = models.TextField(max_length=1000, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_country = models.ForeignKey(MemberCountry, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_country = models.ForeignKey(MemberCountry, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=9, choices=ApprovalOutcome, blank=True)
    note = models.TextField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tender"], condition=models.Q(outcome=""), name="approval_one_undecided_per_tender"
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome="APPROVED") | ~models.Q(decided_by=models.F("proposed_by")),
                name="approval_two_people",
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome="APPROVED") | ~models.Q(decided_country=models.F("proposed_country")),
                name="approval_two_countries",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="", decided_by=None, decided_at=None, decided_country=None)
                | ~models.Q(outcome="") & models.Q(decided_by__isnull=False, decided_at__isnull=False),
                name="approval_decided_both_or_neither",
            ),
        ]
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")

    def __str__(self):
        return f"approval {self.pk}"

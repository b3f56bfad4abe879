from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenders.notices.models.tender import Tender


class Deadline(models.Model):
    """A deadline of a tender; the highest seq is in force. Append-only; a whole second, and it only moves later."""

    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="deadlines")
    seq = models.PositiveSmallIntegerField()
    closes_at = models.DateTimeField()
    set_at = models.DateTimeField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tender", "seq"], name="deadline_seq_unique"),
            models.UniqueConstraint(fields=["tender", "seq", "closes_at"], name="deadline_row_unique"),
            models.CheckConstraint(
                condition=~models.Q(proposed_by=models.F("approved_by")), name="deadline_two_people"
            ),
        ]
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")

    def __str__(self):
        return f"deadline {self.tender_id}/{self.seq}"

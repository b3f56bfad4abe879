from django.db import models
from django.utils.translation import gettext_lazy as _

from tenders.notices.models.tender import Tender


class ChangeKind(models.TextChoices):
    PUBLISHED = "tender.published", _("Tender published")
    DEADLINE_CHANGED = "tender.deadline_changed", _("Deadline moved")
    SEALED = "tender.sealed", _("Deadline passed")
    OPENED = "tender.opened", _("Proposals opened")
    CANCELLED = "tender.cancelled", _("Tender cancelled")
    UNSUCCESSFUL = "tender.unsuccessful", _("Tender unsuccessful")


class Change(models.Model):
    """One public event, numbered under the log lock in the order of commits. Append-only, `snapshot` with it."""

    number = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=40, choices=ChangeKind)
    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="changes")
    at = models.DateTimeField()
    snapshot = models.JSONField()

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")

    def __str__(self):
        return f"change {self.number}"

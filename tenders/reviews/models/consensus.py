from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenders.notices.models import Criterion
from tenders.proposals.models import OpenedProposal


class ConsensusPoint(models.Model):
    """The panel's point per criterion, recorded by the chair: the only input of the ranking."""

    opened = models.ForeignKey(OpenedProposal, on_delete=models.PROTECT, related_name="consensus")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+")
    points = models.PositiveSmallIntegerField()
    reason = models.TextField(max_length=1000)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["opened", "criterion"], name="consensus_once"),
            models.CheckConstraint(condition=models.Q(points__lte=10), name="consensus_points_range"),
        ]
        verbose_name = _("consensus point")
        verbose_name_plural = _("consensus points")

    def __str__(self):
        return f"consensus {self.pk}"

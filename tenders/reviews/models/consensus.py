from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from coalition_portal.ledger.entries import new_salt
from tenders.notices.models import Criterion
from tenders.proposals.models import OpenedProposal


class ConsensusPoint(models.Model):
    """The panel's point per criterion, recorded by the chair: the only input of the ranking, fixed once that is made.

    `drafted`: the median was confirmed in a list; otherwise the point was discussed.
    """

    opened = models.ForeignKey(OpenedProposal, on_delete=models.PROTECT, related_name="consensus")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+")
    points = models.PositiveSmallIntegerField()
    reason = models.TextField(max_length=1000)
    drafted = models.BooleanField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    salt = models.CharField(max_length=32, default=new_salt, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["opened", "criterion"], name="consensus_once"),
            models.CheckConstraint(condition=models.Q(points__lte=10), name="consensus_points_range"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="consensus_has_its_reason"),
        ]
        verbose_name = _("consensus point")
        verbose_name_plural = _("consensus points")

    def __str__(self):
        return f"consensus {self.pk}"

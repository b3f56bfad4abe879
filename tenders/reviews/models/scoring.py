from django.db import models
from django.utils.translation import gettext_lazy as _

from coalition_portal.ledger.entries import new_salt
from tenders.notices.models import Criterion
from tenders.reviews.models.panel import Assignment
from tenders.reviews.states import SheetState


class ScoreSheet(models.Model):
    """What one reviewer thinks of one proposal. `version` grows with each saved change; a locked sheet stays."""

    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="sheet")
    state = models.CharField(max_length=8, choices=SheetState, default=SheetState.SCORING)
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()
    locked_at = models.DateTimeField(null=True, blank=True)
    salt = models.CharField(max_length=32, default=new_salt, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="SCORING", locked_at=None) | models.Q(state="LOCKED", locked_at__isnull=False),
                name="sheet_locked_at_iff_locked",
            )
        ]
        verbose_name = _("score sheet")
        verbose_name_plural = _("score sheets")

    def __str__(self):
        return f"score sheet {self.pk}"


class Score(models.Model):
    """One described point with its sentence of reason; while the sheet is filled in, one of them may still be missing.

    `version` is the sheet's version at which this score changed last: it tells whether another tab was faster.
    """

    sheet = models.ForeignKey(ScoreSheet, on_delete=models.PROTECT, related_name="scores")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+")
    points = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.TextField(max_length=1000, blank=True)
    version = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "criterion"], name="score_once"),
            models.CheckConstraint(
                condition=models.Q(points=None) | models.Q(points__lte=10), name="score_points_range"
            ),
        ]
        verbose_name = _("score")
        verbose_name_plural = _("scores")

    def __str__(self):
        return f"score {self.pk}"

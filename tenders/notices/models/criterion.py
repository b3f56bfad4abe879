from django.db import models
from django.utils.translation import gettext_lazy as _

from tenders.notices.models.tender import Tender


class CriterionMethod(models.TextChoices):
    REVIEWED = "REVIEWED", _("Scored by reviewers")
    COMPUTED = "COMPUTED", _("Computed from the price")


class ReviewerGroup(models.TextChoices):
    TECHNICAL = "TECHNICAL", _("Technical")
    CAPACITY = "CAPACITY", _("Capacity")


class Criterion(models.Model):
    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="criteria")
    code = models.CharField(max_length=40)
    order = models.PositiveSmallIntegerField()
    title_en = models.CharField(max_length=160)
    title_uk = models.CharField(max_length=160)
    weight_percent = models.DecimalField(max_digits=5, decimal_places=2)
    method = models.CharField(max_length=8, choices=CriterionMethod)
    group = models.CharField(max_length=9, choices=ReviewerGroup, blank=True)
    minimum_points = models.PositiveSmallIntegerField(default=0)
    scale = models.JSONField(default=list)  # [{"points", "title_en", "title_uk", "meaning_en", "meaning_uk"}], rising
    requirement_codes = models.JSONField(default=list)
    document_codes = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tender", "code"], name="criterion_code_unique"),
            models.UniqueConstraint(fields=["tender", "order"], name="criterion_order_unique"),
            models.CheckConstraint(
                condition=models.Q(weight_percent__gte=0, weight_percent__lte=100), name="criterion_weight_range"
            ),
            models.CheckConstraint(
                condition=models.Q(method="REVIEWED") & ~models.Q(group="") | models.Q(method="COMPUTED", group=""),
                name="criterion_group_iff_reviewed",
            ),
        ]
        ordering = ["order"]
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")

    def __str__(self):
        return self.code

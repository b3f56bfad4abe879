from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenders.notices.models import Tender
from tenders.proposals.models import OpenedProposal


class Ranking(models.Model):
    """The ranking as it was made; `input` and the rows let anyone compute it again to the last digit. Published to the bidders by two people."""

    tender = models.OneToOneField(Tender, on_delete=models.PROTECT, related_name="ranking")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    publication_proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(published_by=None, published_at=None)
                | models.Q(published_by__isnull=False, published_at__isnull=False, publication_proposed_by__isnull=False)
                & ~models.Q(published_by=models.F("publication_proposed_by")),
                name="ranking_published_by_two_people",
            )
        ]
        verbose_name = _("ranking")
        verbose_name_plural = _("rankings")

    def __str__(self):
        return f"ranking {self.tender_id}"


class RankedProposal(models.Model):
    ranking = models.ForeignKey(Ranking, on_delete=models.PROTECT, related_name="rows")
    opened = models.OneToOneField(OpenedProposal, on_delete=models.PROTECT, related_name="ranked")
    rank = models.PositiveSmallIntegerField()
    total = models.DecimalField(max_digits=7, decimal_places=4)
    parts = models.JSONField()  # [{"criterion", "points", "weight_percent", "weighted"}] as decimal strings, in criterion order

    class Meta:
        ordering = ["rank", "opened__public_id"]
        verbose_name = _("ranked proposal")
        verbose_name_plural = _("ranked proposals")

    def __str__(self):
        return f"rank {self.pk}"

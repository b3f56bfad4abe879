from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from coalition_portal.identity.models import MemberCountry
from coalition_portal.ledger.entries import new_salt
from tenders.notices.models import Tender
from tenders.proposals.models import OpenedProposal

PROPOSED = Q(publication_proposed_by__isnull=False, publication_proposed_country__isnull=False) & Q(
    publication_proposed_at__isnull=False
)
NOT_PROPOSED = Q(publication_proposed_by=None, publication_proposed_country=None, publication_proposed_at=None)
PUBLISHED = Q(published_by__isnull=False, published_country__isnull=False, published_at__isnull=False)
NOT_PUBLISHED = Q(published_by=None, published_country=None, published_at=None)
TWO_PEOPLE = ~Q(published_by=F("publication_proposed_by"))
TWO_COUNTRIES = ~Q(published_country=F("publication_proposed_country"))


class Ranking(models.Model):
    """The ranking as it was made; its rows let anyone compute it again to the last digit.

    Its result is published to the bidders by two people of two countries, and is final then.
    """

    tender = models.OneToOneField(Tender, on_delete=models.PROTECT, related_name="ranking")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ranked_count = models.PositiveIntegerField()
    excluded_count = models.PositiveIntegerField()
    publication_proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    publication_proposed_country = models.ForeignKey(
        MemberCountry, null=True, on_delete=models.PROTECT, related_name="+"
    )
    publication_proposed_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    published_country = models.ForeignKey(MemberCountry, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    salt = models.CharField(max_length=32, default=new_salt, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=PROPOSED | NOT_PROPOSED, name="ranking_proposed_all_or_nothing"),
            models.CheckConstraint(condition=NOT_PUBLISHED | PUBLISHED & PROPOSED, name="ranking_published_proposed"),
            models.CheckConstraint(
                condition=NOT_PUBLISHED | TWO_PEOPLE & TWO_COUNTRIES, name="ranking_two_people_two_countries"
            ),
        ]
        verbose_name = _("ranking")
        verbose_name_plural = _("rankings")

    def __str__(self):
        return f"ranking {self.tender_id}"


class RankedProposal(models.Model):
    """One place. `parts` has one entry for each criterion, in their order, with decimal strings:
    {"criterion", "points", "weight_percent", "weighted", "below_minimum"}. Append-only."""

    ranking = models.ForeignKey(Ranking, on_delete=models.PROTECT, related_name="rows")
    opened = models.OneToOneField(OpenedProposal, on_delete=models.PROTECT, related_name="ranked")
    rank = models.PositiveIntegerField()
    total = models.DecimalField(max_digits=8, decimal_places=5)
    parts = models.JSONField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(rank__gte=1), name="ranked_from_one"),
            models.CheckConstraint(condition=Q(total__gte=0, total__lte=Decimal(100)), name="ranked_total_range"),
        ]
        indexes = [models.Index(fields=["ranking", "rank", "opened"], name="ranked_in_order")]
        verbose_name = _("ranked proposal")
        verbose_name_plural = _("ranked proposals")

    def __str__(self):
        return f"ranked proposal {self.pk}"

    @property
    def below_minimum(self) -> list[str]:
        """Codes of the criteria whose minimum is missed."""
        return [part["criterion"] for part in self.parts if part["below_minimum"]]

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from coalition_portal.identity.models import MemberCountry
from tenders.notices.models import Tender
from tenders.proposals.models.proposal import Proposal
from tenders.proposals.models.submission import Bundle


class Opening(models.Model):
    """The chair proposes, an opener of another country confirms; then everything of the tender is open at once."""

    tender = models.OneToOneField(Tender, on_delete=models.PROTECT, related_name="opening")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_country = models.ForeignKey(MemberCountry, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_country = models.ForeignKey(MemberCountry, null=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(confirmed_by=None, confirmed_country=None, opened_at=None)
                | models.Q(confirmed_by__isnull=False, confirmed_country__isnull=False, opened_at__isnull=False),
                name="opening_confirmed_all_or_nothing",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by=None)
                | ~models.Q(confirmed_by=models.F("proposed_by"))
                & ~models.Q(confirmed_country=models.F("proposed_country")),
                name="opening_two_people_two_countries",
            ),
        ]
        verbose_name = _("opening")
        verbose_name_plural = _("openings")

    def __str__(self):
        return f"opening {self.tender_id}"


class OpenedProposal(models.Model):
    """A proposal of the opened set with the content that reviewers read. Made by the opening alone, from the vault."""

    public_id = models.CharField(max_length=26, unique=True)  # the proposal's own public id
    opening = models.ForeignKey(Opening, on_delete=models.PROTECT, related_name="opened")
    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="opened_proposals")
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="opened")
    bundle = models.OneToOneField(Bundle, on_delete=models.PROTECT, related_name="opened")
    content = models.JSONField(null=True)  # the manifest; null when reading failed, then `failure` says why
    failure = models.CharField(max_length=300, blank=True)
    evaluated_price = models.DecimalField(max_digits=14, decimal_places=4, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(content__isnull=False, failure="")
                | models.Q(content__isnull=True) & ~models.Q(failure=""),
                name="opened_content_or_failure",
            )
        ]
        verbose_name = _("opened proposal")
        verbose_name_plural = _("opened proposals")

    def __str__(self):
        return self.public_id


class Exclusion(models.Model):
    """Proposed by one officer or chair, confirmed by a second person of another country."""

    opened = models.OneToOneField(OpenedProposal, on_delete=models.PROTECT, related_name="exclusion")
    reason = models.TextField(max_length=1000)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_country = models.ForeignKey(MemberCountry, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_country = models.ForeignKey(MemberCountry, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(confirmed_by=None, confirmed_country=None, confirmed_at=None)
                | models.Q(confirmed_by__isnull=False, confirmed_country__isnull=False, confirmed_at__isnull=False),
                name="exclusion_confirmed_all_or_nothing",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by=None)
                | ~models.Q(confirmed_by=models.F("proposed_by"))
                & ~models.Q(confirmed_country=models.F("proposed_country")),
                name="exclusion_two_people_two_countries",
            ),
        ]
        verbose_name = _("exclusion")
        verbose_name_plural = _("exclusions")

    def __str__(self):
        return f"exclusion {self.pk}"

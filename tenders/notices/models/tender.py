from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from coalition_portal.identity.models import MemberCountry
from manufacturers.models import DroneKind
from tenders.notices.models.tender_queryset import TenderQuerySet
from tenders.notices.states import TenderState


class Series(models.Model):
    """Tenders announced together; each keeps its own deadline."""

    slug = models.SlugField(unique=True)
    title_en = models.CharField(max_length=120)
    title_uk = models.CharField(max_length=120)

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")

    def __str__(self):
        return self.slug


class Tender(models.Model):
    """One competition for one kind of drone, with one deadline. `price` and `terms` keep the shape of the template."""

    number = models.CharField(_("number"), max_length=20, unique=True, help_text="IDC-2026-0007")
    series = models.ForeignKey(Series, null=True, blank=True, on_delete=models.PROTECT, related_name="tenders")
    state = models.CharField(max_length=20, choices=TenderState, default=TenderState.DRAFT)
    version = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=16, choices=DroneKind)
    template_code = models.CharField(max_length=40)
    title_en = models.CharField(_("title in English"), max_length=160)
    title_uk = models.CharField(_("title in Ukrainian"), max_length=160)
    summary_en = models.TextField(_("summary in English"), max_length=600)
    summary_uk = models.TextField(_("summary in Ukrainian"), max_length=600)
    cpv = models.JSONField(default=list)

    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    officer_country = models.ForeignKey(MemberCountry, on_delete=models.PROTECT, related_name="+")
    second_approver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("second approver"),
    )  # the chair of the tender, of another country than the officer's
    panel_countries = models.ManyToManyField(
        MemberCountry, related_name="+", verbose_name=_("panel countries"), blank=True
    )
    contact_mailbox = models.EmailField(_("contact mailbox"), blank=True)
    planned_closes_at = models.DateTimeField(_("deadline"), null=True, blank=True)
    zone = models.CharField(max_length=40, default="Europe/Kyiv")
    budget_amount = models.DecimalField(
        _("budget"), max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    budget_currency = models.CharField(_("currency of the budget"), max_length=3, default="EUR")
    batches_max = models.PositiveSmallIntegerField(_("batches, at most"), null=True, blank=True)
    drones_per_batch = models.PositiveSmallIntegerField(default=20)

    currency = models.CharField(max_length=3, default="EUR")
    ceiling_price = models.DecimalField(max_digits=12, decimal_places=2)
    full_points_price = models.DecimalField(max_digits=12, decimal_places=2)
    trial_share_percent = models.DecimalField(max_digits=5, decimal_places=2)
    production_share_percent = models.DecimalField(max_digits=5, decimal_places=2)
    price = models.JSONField(default=dict)
    terms = models.JSONField(default=dict)
    timetable = models.JSONField(default=dict)
    gates = models.JSONField(default=list)
    declarations = models.JSONField(default=list)
    eligible_states = models.JSONField(default=list)
    files_max = models.PositiveSmallIntegerField(default=12)
    total_size_mb = models.PositiveSmallIntegerField(default=500)

    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.TextField(_("reason for cancelling"), max_length=1000, blank=True)
    updated_at = models.DateTimeField()

    objects = TenderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ceiling_price__gt=models.F("full_points_price")),
                name="tender_ceiling_above_full_points",
            ),
            models.CheckConstraint(
                condition=models.Q(published_at__isnull=True, state__in=["DRAFT", "AWAITING_APPROVAL"])
                | models.Q(published_at__isnull=False) & ~models.Q(state__in=["DRAFT", "AWAITING_APPROVAL"]),
                name="tender_published_at_iff_published",
            ),
            models.CheckConstraint(
                condition=models.Q(state="CANCELLED", cancelled_at__isnull=False) & ~models.Q(cancel_reason="")
                | ~models.Q(state="CANCELLED") & models.Q(cancelled_at=None, cancel_reason=""),
                name="tender_cancelled_with_instant_and_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(trial_share_percent=100 - models.F("production_share_percent")),
                name="tender_price_shares_sum_to_100",
            ),
        ]
        verbose_name = _("tender")
        verbose_name_plural = _("tenders")

    def __str__(self):
        return self.number

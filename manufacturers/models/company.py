from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from coalition_portal.public_ids import new_public_id
from manufacturers.states import VettingState


class Company(models.Model):
    """The legal person that bids."""

    public_id = models.CharField(max_length=26, unique=True, default=new_public_id, editable=False)
    legal_name = models.CharField(_("legal name"), max_length=200)
    original_name = models.CharField(_("legal name in the original script"), max_length=200, blank=True)
    country = CountryField(_("country of registration"))
    register_scheme = models.CharField(_("register"), max_length=20)
    register_number = models.CharField(_("number in the register"), max_length=60)
    state = models.CharField(max_length=12, choices=VettingState, default=VettingState.REGISTERED)
    declarations_accepted = models.JSONField(default=list)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    registered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["register_scheme", "register_number"], name="company_register_number_unique"
            ),
            models.CheckConstraint(condition=~models.Q(legal_name=""), name="company_has_a_name"),
            models.CheckConstraint(condition=~models.Q(register_number=""), name="company_has_a_number"),
            models.CheckConstraint(condition=models.Q(state__in=VettingState.values), name="company_state_known"),
        ]
        verbose_name = _("company")
        verbose_name_plural = _("companies")

    def __str__(self):
        return self.public_id


class Undertaking(models.Model):
    """One acceptance of the confidentiality undertaking, for one wording of it. Append-only."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="undertakings")
    wording = models.PositiveSmallIntegerField()
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("undertaking")
        verbose_name_plural = _("undertakings")
        constraints = [
            models.UniqueConstraint(fields=["company", "wording"], name="undertaking_once_per_wording"),
            models.CheckConstraint(condition=models.Q(wording__gte=1), name="undertaking_wording_counts_from_one"),
        ]

    def __str__(self):
        return f"undertaking {self.pk}"

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from manufacturers.models.company import Company


class CompanyRole(models.TextChoices):
    """What a person may do for their company; each role includes the ones above it."""

    VIEWER = "VIEWER", _("Viewer")
    EDITOR = "EDITOR", _("Editor")
    SIGNATORY = "SIGNATORY", _("Signatory")
    OWNER = "OWNER", _("Owner")


class Person(models.Model):
    """A user who acts for a company. A user acts for one company at a time and never is staff."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="people")
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="person")
    role = models.CharField(max_length=10, choices=CompanyRole)
    joined_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=CompanyRole.values), name="person_role_known")
        ]
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self):
        return f"person {self.pk}"

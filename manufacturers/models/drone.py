from django.db import models
from django.utils.translation import gettext_lazy as _

from coalition_portal.public_ids import new_public_id
from manufacturers.models.company import Company


class DroneKind(models.TextChoices):
    FPV = "FPV", _("First-person-view drone")
    INTERCEPTOR = "INTERCEPTOR", _("Interceptor drone")
    RECONNAISSANCE = "RECONNAISSANCE", _("Reconnaissance drone")


class DroneModel(models.Model):
    public_id = models.CharField(max_length=26, unique=True, default=new_public_id, editable=False)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="drone_models")
    name = models.CharField(_("model name"), max_length=80)
    kind = models.CharField(max_length=16, choices=DroneKind)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "name"], name="drone_model_name_once_per_company"),
            models.CheckConstraint(condition=~models.Q(name=""), name="drone_model_has_a_name"),
            models.CheckConstraint(condition=models.Q(kind__in=DroneKind.values), name="drone_model_kind_known"),
        ]
        verbose_name = _("drone model")
        verbose_name_plural = _("drone models")

    def __str__(self):
        return f"drone model {self.pk}"

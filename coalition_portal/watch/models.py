from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """One line for each worker and beat: it was alive at `beaten_at`."""

    name = models.CharField(max_length=120, primary_key=True)  # such as worker@host:4711
    kind = models.CharField(max_length=10)  # worker, beat
    beaten_at = models.DateTimeField()

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self):
        return self.name


class Incident(models.Model):
    """A time in which a clock was in doubt. While one is open, no trusted clock's word is overruled."""

    begun_at = models.DateTimeField()  # by the clock that noticed it
    ended_at = models.DateTimeField(null=True)
    noticed_by = models.CharField(max_length=120)
    kind = models.CharField(max_length=20)  # what jumped: HOST, DATABASE, PROXY
    evidence = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind"], condition=Q(ended_at=None), name="incident_one_open_of_a_kind")
        ]
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")

    def __str__(self):
        return f"incident {self.pk}"

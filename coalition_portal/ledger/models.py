from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Entry(models.Model):
    """One line of the log. `body` holds the canonical bytes exactly as hashed; the other columns are copies of it."""

    index = models.BigIntegerField(_("index"), primary_key=True)
    body = models.BinaryField(_("body"))
    leaf_hash = models.CharField(_("leaf hash"), max_length=64, unique=True)
    previous_hash = models.CharField(_("hash of the chain before"), max_length=64)
    event = models.CharField(_("event"), max_length=64, db_index=True)
    subject = models.CharField(_("subject"), max_length=120, db_index=True)
    commitment = models.CharField(_("commitment"), max_length=64, null=True, unique=True)  # noqa: DJ001 - unique
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("log entry")
        verbose_name_plural = _("log entries")
        constraints = [models.CheckConstraint(condition=Q(index__gte=0), name="ledger_entry_index_from_zero")]

    def __str__(self) -> str:
        return f"{self.index} {self.event} {self.subject}"


class Head(models.Model):
    """The one row that says how long the log is, so that entries cut off its end are missed."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    size = models.BigIntegerField(_("number of entries"))
    chain_hash = models.CharField(_("hash of the chain"), max_length=64)
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("log head")
        verbose_name_plural = _("log heads")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="ledger_head_is_one_row"),
            models.CheckConstraint(condition=Q(size__gt=0), name="ledger_head_counts_entries"),
        ]

    def __str__(self) -> str:
        return f"{self.size}:{self.chain_hash}"

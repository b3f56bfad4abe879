from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class OutgoingMail(models.Model):
    """A mail to be sent, written in the transaction of what it tells about. One `key`, one mail."""

    key = models.CharField(_("key"), max_length=200, unique=True)
    to = models.EmailField(_("to"))
    language = models.CharField(_("language"), max_length=2)
    time_zone = models.CharField(_("time zone"), max_length=64)
    template = models.CharField(_("template"), max_length=64)
    context = models.JSONField(_("context"), default=dict)
    created_at = models.DateTimeField(_("created at"))
    due_at = models.DateTimeField(_("due at"))
    claimed_at = models.DateTimeField(_("claimed at"), null=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")
        indexes = [models.Index(fields=["due_at", "id"], condition=Q(sent_at=None), name="post_unsent_by_due")]

    def __str__(self) -> str:
        return f"{self.template} to {self.to}"

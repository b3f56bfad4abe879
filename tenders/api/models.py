from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from coalition_portal.public_ids import new_public_id
from manufacturers.models import Company


class Scope(models.TextChoices):
    """What a key may be used for; the person whose key it is must be allowed to do it as well."""

    READ = "proposals:read", _("read proposals and receipts")
    WRITE = "proposals:write", _("change drafts, upload files and freeze versions")
    SUBMIT = "proposals:submit", _("accept declarations, submit and withdraw")


class ApiKey(models.Model):
    """A key of one person for one company. The secret is shown once; kept is its SHA-256, which is enough for 256
    random bits. A revoked key keeps its row."""

    public_id = models.CharField(max_length=26, unique=True, default=new_public_id, editable=False)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="api_keys")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="api_keys")
    name = models.CharField(_("name"), max_length=80)
    digest = models.CharField(max_length=64, editable=False)
    scopes = models.JSONField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=F("made_at")), name="api_key_expires_after_it_was_made"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None) | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="api_key_revoked_both_or_neither",
            ),
        ]
        verbose_name = _("key")
        verbose_name_plural = _("keys")

    def __str__(self):
        return self.public_id


class KeptAnswer(models.Model):
    """What was answered to an Idempotency-Key, to be said again. `status` is null while the first request runs."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)  # SHA-256 of method, path and body
    begun_at = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="kept_answer_once")]
        verbose_name = _("kept answer")
        verbose_name_plural = _("kept answers")

    def __str__(self):
        return f"kept answer {self.pk}"

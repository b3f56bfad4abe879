from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from coalition_portal.public_ids import new_public_id
from manufacturers.models import Company
from tenders.proposals.models.proposal import Proposal


class Content(models.Model):
    """The bytes of one file of a company, kept as encrypted parts. `public_id` enters the key and binds each part."""

    public_id = models.CharField(max_length=26, unique=True, default=new_public_id, editable=False)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    size_bytes = models.BigIntegerField(default=0)  # in clear, the sum of the parts
    begun_at = models.DateTimeField()

    class Meta:
        verbose_name = _("content of a file")
        verbose_name_plural = _("contents of files")

    def __str__(self):
        return self.public_id


class ContentPart(models.Model):
    """What one request brought, encrypted on its own; parts are read one after the other by `number`, from 0."""

    content = models.ForeignKey(Content, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    storage_key = models.CharField(max_length=120, unique=True)
    size_bytes = models.BigIntegerField()  # in clear

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["content", "number"], name="content_part_number_once"),
            models.CheckConstraint(condition=models.Q(size_bytes__gt=0), name="content_part_not_empty"),
        ]
        verbose_name = _("part of a file")
        verbose_name_plural = _("parts of files")

    def __str__(self):
        return f"part {self.pk}"


class UploadState(models.TextChoices):
    RECEIVING = "RECEIVING", _("Being received")
    KEPT = "KEPT", _("Taken as a document")
    REFUSED = "REFUSED", _("Refused")
    ENDED = "ENDED", _("Ended by the sender or expired")


class Upload(models.Model):
    """A file on its way into a draft. `received_bytes` is the offset from which a broken transfer goes on."""

    public_id = models.CharField(max_length=26, unique=True, default=new_public_id, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="uploads")
    kind_code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    size_bytes = models.BigIntegerField()  # as announced
    received_bytes = models.BigIntegerField(default=0)
    content = models.OneToOneField(Content, null=True, on_delete=models.SET_NULL, related_name="upload")
    state = models.CharField(max_length=10, choices=UploadState, default=UploadState.RECEIVING)
    refusal = models.CharField(max_length=600, blank=True)  # the sentence, in the language of who uploaded
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    # One request writes at a time: who it is, and until when it counts as alive without a byte.
    writer = models.CharField(max_length=26, blank=True)
    writer_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(size_bytes__gt=0), name="upload_not_empty"),
            models.CheckConstraint(
                condition=models.Q(writer="", writer_until=None)
                | ~models.Q(writer="") & models.Q(writer_until__isnull=False),
                name="upload_writer_both_or_neither",
            ),
            models.CheckConstraint(
                condition=models.Q(received_bytes__gte=0, received_bytes__lte=models.F("size_bytes")),
                name="upload_received_within_size",
            ),
        ]
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")

    def __str__(self):
        return self.public_id

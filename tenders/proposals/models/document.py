from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from coalition_portal.public_ids import new_public_id
from tenders.proposals.models.content import Content
from tenders.proposals.models.proposal import Proposal


class ScanState(models.TextChoices):
    UNSCANNED = "UNSCANNED", _("Not scanned yet")
    CLEAN = "CLEAN", _("Scanned, nothing found")
    INFECTED = "INFECTED", _("Harmful")


class Document(models.Model):
    """A file of a draft. `name` is a label for people; the bytes are its content. A removed document keeps its row.

    `sha256` and `size_bytes` are of what is kept; `stripped` names what was taken out of the file that came in, such as
    "location" and "author".
    """

    public_id = models.CharField(max_length=26, unique=True, default=new_public_id, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="documents")
    kind_code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.ForeignKey(Content, on_delete=models.PROTECT, related_name="documents")
    stripped = models.JSONField(default=list)
    scan = models.CharField(max_length=9, choices=ScanState, default=ScanState.UNSCANNED)
    scanned_at = models.DateTimeField(null=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(size_bytes__gt=0), name="document_not_empty")]
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    def __str__(self):
        return self.public_id

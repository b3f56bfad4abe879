from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from coalition_portal.public_ids import new_public_id
from tenders.proposals.models.proposal import Proposal


class Document(models.Model):
    """A file of a draft. `name` is a label for people; `storage_key` is random. A removed document keeps its row."""

    public_id = models.CharField(max_length=26, unique=True, default=new_public_id, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="documents")
    kind_code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    storage_key = models.CharField(max_length=120, unique=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(size_bytes__gt=0), name="document_not_empty")]
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    def __str__(self):
        return self.public_id

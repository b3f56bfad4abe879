from django.db import models
from django.utils.translation import gettext_lazy as _

from tenders.notices.models.tender import Tender


class WantedDocument(models.Model):
    """A kind of document that the tender asks for with a proposal (`due` is "submission") or before a trial order."""

    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="wanted_documents")
    code = models.CharField(max_length=40)
    order = models.PositiveSmallIntegerField()
    title_en = models.CharField(max_length=160)
    title_uk = models.CharField(max_length=160)
    required = models.BooleanField()
    due = models.CharField(max_length=20)
    file_types = models.JSONField(default=list)  # extensions without a dot
    max_size_mb = models.PositiveSmallIntegerField()
    max_files = models.PositiveSmallIntegerField()
    note_en = models.TextField(blank=True)
    note_uk = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tender", "code"], name="wanted_document_code_unique")]
        ordering = ["order"]
        verbose_name = _("wanted document")
        verbose_name_plural = _("wanted documents")

    def __str__(self):
        return self.code

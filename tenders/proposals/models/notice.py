"""What the sweep has done, so that each due thing has its effect once, however many workers and repeats there are."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenders.notices.models import Change, Tender


class ReminderRound(models.Model):
    """The reminder `code` (such as 48h) of one deadline row was queued to everybody whom it concerned."""

    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="+")
    seq = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=8)
    queued_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tender", "seq", "code"], name="reminder_round_once")]
        verbose_name = _("round of reminders")
        verbose_name_plural = _("rounds of reminders")

    def __str__(self):
        return f"reminder round {self.pk}"


class ChangeNotice(models.Model):
    """The mails that a public event calls for were queued."""

    change = models.OneToOneField(Change, on_delete=models.PROTECT, related_name="+")
    queued_at = models.DateTimeField()

    class Meta:
        verbose_name = _("notice of a change")
        verbose_name_plural = _("notices of changes")

    def __str__(self):
        return f"notice of change {self.change_id}"

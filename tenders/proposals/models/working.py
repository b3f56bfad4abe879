"""Rows about work on a draft: who has it open, who means to bid, and what is being frozen. None of them is evidence."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from coalition_portal.public_ids import new_public_id
from manufacturers.models import Company
from tenders.notices.models import Tender
from tenders.proposals.models.proposal import Proposal
from tenders.proposals.models.submission import Bundle


class Intent(models.Model):
    """A company means to bid. Officers see how many only when the tender is closed."""

    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="intents")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tender", "company"], name="intent_once_per_company")]
        verbose_name = _("intent to bid")
        verbose_name_plural = _("intents to bid")

    def __str__(self):
        return f"intent {self.pk}"


class Presence(models.Model):
    """A colleague had a page of the draft open at `seen_at`; a minute later they count as gone."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    task = models.CharField(max_length=20)
    field = models.CharField(max_length=80, blank=True)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proposal", "user"], name="presence_once_per_person")]
        verbose_name = _("presence")
        verbose_name_plural = _("presences")

    def __str__(self):
        return f"presence {self.pk}"


class StagingState(models.TextChoices):
    WAITING = "WAITING", _("Waiting")
    RUNNING = "RUNNING", _("Running")
    DONE = "DONE", _("Done")
    FAILED = "FAILED", _("Not possible")


class StagingJob(models.Model):
    """One request to freeze a draft. `done_bytes` of `total_bytes` were read back; `problem` says why it failed."""

    public_id = models.CharField(max_length=26, unique=True, default=new_public_id, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="staging_jobs")
    revision = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=StagingState, default=StagingState.WAITING)
    total_bytes = models.BigIntegerField(default=0)
    done_bytes = models.BigIntegerField(default=0)
    bundle = models.ForeignKey(Bundle, null=True, on_delete=models.PROTECT, related_name="+")
    problem = models.CharField(max_length=600, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)  # a job claimed long ago and not ended is taken up again
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["proposal"],
                condition=models.Q(state__in=["WAITING", "RUNNING"]),
                name="staging_job_one_at_a_time",
            )
        ]
        verbose_name = _("staging job")
        verbose_name_plural = _("staging jobs")

    def __str__(self):
        return self.public_id

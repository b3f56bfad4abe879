"""Append-only rows about a deadline.

`seq` and `closes_at` are copied from the deadline row in force, so that a late receipt and an early lateness refusal
cannot be written at all: the checks below and the triggers in guards.py refuse them.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenders.notices.models import Tender
from tenders.proposals.models.proposal import Proposal


def _before_deadline(name):
    return models.CheckConstraint(condition=models.Q(received_at__lt=models.F("closes_at")), name=name)


class Bundle(models.Model):
    """One staged version of a proposal: a frozen canonical manifest in the vault that names every file's digest."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="bundles")
    version = models.PositiveIntegerField()
    revision = models.PositiveIntegerField()  # the draft's revision that was frozen
    storage_key = models.CharField(max_length=120, unique=True)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    staged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    staged_at = models.DateTimeField()
    salt = models.CharField(max_length=32)
    commitment = models.CharField(max_length=64, unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proposal", "version"], name="bundle_version_unique")]
        verbose_name = _("staged version")
        verbose_name_plural = _("staged versions")

    def __str__(self):
        return f"bundle {self.pk}"


class Judged(models.Model):
    """What every act judged against a deadline records."""

    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="+")
    seq = models.PositiveSmallIntegerField()
    closes_at = models.DateTimeField()
    received_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    salt = models.CharField(max_length=32)
    commitment = models.CharField(max_length=64, unique=True)

    class Meta:
        abstract = True


class ReceiptKind(models.TextChoices):
    SUBMITTED = "SUBMITTED", _("Submitted by a person")
    AUTO = "AUTO", _("Submitted when time ran out, as the company had asked")


class Receipt(Judged):
    """A version that counts. Of kind AUTO, `received_at` is the instant at which the version was staged."""

    kind = models.CharField(max_length=9, choices=ReceiptKind, default=ReceiptKind.SUBMITTED)
    bundle = models.OneToOneField(Bundle, on_delete=models.PROTECT, related_name="receipt")
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="receipts")

    class Meta:
        constraints = [_before_deadline("receipt_before_deadline")]
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")

    def __str__(self):
        return f"receipt {self.pk}"


class Act(models.TextChoices):
    SUBMIT = "SUBMIT", _("Submit")
    WITHDRAW = "WITHDRAW", _("Withdraw")


class Refusal(Judged):
    """A lateness refusal. Other refusals (an incomplete bundle, a missing right) leave no row here."""

    act = models.CharField(max_length=8, choices=Act)
    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="refusals")
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="refusals")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(received_at__gte=models.F("closes_at")), name="refusal_at_or_after_deadline"
            ),
            models.UniqueConstraint(fields=["bundle", "seq", "act"], name="refusal_once_per_deadline"),
        ]
        verbose_name = _("refusal")
        verbose_name_plural = _("refusals")

    def __str__(self):
        return f"refusal {self.pk}"


class Provisional(Judged):
    """An act that may be in time although it cannot be received: two people decide it.

    Either it arrived before the deadline while the tender closed, or a clock was in doubt (`incident`) and the deadline
    lies between two trusted clocks, the database's `received_at` and the host's steady `witnessed_at`.
    """

    incident = models.ForeignKey("portal_watch.Incident", null=True, on_delete=models.PROTECT, related_name="+")
    witnessed_at = models.DateTimeField(null=True)
    act = models.CharField(max_length=8, choices=Act)
    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="provisionals")
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="provisionals")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(incident=None, witnessed_at=None, received_at__lt=models.F("closes_at"))
                | models.Q(incident__isnull=False, witnessed_at__isnull=False)
                & (models.Q(received_at__lt=models.F("closes_at")) | models.Q(witnessed_at__lt=models.F("closes_at"))),
                name="provisional_before_deadline_by_some_clock",
            ),
            models.UniqueConstraint(fields=["bundle", "seq", "act"], name="provisional_once_per_deadline"),
        ]
        verbose_name = _("provisional row")
        verbose_name_plural = _("provisional rows")

    def __str__(self):
        return f"provisional {self.pk}"


class ProvisionalDecision(models.Model):
    """The word of one officer on a provisional row; two equal words of two countries decide it. Append-only."""

    provisional = models.ForeignKey(Provisional, on_delete=models.PROTECT, related_name="decisions")
    accepted = models.BooleanField()
    reason = models.TextField(max_length=1000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    country = models.ForeignKey("portal_identity.MemberCountry", on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provisional", "country"], name="provisional_one_word_per_country"),
            models.UniqueConstraint(fields=["provisional", "by"], name="provisional_one_word_per_person"),
        ]
        verbose_name = _("decision on a provisional row")
        verbose_name_plural = _("decisions on provisional rows")

    def __str__(self):
        return f"provisional decision {self.pk}"


class Reinstatement(models.Model):
    """Two people accepted a provisional submit. It stands beside the receipts and never is one. Append-only."""

    provisional = models.OneToOneField(Provisional, on_delete=models.PROTECT, related_name="reinstatement")
    bundle = models.OneToOneField(Bundle, on_delete=models.PROTECT, related_name="reinstatement")
    reinstated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("reinstatement")
        verbose_name_plural = _("reinstatements")

    def __str__(self):
        return f"reinstatement {self.pk}"


class Withdrawal(Judged):
    """Takes back a receipt, or where two people had decided a reinstatement. Append-only."""

    receipt = models.OneToOneField(Receipt, null=True, on_delete=models.PROTECT, related_name="withdrawal")
    reinstatement = models.OneToOneField(Reinstatement, null=True, on_delete=models.PROTECT, related_name="withdrawal")
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="withdrawals")

    class Meta:
        constraints = [
            _before_deadline("withdrawal_before_deadline"),
            models.CheckConstraint(
                condition=models.Q(receipt__isnull=False, reinstatement=None)
                | models.Q(receipt=None, reinstatement__isnull=False),
                name="withdrawal_of_one_thing",
            ),
        ]
        verbose_name = _("withdrawal")
        verbose_name_plural = _("withdrawals")

    def __str__(self):
        return f"withdrawal {self.pk}"

    @property
    def bundle(self) -> Bundle:
        """The version that was taken back."""
        return (self.receipt or self.reinstatement).bundle


class WithdrawalNotice(models.Model):
    """Said after the deadline, when nothing can be taken back: officers read it once the proposals are open.

    `seq` is that deadline's. Where it is moved, the company can withdraw again, and the notice holds no longer.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="withdrawal_notices")
    seq = models.PositiveIntegerField()
    reason = models.TextField(max_length=1000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    salt = models.CharField(max_length=32)
    commitment = models.CharField(max_length=64, unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="withdrawal_notice_has_a_reason"),
            models.UniqueConstraint(fields=["proposal", "seq"], name="withdrawal_notice_once_a_deadline"),
        ]
        verbose_name = _("notice of withdrawal")
        verbose_name_plural = _("notices of withdrawal")

    def __str__(self):
        return f"withdrawal notice {self.pk}"


class Wish(models.Model):
    """A signatory asked for a version to be submitted when time runs out, or took that back. Append-only.

    What holds now stands with the proposal; these rows are what the log commits to.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="wishes")
    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="+")
    is_asked = models.BooleanField()  # false: taken back
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    salt = models.CharField(max_length=32)
    commitment = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = _("wish to submit when time runs out")
        verbose_name_plural = _("wishes to submit when time runs out")

    def __str__(self):
        return f"wish {self.pk}"


class Closing(models.Model):
    """Written under the exclusive tender lock when settling is over: the set under this deadline row is final."""

    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="closings")
    seq = models.PositiveSmallIntegerField()
    closes_at = models.DateTimeField()
    closed_at = models.DateTimeField()
    salt = models.CharField(max_length=32)
    commitment = models.CharField(max_length=64, unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tender", "seq"], name="closing_once_per_deadline"),
            models.CheckConstraint(
                condition=models.Q(closed_at__gte=models.F("closes_at")), name="closing_after_deadline"
            ),
        ]
        verbose_name = _("closing")
        verbose_name_plural = _("closings")

    def __str__(self):
        return f"closing {self.tender_id}/{self.seq}"

from random import randrange

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from coalition_portal.identity.models import MemberCountry
from coalition_portal.ledger.entries import new_salt
from tenders.notices.models import ReviewerGroup, Tender
from tenders.proposals.models import OpenedProposal

PLACES = 2**31


def new_place() -> int:
    return randrange(PLACES)  # noqa: S311 - an order to read in, nothing secret


class PanelMember(models.Model):
    """A reviewer of one country in one group of a tender's panel."""

    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="panel")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="panel_places")
    country = models.ForeignKey(MemberCountry, on_delete=models.PROTECT, related_name="+")
    group = models.CharField(max_length=9, choices=ReviewerGroup)
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    salt = models.CharField(max_length=32, default=new_salt, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tender", "user"], name="panel_one_place_per_person"),
            models.CheckConstraint(condition=~models.Q(named_by=models.F("user")), name="panel_named_by_another"),
        ]
        verbose_name = _("panel member")
        verbose_name_plural = _("panel members")

    def __str__(self):
        return f"panel member {self.pk}"


class Declaration(models.Model):
    """One signature over the list of companies: no conflict except those of the Conflict rows. Append-only."""

    member = models.OneToOneField(PanelMember, on_delete=models.PROTECT, related_name="declaration")
    signed_at = models.DateTimeField()
    salt = models.CharField(max_length=32, default=new_salt, editable=False)

    class Meta:
        verbose_name = _("declaration of conflicts")
        verbose_name_plural = _("declarations of conflicts")

    def __str__(self):
        return f"declaration {self.pk}"


class Conflict(models.Model):
    """The member is recused from this proposal: its rows do not exist for them anywhere. Append-only.

    Conflicts declared together share one salt.
    """

    member = models.ForeignKey(PanelMember, on_delete=models.PROTECT, related_name="conflicts")
    opened = models.ForeignKey(OpenedProposal, on_delete=models.PROTECT, related_name="conflicts")
    reason = models.TextField(max_length=500)
    declared_at = models.DateTimeField()
    salt = models.CharField(max_length=32, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "opened"], name="conflict_once"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="conflict_has_its_reason"),
        ]
        verbose_name = _("conflict of interest")
        verbose_name_plural = _("conflicts of interest")

    def __str__(self):
        return f"conflict {self.pk}"


class Assignment(models.Model):
    """A panel member is to score this proposal for their group.

    `place` is random: each reviewer reads in an order of their own, so that no proposal is always the last.
    Assignments made together share one salt.
    """

    member = models.ForeignKey(PanelMember, on_delete=models.PROTECT, related_name="assignments")
    opened = models.ForeignKey(OpenedProposal, on_delete=models.PROTECT, related_name="assignments")
    place = models.PositiveIntegerField(default=new_place, editable=False)
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    salt = models.CharField(max_length=32, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "opened"], name="assignment_once")]
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")

    def __str__(self):
        return f"assignment {self.pk}"

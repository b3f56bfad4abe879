from django.db import models
from django.utils.translation import gettext_lazy as _

from tenders.notices.models.tender import Tender


class AnswerType(models.TextChoices):
    NUMBER = "NUMBER", _("Number")
    YES_NO = "YES_NO", _("Yes or no")
    CHOICE = "CHOICE", _("Choice")
    TEXT = "TEXT", _("Text")


class Visibility(models.TextChoices):
    PUBLIC = "PUBLIC", _("Everyone")
    REGISTERED = "REGISTERED", _("Registered companies")
    REVIEWERS = "REVIEWERS", _("Registered companies; answers only for reviewers")


class Requirement(models.Model):
    """One typed requirement.

    `operator` is one of gt, gte, lt, lte, eq; yes/no wants `wanted_yes`, a choice one of `accepted_choices`.
    """

    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="requirements")
    code = models.CharField(max_length=20)
    order = models.PositiveSmallIntegerField()
    title_en = models.CharField(max_length=160)
    title_uk = models.CharField(max_length=160)
    wording_en = models.TextField()
    wording_uk = models.TextField()
    answer_type = models.CharField(max_length=8, choices=AnswerType)
    unit = models.CharField(max_length=20, blank=True)
    unit_uncefact = models.CharField(max_length=8, blank=True)
    operator = models.CharField(max_length=3, blank=True)
    threshold = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    objective = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    wanted_yes = models.BooleanField(null=True, blank=True)
    decimals = models.PositiveSmallIntegerField(default=0)
    choices = models.JSONField(default=list)  # [{"code", "title_en", "title_uk"}], worst first
    accepted_choices = models.JSONField(default=list)  # empty: every choice is accepted
    condition_en = models.CharField(max_length=300, blank=True)
    condition_uk = models.CharField(max_length=300, blank=True)
    must_have = models.BooleanField()
    scored = models.BooleanField()
    criterion_code = models.CharField(max_length=40, blank=True)
    measured_in_trials = models.BooleanField(default=False)
    test_method_en = models.TextField(blank=True)
    test_method_uk = models.TextField(blank=True)
    tolerance = models.JSONField(default=dict)
    evidence = models.CharField(max_length=60, blank=True)
    visibility = models.CharField(max_length=10, choices=Visibility)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tender", "code"], name="requirement_code_unique")]
        ordering = ["order"]
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")

    def __str__(self):
        return self.code

"""Roles in plain words, and which of them one person cannot hold together. A table, so that it can be read."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    OFFICER = "OFFICER", _("tender officer")
    CHAIR = "CHAIR", _("chair")
    OPENER = "OPENER", _("opener")
    REVIEWER = "REVIEWER", _("reviewer")
    ADVISER = "ADVISER", _("user adviser")
    HEAD = "HEAD", _("head of delegation")
    AUDITOR = "AUDITOR", _("auditor")
    OPERATOR = "OPERATOR", _("operator")


EXCLUSIVE = frozenset({Role.CHAIR, Role.OPENER, Role.AUDITOR, Role.OPERATOR})
"""Nobody holds two of these."""

NEVER_SCORE = frozenset({Role.OFFICER, Role.CHAIR, Role.ADVISER})
"""Nobody who holds one of these is a reviewer."""

NEEDS_COUNTRY = frozenset({Role.CHAIR, Role.OPENER, Role.REVIEWER, Role.ADVISER, Role.HEAD})
"""These act for a country. Officers may be of the secretariat; auditors and operators serve all."""

GRANTED_BY_HEAD = frozenset({Role.OFFICER, Role.CHAIR, Role.OPENER, Role.REVIEWER, Role.ADVISER})
"""A head of delegation names these for their own country; the others come from the operator's command alone."""


def clashing(role: str, held: set[str]) -> Role | None:
    """The first role in `held` that one person cannot hold together with `role`, or None."""
    for other in sorted(held):
        pair = {Role(role), Role(other)}
        if len(pair) == 2 and (pair <= EXCLUSIVE or (Role.REVIEWER in pair and pair & NEVER_SCORE)):
            return Role(other)
    return None

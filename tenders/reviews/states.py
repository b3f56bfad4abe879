"""States of a score sheet: one reviewer on one opened proposal."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from coalition_portal.lifecycle import Lifecycle


class SheetState(models.TextChoices):
    SCORING = "SCORING", _("To score")
    LOCKED = "LOCKED", _("Locked")


SHEET = Lifecycle(
    SheetState,
    {
        "save": ({SheetState.SCORING}, SheetState.SCORING),
        "lock": ({SheetState.SCORING}, SheetState.LOCKED),
    },
)

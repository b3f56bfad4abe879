"""Figures that members of the coalition have published about its first competitions: history, so they stand here."""

from django.utils.translation import gettext_lazy as _

FUNNEL = [
    (163, _("applied")),
    (31, _("met experts in person")),
    (14, _("delivered a test batch")),
    (6, _("reached the second test round, in Ukraine")),
    (1, _("production contract, about EUR 24 million")),
]

FIRST_TENDER = {"proposals": 265, "suppliers": 5, "drones": 30_000}

"""What a company declares once, when it registers. Each tender asks for declarations of its own besides."""

from django.utils.translation import gettext_lazy as _

DECLARATIONS = {
    "authority": _("I may act for this company and register it here."),
    "truth": _("What is entered here is true and as the register shows it; the company keeps it so."),
    "sanctions": _(
        "The company and its owners of 25 % and more are not under sanctions of the European Union, the United Kingdom,"
        " the United States or Ukraine."
    ),
}

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from coalition_portal import guards


class LedgerConfig(AppConfig):
    name = "coalition_portal.ledger"
    label = "portal_ledger"
    verbose_name = _("Log")

    def ready(self) -> None:
        from coalition_portal.ledger.guards import GUARDS  # The registry is filled when all apps are loaded.

        guards.register(GUARDS)

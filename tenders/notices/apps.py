from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from coalition_portal import guards


class NoticesConfig(AppConfig):
    name = "tenders.notices"
    label = "tenders_notices"
    verbose_name = _("Tenders")

    def ready(self) -> None:
        from tenders.notices.guards import GUARDS  # The registry is filled when all apps are loaded.

        guards.register(GUARDS)

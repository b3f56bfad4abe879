from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from coalition_portal import guards


class ManufacturersConfig(AppConfig):
    name = "manufacturers"
    label = "manufacturers"
    verbose_name = _("Manufacturers")

    def ready(self) -> None:
        # Both registries are filled when all apps are loaded; before that there are no models to import.
        from coalition_portal.identity.granting import register_bar
        from manufacturers.guards import GUARDS
        from manufacturers.permissions import reason_against_staff_role

        guards.register(GUARDS)
        register_bar(reason_against_staff_role)

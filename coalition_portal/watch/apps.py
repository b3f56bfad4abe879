from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WatchConfig(AppConfig):
    name = "coalition_portal.watch"
    label = "portal_watch"
    verbose_name = _("Watch over clocks and workers")

    def ready(self):
        # Importing it connects its receivers to Celery's signals; models are loaded only now.
        from coalition_portal.watch import pulse  # noqa: F401

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WatchConfig(AppConfig):
    name = "coalition_portal.watch"
    label = "portal_watch"
    verbose_name = _("Watch over clocks and workers")

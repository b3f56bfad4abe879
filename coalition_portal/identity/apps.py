from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IdentityConfig(AppConfig):
    name = "coalition_portal.identity"
    label = "portal_identity"
    verbose_name = _("People and countries")

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from coalition_portal import guards


class ProposalsConfig(AppConfig):
    name = "tenders.proposals"
    label = "tenders_proposals"
    verbose_name = _("Proposals")

    def ready(self) -> None:
        from tenders.proposals.guards import GUARDS  # The registry is filled when all apps are loaded.

        guards.register(GUARDS)

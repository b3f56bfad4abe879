from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from coalition_portal import guards


class ReviewsConfig(AppConfig):
    name = "tenders.reviews"
    label = "tenders_reviews"
    verbose_name = _("Reviews")

    def ready(self) -> None:
        from tenders.reviews.guards import GUARDS  # The registry is filled when all apps are loaded.

        guards.register(GUARDS)

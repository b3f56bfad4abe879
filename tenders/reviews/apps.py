from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "tenders.reviews"
    label = "tenders_reviews"
    verbose_name = _("Reviews")

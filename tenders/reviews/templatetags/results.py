"""For pages of lower slices that lead to a result: they know no ranking, their templates may ask here."""

from django import template

from manufacturers.models import Company
from tenders.reviews.models import Ranking

register = template.Library()


@register.simple_tag
def published_results_of(company: Company) -> set[int]:
    """The keys of the tenders in which the company has a proposal and whose result is published."""
    published = Ranking.objects.filter(published_at__isnull=False, tender__proposals__company=company)
    return set(published.values_list("tender", flat=True))

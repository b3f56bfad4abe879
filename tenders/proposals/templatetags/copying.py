"""For the form on a tender's page that begins a proposal: what the draft may be filled from."""

from django import template

from tenders.proposals.copying import OF_THE_MODEL, source_choices

register = template.Library()


@register.inclusion_tag("proposals/sources.html", takes_context=True)
def copy_sources(context, tender) -> dict:
    """Empty for companies that answered nothing yet for this kind of drone."""
    return {"choices": source_choices(context["request"].user, tender, first=OF_THE_MODEL)}

"""For the page of a tender, which knows no proposals: whether the reader's company means to bid, and how to say it."""

from django import template

from tenders.proposals.permissions import can_say_intent
from tenders.proposals.queries import intents_visible_to

register = template.Library()


@register.inclusion_tag("proposals/intent.html", takes_context=True)
def intent_to_bid(context, tender, back: str) -> dict:
    """Empty for readers without a company. `back` is the page to come back to: "tender", or a proposal's public id."""
    request = context["request"]
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "tender": tender,
        "back": back,
        "is_given": intents_visible_to(request.user).filter(tender=tender).exists(),
        "can_say": can_say_intent(request.user, tender, request.now),
    }

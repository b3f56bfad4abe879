"""Who reads the page that is being drawn, and in which zone they live."""

from django import template

from coalition_portal import formatting


def request_of(context: template.Context):
    """The request also inside `{% include ... only %}`, where the context holds nothing but what was handed over."""
    return context.get("request") or getattr(context, "request", None)


def reader_zone(context: template.Context):
    """The zone of the person who reads: their own when signed in, `reader_zone` of a mail, else Kyiv."""
    user = getattr(request_of(context), "user", None) or context.get("user")
    name = context.get("reader_zone") or getattr(user, "time_zone", None)
    return formatting.zone_named(name)

"""Filters: values as words, numbers and bare digits."""

from datetime import datetime

from django import template
from django.utils.html import format_html

from coalition_portal import formatting

register = template.Library()

register.filter("in_language", formatting.in_language)
register.filter("file_size", formatting.file_size)
register.filter("short_digest", formatting.short_digest)
register.filter("spaced_digest", formatting.grouped)
register.filter("grouped", formatting.grouped)
register.filter("money", formatting.money)
register.filter("figure", formatting.figure)
register.filter("duration", formatting.duration)


@register.filter
def unlocalized(number) -> str:
    """A number as SVG wants it, with a point in every language."""
    return str(number)


@register.filter
def unbroken(words: str) -> str:
    """Kept on one line, and copied as it is: a number with hyphens, such as that of a tender."""
    return format_html('<span class="unbroken">{}</span>', words)


LEVEL_TONES = {"success": "good", "warning": "warn", "error": "bad", "info": "now", "debug": "quiet"}


@register.filter
def tone_of_level(level: str) -> str:
    """The tone of a Django message: success is good, error is bad."""
    return LEVEL_TONES.get(level, "quiet")


@register.filter
def epoch_ms(moment: datetime | None) -> str:
    """Milliseconds since 1970 for our scripts, as bare digits; nothing for nothing."""
    return str(formatting.epoch_ms(moment)) if moment else ""

"""Instants and days in the reader's zone, and the clocks that a script keeps going."""

from datetime import date, datetime

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from coalition_portal import formatting
from coalition_portal.display.reader import reader_zone, request_of

register = template.Library()


@register.simple_tag(takes_context=True)
def instant(context, value: datetime | None, short: bool = False) -> str:
    """One instant in the reader's zone and in UTC inside <time>; `short` leaves out year, seconds and UTC."""
    if value is None:
        return ""
    zone = reader_zone(context)
    if short:
        local = value.astimezone(zone)
        text = f"{formatting.day(local, short=True)}, {formatting.time_of_day(local, seconds=False)}"
        return format_html(
            '<time datetime="{}" title="{}">{}</time>', formatting.iso(value), formatting.instant(value, zone), text
        )
    return format_html('<time datetime="{}">{}</time>', formatting.iso(value), formatting.instant(value, zone))


@register.simple_tag(takes_context=True)
def instant_text(context, value: datetime | None) -> str:
    """The same words without markup, for titles, labels and mails."""
    return "" if value is None else formatting.instant(value, reader_zone(context))


@register.simple_tag(takes_context=True)
def day(context, value: date | datetime | None, short: bool = False) -> str:
    """The day of an instant in the reader's zone, or a plain date."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(reader_zone(context)).date()
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), formatting.day(value, short=short))


@register.simple_tag
def wall_clock(now: datetime | None) -> str:
    """As in "14:02:11 Kyiv · 11:02:11 UTC"; the script keeps it going."""
    if now is None:
        return ""
    kyiv = formatting.zone_named(formatting.HOME_ZONE)
    local, utc = now.astimezone(kyiv), now.astimezone(formatting.zone_named("UTC"))
    return format_html(
        '<span data-clock="Europe/Kyiv">{}</span>&nbsp;{} · <span data-clock="UTC">{}</span>&nbsp;UTC',
        formatting.time_of_day(local),
        formatting.zone_place(kyiv),
        formatting.time_of_day(utc),
    )


@register.simple_tag(takes_context=True)
def countdown(context, closes_at: datetime | None, big: bool = False) -> str:
    """What is left until `closes_at`, and the instant below. `big` once on a page, at most."""
    now = context.get("now") or getattr(request_of(context), "now", None)
    if closes_at is None or now is None:
        return ""
    parts = formatting.time_left(now, closes_at, with_seconds=big)
    return _component(
        context,
        "countdown",
        {"closes_at": closes_at, "parts": parts, "big": big, "soon": formatting.is_soon(now, closes_at)},
    )


@register.simple_tag(takes_context=True)
def zones(context, closes_at: datetime) -> str:
    """One instant on the walls of Kyiv, Riga, London and in UTC."""
    walls = []
    for name in formatting.WALLS:
        zone = formatting.zone_named(name)
        local = closes_at.astimezone(zone)
        walls.append(
            {
                "place": formatting.zone_place(zone),
                "iso": formatting.iso(closes_at),
                "text": f"{formatting.day(local, short=True)}, {formatting.time_of_day(local)}",
            }
        )
    return _component(context, "zones", {"walls": walls})


def _component(context, name: str, values: dict) -> SafeString:
    """Render templates/components/<name>.html with `values` and the reader's zone; no context processor runs again."""
    return render_to_string(f"components/{name}.html", {"reader_zone": str(reader_zone(context)), **values})

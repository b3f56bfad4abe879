"""Template tags and filters that every template has without loading them.

Here is only what needs a request or a template; the words and numbers come from formatting.py, the figures of drawings
from pictures.py.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from django import template
from django.forms import CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from coalition_portal import formatting, pictures
from coalition_portal.formatting import in_language

register = template.Library()

register.filter("in_language", in_language)
register.filter("file_size", formatting.file_size)
register.filter("short_digest", formatting.short_digest)
register.filter("spaced_digest", formatting.grouped)
register.filter("grouped", formatting.grouped)
register.filter("money", formatting.money)
register.filter("short_money", formatting.short_money)
register.filter("figure", formatting.figure)
register.filter("duration", formatting.duration)
register.filter("quantity", formatting.quantity)


@register.filter
def unlocalized(number) -> str:
    """A number as SVG wants it, with a point in every language."""
    return str(number)


LEVEL_TONES = {"success": "good", "warning": "warn", "error": "bad", "info": "now", "debug": "quiet"}


@register.filter
def tone_of_level(level: str) -> str:
    """The tone of a Django message: success is good, error is bad."""
    return LEVEL_TONES.get(level, "quiet")


@register.filter
def epoch_ms(moment: datetime | None) -> str:
    """Milliseconds since 1970 for our scripts, as bare digits; nothing for nothing."""
    return str(formatting.epoch_ms(moment)) if moment else ""


def _request_of(context: template.Context):
    """The request also inside `{% include ... only %}`, where the context holds nothing but what was handed over."""
    return context.get("request") or getattr(context, "request", None)


def reader_zone(context: template.Context):
    """The zone of the person who reads: their own when signed in, `reader_zone` of a mail, else Kyiv."""
    user = getattr(_request_of(context), "user", None) or context.get("user")
    name = context.get("reader_zone") or getattr(user, "time_zone", None)
    return formatting.zone_named(name)


# Instants


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
    now = context.get("now") or getattr(_request_of(context), "now", None)
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


# Drawings


@register.simple_tag
def bar_with_threshold(
    claim, threshold, objective, operator, low=None, high=None, unit="", claim_unit="", objective_unit="", label=""
) -> SafeString:
    """A claim against its threshold; `claim` and `objective` may be None. The words for it stand in the same place.

    `unit` follows the threshold. Where another number takes another form of it, that number's own unit is given too.
    """
    bar = pictures.threshold_bar(
        claim=claim, threshold=threshold, objective=objective, operator=operator, low=low, high=high
    )
    wanted = formatting.bound(operator, threshold, unit)
    words = _bar_words(
        formatting.quantity(claim, claim_unit or unit), wanted, formatting.quantity(objective, objective_unit or unit)
    )
    return render_to_string(
        "components/pictures/threshold.html",
        {
            "bar": bar,
            "label": f"{label}: {words}" if label else words,
            "threshold": formatting.figure(threshold),
            "objective": formatting.figure(objective),
        },
    )


def _bar_words(claim: str, wanted: str, objective: str) -> str:
    first = (
        gettext("Claim %(claim)s; %(wanted)s is required.") % {"claim": claim, "wanted": wanted}
        if claim
        else gettext("No claim yet; %(wanted)s is required.") % {"wanted": wanted}
    )
    if not objective:
        return first
    aim = gettext("Objective %(objective)s.") % {"objective": objective}
    return f"{first} {aim}"


@register.simple_tag
def requirement_bound(operator, threshold, unit="") -> str:
    """As in "at least 10 km"; nothing where there is no threshold."""
    return "" if threshold is None or not operator else formatting.bound(operator, threshold, unit)


@register.simple_tag
def weights(criteria: Iterable) -> SafeString:
    """Criteria as one bar with its legend; each has `weight_percent` and a bilingual title."""
    parts = [(in_language(criterion, "title"), _weight_of(criterion)) for criterion in criteria]
    return _stacked("weights", parts)


def _weight_of(criterion) -> Decimal:
    weight = criterion["weight_percent"] if isinstance(criterion, dict) else criterion.weight_percent
    return Decimal(weight)


@register.simple_tag
def stacked(contributions: Iterable[tuple[str, Decimal]], name: str = "", total=None) -> SafeString:
    """One ranked proposal: pairs of criterion and contribution out of 100, in the order of the criteria."""
    return _stacked("stacked", list(contributions), name=name, total=total)


def _stacked(picture: str, parts: list[tuple[str, Decimal]], **extra) -> SafeString:
    return render_to_string(f"components/pictures/{picture}.html", {"segments": pictures.segments(parts), **extra})


@register.simple_tag
def key(criteria: Iterable) -> SafeString:
    """The legend of `stacked`, once above a list of bars."""
    parts = [(in_language(criterion, "title"), _weight_of(criterion)) for criterion in criteria]
    return _stacked("key", parts)


@register.simple_tag
def tender_line(published_at, closes_at, now, *marks) -> SafeString:
    """The time of a tender as a ruler; further arguments are other instants of its timetable."""
    line = pictures.tender_line(
        published_at=published_at, closes_at=closes_at, now=now, marks=[mark for mark in marks if mark]
    )
    return render_to_string(
        "components/pictures/tender_line.html",
        {
            "line": line,
            "given": formatting.duration(closes_at - published_at),
            "left": "" if line.has_passed else formatting.duration(closes_at - now),
        },
    )


@register.simple_tag
def dot_strip(points, mean=None, minimum=None, label="") -> SafeString:
    """A dot for each reviewer's point and a triangle for the mean; `points` are numbers or (reviewer, point) pairs."""
    pairs = [point if isinstance(point, tuple | list) else ("", point) for point in points]
    strip = pictures.dot_strip([point for _who, point in pairs], mean=mean, minimum=minimum)
    told = ", ".join(f"{who} {formatting.figure(point)}".strip() for who, point in pairs)
    return render_to_string(
        "components/pictures/dot_strip.html", {"strip": strip, "label": label, "told": told, "mean": mean}
    )


@register.simple_tag
def funnel(steps: Iterable[tuple[int, str]]) -> SafeString:
    """One competition: pairs of how many and what they reached, one square for each company."""
    drawn = [pictures.funnel_step(count, label) for count, label in steps]
    return render_to_string("components/pictures/funnel.html", {"steps": drawn})


@register.simple_tag
def columns(bars: Iterable[tuple[Decimal, str, str]]) -> SafeString:
    """A few upright bars: triples of value, its words and what stands below.

    A bar is narrow on a phone, so its words may part at every space rather than inside a word.
    """
    triples = list(bars)
    heights = pictures.column_heights([value for value, _words, _below in triples])
    drawn = [
        {"height": height, "words": _parted(words), "below": _parted(below)}
        for height, (_value, words, below) in zip(heights, triples, strict=True)
    ]
    return render_to_string("components/pictures/columns.html", {"columns": drawn})


def _parted(text: str) -> str:
    return text.replace(formatting.SPACE, " ")


@register.simple_tag(takes_context=True)
def cutoff_strip(context, closes_at: datetime, arrived_at: datetime) -> SafeString:
    """One arrival beside the deadline, for receipts and refusals."""
    zone = reader_zone(context)
    strip = pictures.cutoff_strip(closes_at=closes_at, arrived_at=arrived_at)
    return render_to_string(
        "components/pictures/cutoff.html",
        {
            "strip": strip,
            "closes": formatting.time_of_day(closes_at.astimezone(zone)),
            "arrived": formatting.time_of_day(arrived_at.astimezone(zone)),
            "distance": formatting.duration(arrived_at - closes_at),
            "span": formatting.SPACE.join([str(strip.span_seconds), pgettext("unit of time left", "s")]),
        },
    )


# Forms


@register.simple_tag
def relabel(form, **labels: str) -> str:
    """Our words for the fields of a form that is not ours, in the form and in its error summary. Draws nothing."""
    for name, label in labels.items():
        if form is not None and name in form.fields:
            form.fields[name].label = form[name].label = label
    return ""


@register.simple_tag
def field(bound_field, unit: str = "", hint: str = "") -> SafeString:
    """A bound field with label, hint, errors and its control wired to them by aria-describedby.

    `hint` replaces the field's own. Placeholders are dropped: they vanish when one types.
    """
    kind = _kind_of(bound_field.field.widget)
    hint = hint or bound_field.help_text
    hint_id, error_id = f"{bound_field.auto_id}-hint", f"{bound_field.auto_id}-error"
    described = [hint_id] if hint else []
    described += [error_id if index == 0 else f"{error_id}-{index + 1}" for index in range(len(bound_field.errors))]
    attributes = {"placeholder": False}
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if bound_field.errors:
        attributes["aria-invalid"] = "true"
    return render_to_string(
        "components/field.html",
        {
            "field": bound_field,
            "hint": hint,
            "kind": kind,
            "unit": unit,
            "optional": not bound_field.field.required and not getattr(bound_field.field, "silently_optional", False),
            "hint_id": hint_id,
            "error_id": error_id,
            "described_by": " ".join(described),
            "control": "" if kind == "choices" else bound_field.as_widget(attrs=attributes),
        },
    )


def _kind_of(widget) -> str:
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return "choices"
    return "checkbox" if isinstance(widget, CheckboxInput) else "plain"


@register.simple_tag
def error_summary(*forms) -> SafeString:
    """All that stops these forms, on top of the page, each linked to its field. Nothing when nothing stops them."""
    mistakes = [mistake for form in forms if form is not None for mistake in _mistakes(form)]
    return render_to_string("components/errors.html", {"mistakes": mistakes, "count": len(mistakes)})


def _mistakes(form) -> list[dict]:
    if not form.is_bound:
        return []
    whole = [{"label": "", "text": text, "target": ""} for text in form.non_field_errors()]
    return whole + [
        {"label": str(bound_field.label).rstrip(".:?"), "text": text, "target": _target_of(bound_field)}
        for bound_field in form
        for text in bound_field.errors
    ]


def _target_of(bound_field) -> str:
    """The first control of the field: a group of radio buttons has none under the group's own id."""
    if _kind_of(bound_field.field.widget) == "choices":
        return next((option.id_for_label for option in bound_field), bound_field.auto_id)
    return bound_field.id_for_label or bound_field.auto_id


# Frame of a page


@register.simple_tag(takes_context=True)
def nav_link(context, url_name: str, word: str) -> str:
    """A list item with a link to a named page, marked on that page and below it; nothing while it is missing."""
    try:
        url = reverse(url_name)
    except NoReverseMatch:
        return ""
    path = getattr(_request_of(context), "path", "")
    current = "page" if path == url else "true" if url != "/" and path.startswith(url) else ""
    if current:
        return format_html('<li><a href="{}" aria-current="{}">{}</a></li>', url, current, word)
    return format_html('<li><a href="{}">{}</a></li>', url, word)


class FilledNode(template.Node):
    def __init__(self, nodelist, before, after):
        self.nodelist, self.before, self.after = nodelist, before, after

    def render(self, context):
        inside = self.nodelist.render(context).strip()
        if not inside:
            return ""
        return self.before.resolve(context) + inside + self.after.resolve(context)


@register.tag
def filled(parser, token):
    """`{% filled "<p>" "</p>" %}...{% endfilled %}`: both ends only where something stands between them."""
    _name, before, after = token.split_contents()
    nodelist = parser.parse(("endfilled",))
    parser.delete_first_token()
    return FilledNode(nodelist, parser.compile_filter(before), parser.compile_filter(after))


class ColumnsNode(template.Node):
    child_nodelists = ("wide", "narrow")

    def __init__(self, wide, narrow):
        self.wide, self.narrow = wide, narrow

    def render(self, context):
        wide, narrow = self.wide.render(context), self.narrow.render(context).strip()
        if not narrow:
            return wide
        return format_html(
            '<div class="split"><div class="flow">{}</div><aside aria-label="{}">{}</aside></div>',
            SafeString(wide),
            gettext("About this page"),
            SafeString(narrow),
        )


@register.tag
def columns_if_side(parser, token):
    """`{% columns_if_side %}wide{% side %}narrow{% endcolumns_if_side %}`: one column where `narrow` is empty."""
    wide = parser.parse(("side",))
    parser.delete_first_token()
    narrow = parser.parse(("endcolumns_if_side",))
    parser.delete_first_token()
    return ColumnsNode(wide, narrow)

"""Drawings, each with the words that stand in the same place."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from coalition_portal import formatting, pictures
from coalition_portal.display.reader import reader_zone
from coalition_portal.formatting import in_language

register = template.Library()


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

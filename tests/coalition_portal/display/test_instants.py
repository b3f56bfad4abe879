from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from tests.coalition_portal.display.drawing import CLOSES, NOW, draw, request_of, words


def test_instant_stands_in_kyiv_time_for_a_visitor():
    markup = draw("{% instant at %}", at=CLOSES)

    assert words(markup) == "14 October 2026, 12:00:00 Kyiv time (09:00:00 UTC)"
    assert markup.startswith('<time datetime="2026-10-14T09:00:00Z">')


def test_instant_stands_in_the_zone_of_the_person_also_inside_an_isolated_part():
    person = SimpleNamespace(is_authenticated=True, time_zone="Europe/London")

    markup = draw(
        '{% instant at %}{% include "components/line.html" with events=events only %}',
        request=request_of(person),
        at=CLOSES,
        events=[{"label": "Deadline", "at": CLOSES, "cut": True}],
    )

    assert words(markup) == ("14 October 2026, 10:00:00 London time (09:00:00 UTC) Deadline 14 October, 10:00")


def test_instant_in_a_letter_stands_in_the_zone_it_names():
    assert words(draw("{% instant_text at %}", at=CLOSES, reader_zone="Europe/Riga")).endswith(
        "12:00:00 Riga time (09:00:00 UTC)"
    )


@pytest.mark.parametrize("tag", ["instant", "instant_text", "day", "wall_clock", "countdown"])
def test_tags_for_instants_draw_nothing_for_nothing(tag):
    assert draw("{% " + tag + " at %}", at=None) == ""


def test_day_of_an_instant_is_the_day_in_the_zone_of_the_reader():
    late_evening = datetime(2026, 10, 13, 22, tzinfo=UTC)

    drawn = [draw("{% day at %}", at=late_evening), draw("{% day at short=True %}", at=CLOSES.date())]

    assert [words(markup) for markup in drawn] == ["14 October 2026", "14 October"]


def test_wall_clock():
    assert words(draw("{% wall_clock at %}", at=NOW)) == "14:02:11 Kyiv · 11:02:11 UTC"


def test_zones():
    assert words(draw("{% zones at %}", at=CLOSES)) == (
        "Kyiv 14 October, 12:00:00 Riga 14 October, 12:00:00 London 14 October, 10:00:00 UTC 14 October, 09:00:00"
    )


# Countdown


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (NOW, "Closes in 14 d 21 h 57 min 14 October 2026, 12:00:00 Kyiv time (09:00:00 UTC) ."),
        (
            CLOSES - timedelta(minutes=57, seconds=49),
            "Closes in 57 min 49 s 14 October 2026, 12:00:00 Kyiv time (09:00:00 UTC) .",
        ),
        (CLOSES, "The deadline has passed Closed 14 October 2026, 12:00:00 Kyiv time (09:00:00 UTC) ."),
    ],
)
def test_countdown(now, told):
    assert words(draw("{% countdown at %}", at=CLOSES, now=now)) == told


@pytest.mark.parametrize(
    ("left", "classes"),
    [(timedelta(hours=24), "clock big"), (timedelta(hours=23), "clock big soon"), (timedelta(0), "clock big")],
)
def test_countdown_is_marked_in_its_last_day(left, classes):
    markup = draw("{% countdown at big=True %}", at=CLOSES, now=CLOSES - left)

    assert f'<p class="{classes}" role="timer">' in markup


def test_countdown_takes_the_instant_of_the_request_inside_an_isolated_part():
    markup = draw('{% include "components/deadline.html" with closes_at=at only %}', request=request_of(), at=CLOSES)

    assert "14<small>d</small>21<small>h</small>57<small>min</small>49<small>s</small>" in markup

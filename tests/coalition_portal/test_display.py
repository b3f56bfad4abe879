"""The tags and filters that every template has, and the parts they draw."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django import forms
from django.template import engines
from django.test import RequestFactory
from django.utils import translation

from coalition_portal import display

NOW = datetime(2026, 9, 29, 11, 2, 11, tzinfo=UTC)
CLOSES = datetime(2026, 10, 14, 9, tzinfo=UTC)


def draw(source, *, language="en", request=None, **values):
    with translation.override(language):
        return engines["django"].from_string(source).render(values, request)


def words(markup):
    """What is read, with one space between words."""
    return " ".join(re.sub(r"<[^>]+>", " ", markup).replace("&nbsp;", " ").replace("\N{NO-BREAK SPACE}", " ").split())


def request_of(user=None, path="/"):
    request = RequestFactory().get(path)
    request.now, request.user = NOW, user or SimpleNamespace(is_authenticated=False)
    return request


# Instants


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


def test_epoch_ms_of_nothing():
    assert [display.epoch_ms(None), display.epoch_ms(CLOSES)] == ["", "1791968400000"]


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


# Words and numbers


def test_filters():
    source = '{{ amount|money:"EUR" }}; {{ size|file_size }}; {{ claim|quantity:"km" }}; {{ part|figure:2 }}'

    assert words(draw(source, amount=2_000_000, size=4_200_000, claim=Decimal("9.40"), part=Decimal("12.5"))) == (
        "EUR 2,000,000; 4.2 MB; 9.4 km; 12.50"
    )


def test_in_language_filter_follows_the_page():
    thing = {"title_en": "Range", "title_uk": "Дальність"}

    assert draw('{{ thing|in_language:"title" }}', language="uk", thing=thing) == "Дальність"


@pytest.mark.parametrize(
    ("operator", "threshold", "told"), [("gte", 10, "at least 10 km"), ("", 10, ""), ("gte", None, "")]
)
def test_requirement_bound(operator, threshold, told):
    assert words(draw("{% requirement_bound o t u %}", o=operator, t=threshold, u="km")) == told


def test_messages_wear_a_tone():
    assert [display.tone_of_level(level) for level in ("success", "warning", "error", "info", "debug", "odd")] == [
        "good",
        "warn",
        "bad",
        "now",
        "quiet",
        "quiet",
    ]


# Drawings: the sentence that stands for each


def label_of(markup):
    return words(re.search(r'aria-label="([^"]*)"', markup)[1])


@pytest.mark.parametrize(
    ("claim", "objective", "told"),
    [
        (Decimal("9.4"), 20, "Range: Claim 9.4 km; at least 10 km is required. Objective 20 km."),
        (None, None, "Range: No claim yet; at least 10 km is required."),
    ],
)
def test_bar_with_threshold_says_what_it_shows(claim, objective, told):
    markup = draw('{% bar_with_threshold c 10 o "gte" unit="km" label="Range" %}', c=claim, o=objective)

    assert label_of(markup) == told


def test_bar_with_threshold_follows_each_number_by_its_own_unit():
    markup = draw('{% bar_with_threshold 22 30 21 "lte" unit="днів" claim_unit="дні" objective_unit="день" %}')

    assert "Claim 22\N{NO-BREAK SPACE}дні; at most 30\N{NO-BREAK SPACE}днів is required." in markup
    assert "Objective 21\N{NO-BREAK SPACE}день." in markup


def test_bar_with_threshold_keeps_points_in_svg_and_commas_in_words():
    markup = draw('{% bar_with_threshold c 10 20 "gte" 0 25 %}', language="uk", c=Decimal("9.4"))

    assert 'width="37.6%"' in markup
    assert "9,4" in label_of(markup)


def test_bar_with_threshold_paints_a_failing_claim():
    painted = [draw('{% bar_with_threshold c 10 20 "gte" %}', c=claim) for claim in (9, 10)]

    assert [("pic-bad" in markup, "pic-act" in markup) for markup in painted] == [(True, False), (False, True)]


CRITERIA = [
    {"title_en": "Flight", "title_uk": "Політ", "weight_percent": 80},
    {"title_en": "Price", "title_uk": "Ціна", "weight_percent": 20},
]


def test_weights_say_all_criteria_and_have_a_legend():
    markup = draw("{% weights criteria %}", criteria=CRITERIA)

    assert label_of(markup) == "Weights: Flight 80 %, Price 20 %"
    assert words(markup) == "80 % Flight 20 % Price"


def test_key_takes_models_as_well():
    criteria = [SimpleNamespace(**criterion) for criterion in CRITERIA]

    assert words(draw("{% key criteria %}", criteria=criteria)) == "80 % Flight 20 % Price"


def test_stacked_says_each_contribution_and_the_total():
    markup = draw(
        '{% stacked parts name="Nibyto Krylo" total=total %}',
        parts=[("Flight", Decimal(64)), ("Price", Decimal("12.74"))],
        total=Decimal("76.74"),
    )

    assert label_of(markup) == "Nibyto Krylo: Flight 64.00, Price 12.74. Total 76.74."


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (NOW, "28 d 0 h are given; 14 d 21 h are left. The hatched part is after the deadline and does not count."),
        (CLOSES, "28 d 0 h were given; the deadline has passed. The hatched part does not count."),
    ],
)
def test_tender_line_says_what_is_left(now, told):
    markup = draw("{% tender_line p c now none %}", p=CLOSES - timedelta(days=28), c=CLOSES, now=now, none=None)

    assert label_of(markup) == told


def test_dot_strip_names_the_reviewers():
    markup = draw(
        '{% dot_strip points mean minimum=3 label="Links" %}',
        points=[("Latvia", 3), ("UK", 8), ("Estonia", 8)],
        mean=Decimal("6.33"),
    )

    assert label_of(markup) == "Links: Latvia 3, UK 8, Estonia 8. Mean 6.33."


def test_dot_strip_of_bare_points():
    assert label_of(draw("{% dot_strip points %}", points=[5, 8])) == "5, 8."


def test_funnel_and_columns_tell_their_figures():
    drawn = [
        draw("{% funnel steps %}", steps=[(163, "applied"), (1, "contract")]),
        draw("{% columns bars %}", bars=[(45, "EUR 45M", "July 2024"), (176, "EUR 176M", "March 2025")]),
    ]

    assert [words(markup) for markup in drawn] == [
        "163 applied 1 contract",
        "EUR 45M July 2024 EUR 176M March 2025",
    ]


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (
            3,
            "The deadline at 12:00:00 and the arrival of the request at 12:00:03, 3 s after it, "
            "in the part that does not count.",
        ),
        (-90, "The arrival of the request at 11:58:30, 1 min 30 s before the deadline at 12:00:00."),
    ],
)
def test_cutoff_strip_says_on_which_side_the_request_arrived(seconds, told):
    markup = draw("{% cutoff_strip c a %}", c=CLOSES, a=CLOSES + timedelta(seconds=seconds))

    assert label_of(markup) == told


# Forms


class Claim(forms.Form):
    name = forms.CharField(label="Legal name", help_text="As in the register.")
    rate = forms.DecimalField(label="Rate", widget=forms.TextInput(attrs={"placeholder": "9.4"}))
    note = forms.CharField(required=False)
    camera = forms.ChoiceField(choices=[("day", "Day"), ("both", "Both")], widget=forms.RadioSelect)
    sure = forms.BooleanField(label="I have checked.")
    token = forms.CharField(widget=forms.HiddenInput)


def test_field_ties_hint_and_error_to_its_control():
    form = Claim({"rate": "about 9"})

    name, rate = draw("{% field form.name %}", form=form), draw('{% field form.rate unit="km" %}', form=form)

    assert 'aria-describedby="id_name-hint id_name-error"' in name
    assert 'aria-invalid="true"' in name
    assert '<p class="field-bad" id="id_name-error">' in name
    assert 'value="about 9"' in rate
    assert words(rate) == "Rate Enter a number. km"


def test_field_drops_placeholders_and_marks_what_is_optional():
    form = Claim()

    assert "placeholder" not in draw("{% field form.rate %}", form=form)
    assert words(draw('{% field form.note hint="Only you see this." %}', form=form)) == (
        "Note (optional) Only you see this."
    )


def test_field_of_a_choice_is_a_group_with_a_legend():
    markup = draw("{% field form.camera %}", form=Claim({"camera": "x"}))

    assert words(markup).startswith("Camera Select a valid choice")
    assert '<fieldset class="field" aria-describedby="id_camera-error" id="id_camera">' in markup
    assert markup.count('<label class="choice"') == 2


def test_field_of_a_tick_has_its_words_beside_it():
    assert words(draw("{% field form.sure %}", form=Claim({}))) == "This field is required. I have checked."


def test_field_that_is_hidden_stays_hidden():
    assert draw("{% field form.token %}", form=Claim()).strip().startswith('<input type="hidden"')


def test_error_summary_links_each_mistake_to_its_control():
    form = Claim({"name": "x", "rate": "9", "camera": "y", "token": "t"})
    form.add_error(None, "The whole does not fit.")

    markup = draw("{% error_summary form other %}", form=form, other=None)

    assert re.findall(r'href="([^"]+)"', markup) == ["#id_camera_0", "#id_sure"]
    assert words(markup) == (
        "3 things need mending before this can go on The whole does not fit. "
        "Camera: Select a valid choice. y is not one of the available choices. I have checked: This field is required."
    )


@pytest.mark.parametrize("data", [None, {"name": "x", "rate": "9", "camera": "day", "sure": "on", "token": "t"}])
def test_error_summary_is_nothing_where_nothing_is_wrong(data):
    assert draw("{% error_summary form %}", form=Claim(data)).strip() == ""


def test_relabel_changes_field_and_summary_alike():
    form = Claim({})

    markup = draw(
        '{% relabel form name="Your company" ghost="x" %}{% field form.name %}{% error_summary form %}', form=form
    )

    assert words(markup).count("Your company") == 2


# Frame


@pytest.mark.urls("tests.coalition_portal.frame_urls")
@pytest.mark.parametrize(
    ("path", "mark"),
    [("/here/", ' aria-current="page"'), ("/here/below/", ' aria-current="true"'), ("/", "")],
)
def test_nav_link_marks_where_one_is(path, mark):
    markup = draw('{% nav_link "here" "Here" %}', request=request_of(path=path))

    assert markup == f'<li><a href="/here/"{mark}>Here</a></li>'


@pytest.mark.urls("tests.coalition_portal.frame_urls")
def test_nav_link_to_the_front_page_is_not_above_everything():
    markup = draw('{% nav_link "front" "Front" %}', request=request_of(path="/here/"))

    assert markup == '<li><a href="/">Front</a></li>'


@pytest.mark.urls("tests.coalition_portal.frame_urls")
def test_nav_link_to_a_page_that_is_missing_is_nothing():
    assert draw('{% nav_link "nowhere" "Nowhere" %}') == ""


def test_filled_draws_its_ends_only_around_something():
    source = '{% filled "<p>" "</p>" %} {{ inside }} {% endfilled %}'

    assert [draw(source, inside="x"), draw(source, inside="")] == ["<p>x</p>", ""]


@pytest.mark.urls("tests.coalition_portal.frame_urls")
def test_a_page_has_a_second_column_only_where_it_holds_something():
    bare = '{% extends "base.html" %}{% block content %}<p>One</p>{% endblock %}'
    with_side = bare + "{% block side %}<p>Two</p>{% endblock %}"

    pages = [draw(source, request=request_of()) for source in (bare, with_side)]

    assert ["<aside" in page for page in pages] == [False, True]

"""The sentence that stands for each drawing."""

import re
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from tests.coalition_portal.display.drawing import CLOSES, NOW, draw, words


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

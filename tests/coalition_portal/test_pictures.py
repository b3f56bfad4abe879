"""Where every shape stands, against the drawings that were agreed on."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from coalition_portal import pictures
from coalition_portal.pictures import Dot, Segment, ThresholdBar, Tick

PUBLISHED = datetime(2026, 9, 16, 9, tzinfo=UTC)
CLOSES = datetime(2026, 10, 14, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("operator", "below", "equal", "above"),
    [
        ("gt", False, False, True),
        ("gte", False, True, True),
        ("lt", True, False, False),
        ("lte", True, True, False),
        ("eq", False, True, False),
        ("GTE", False, True, True),
    ],
)
def test_passes_by_operator(operator, below, equal, above):
    verdicts = [pictures.passes(claim, 10, operator) for claim in (9, 10, 11)]

    assert verdicts == [below, equal, above]


def test_threshold_bar_where_more_is_better():
    bar = pictures.threshold_bar(claim=Decimal("9.4"), threshold=10, objective=20, operator="gte", low=0, high=25)

    assert bar == ThresholdBar(
        fails_x=Decimal(0),
        fails_width=Decimal(40),
        threshold_x=Decimal(40),
        objective_x=Decimal(80),
        claim_width=Decimal("37.6"),
        claim_passes=False,
    )


def test_threshold_bar_where_less_is_better_fails_above():
    bar = pictures.threshold_bar(claim=-18, threshold=-15, objective=-25, operator="lte", low=-30, high=0)

    assert bar == ThresholdBar(
        fails_x=Decimal(50),
        fails_width=Decimal(50),
        threshold_x=Decimal(50),
        objective_x=Decimal("16.67"),
        claim_width=Decimal(40),
        claim_passes=True,
    )


def test_threshold_bar_without_claim_and_objective_chooses_its_scale():
    bar = pictures.threshold_bar(claim=None, threshold=60, objective=None, operator="gte")

    assert (bar.threshold_x, bar.objective_x, bar.claim_width, bar.claim_passes) == (Decimal(80), None, None, None)


def test_threshold_bar_cuts_a_claim_far_off_at_the_end():
    bar = pictures.threshold_bar(claim=9000, threshold=10, objective=20, operator="gte")

    assert bar.claim_width == Decimal(100)


@pytest.mark.parametrize(
    ("threshold", "objective", "low", "high"),
    [(10, 20, 0, 25), (28, 14, 0, 35), (-15, -25, "-31.25", 0), (-5, 5, "-7.5", "7.5"), (0, None, 0, 1), (0, 0, 0, 1)],
)
def test_scale_for_leaves_room(threshold, objective, low, high):
    assert pictures.scale_for(threshold, objective) == (Decimal(low), Decimal(high))


def test_percent_stays_inside():
    assert [pictures.percent(part, 3) for part in (-1, 1, 2, 9)] == [
        Decimal(0),
        Decimal("33.33"),
        Decimal("66.67"),
        Decimal(100),
    ]


def test_segments_stand_side_by_side_with_a_hair_between():
    drawn = pictures.segments([("Flight", 25), ("Links", 20), ("None", 0)])

    assert drawn == [
        Segment("Flight", Decimal(25), 1, Decimal(0), Decimal("24.75")),
        Segment("Links", Decimal(20), 2, Decimal(25), Decimal("19.75")),
        Segment("None", Decimal(0), 3, Decimal(45), Decimal(0)),
    ]


def test_segments_past_the_seventh_share_its_colour():
    drawn = pictures.segments([(str(number), 10) for number in range(9)])

    assert [part.series for part in drawn] == [1, 2, 3, 4, 5, 6, 7, 7, 7]


def test_tender_line_in_the_middle():
    line = pictures.tender_line(
        published_at=PUBLISHED,
        closes_at=CLOSES,
        now=PUBLISHED + timedelta(days=13),
        marks=[PUBLISHED, PUBLISHED + timedelta(days=14), CLOSES],
    )

    assert (line.now_x, line.has_passed, line.shows_now) == (Decimal("43.64"), False, True)
    assert line.marks == [Decimal(47)]
    assert line.ticks[:2] == [Tick(Decimal(0), True), Tick(Decimal("3.36"), False)]
    assert [tick.x for tick in line.ticks if tick.tall] == [
        Decimal(0),
        Decimal("23.5"),
        Decimal(47),
        Decimal("70.5"),
        Decimal(94),
    ]


@pytest.mark.parametrize(
    ("now", "has_passed"),
    [
        (CLOSES - timedelta(microseconds=1), False),
        (CLOSES, True),
        (CLOSES + timedelta(microseconds=1), True),
    ],
)
def test_tender_line_at_the_deadline(now, has_passed):
    line = pictures.tender_line(published_at=PUBLISHED, closes_at=CLOSES, now=now)

    assert (line.has_passed, line.now_x, line.shows_now) == (has_passed, Decimal(94), False)


@pytest.mark.parametrize(
    ("given", "ticks", "tall"),
    [(timedelta(minutes=15), 13, 3), (timedelta(days=2), 3, 1), (timedelta(days=200), 29, 8)],
)
def test_tender_line_has_ticks_of_its_length(given, ticks, tall):
    line = pictures.tender_line(published_at=CLOSES - given, closes_at=CLOSES, now=CLOSES - given)

    assert (len(line.ticks), sum(tick.tall for tick in line.ticks)) == (ticks, tall)


def test_tender_line_before_publication_stands_at_its_start():
    line = pictures.tender_line(published_at=PUBLISHED, closes_at=CLOSES, now=PUBLISHED - timedelta(days=1))

    assert line.now_x == Decimal(0)


def test_dot_strip_stacks_equal_points():
    strip = pictures.dot_strip([3, 8, 8], mean=Decimal("6.333"), minimum=3)

    assert strip.height == 50
    assert strip.dots == [Dot(Decimal("31.6"), 25), Dot(Decimal("77.6"), 25), Dot(Decimal("77.6"), 10)]
    assert (strip.mean_x, strip.minimum_x) == (Decimal("62.26"), Decimal("31.6"))
    assert strip.scale == [
        (Decimal(4), 0),
        (Decimal("31.6"), 3),
        (Decimal(50), 5),
        (Decimal("77.6"), 8),
        (Decimal(96), 10),
    ]
    assert (strip.band_y, strip.band_end_y, strip.rule_y, strip.rule_end_y, strip.text_y) == (28, 36, 23, 37, 48)


def test_dot_strip_of_nobody_is_an_empty_axis():
    strip = pictures.dot_strip([])

    assert (strip.height, strip.dots, strip.mean_x, strip.minimum_x) == (35, [], None, None)


def test_dot_strip_has_no_minimum_at_zero():
    assert pictures.dot_strip([5], minimum=0).minimum_x is None


@pytest.mark.parametrize(
    ("count", "height", "path"),
    [
        (1, 8, "M0 3.25h6.5"),
        (41, 8, "M0 3.25h326.5"),
        (42, 16, "M0 3.25h326.5M0 11.25h6.5"),
        (163, 32, "M0 3.25h326.5M0 11.25h326.5M0 19.25h326.5M0 27.25h318.5"),
    ],
)
def test_funnel_step_draws_one_square_for_each(count, height, path):
    step = pictures.funnel_step(count, "applied")

    assert (step.count, step.label, step.width, step.height, step.path) == (count, "applied", 328, height, path)


def test_column_heights_by_the_greatest():
    assert pictures.column_heights([45, 50, 176]) == [36, 40, 140]


@pytest.mark.parametrize(
    ("microseconds", "arrival_x", "is_late", "span_seconds"),
    [
        (-1, "50", False, 5),
        (0, "50", True, 5),
        (1, "50", True, 5),
        (3_200_000, "82", True, 5),
        (-60_000_000, "3", False, 60),
        (1_800_000_000, "75", True, 3600),
        (90_000_000_000, "97", True, 86400),
    ],
)
def test_cutoff_strip(microseconds, arrival_x, is_late, span_seconds):
    strip = pictures.cutoff_strip(closes_at=CLOSES, arrived_at=CLOSES + timedelta(microseconds=microseconds))

    assert (strip.arrival_x, strip.is_late, strip.span_seconds) == (Decimal(arrival_x), is_late, span_seconds)


@pytest.mark.parametrize(
    ("seconds", "anchor"),
    [(-5, "start"), (-2, "end"), (-1, "end"), (0, "start"), (1, "start"), (3, "start"), (5, "end")],
)
def test_the_label_of_an_arrival_never_lies_on_that_of_the_deadline(seconds, anchor):
    strip = pictures.cutoff_strip(closes_at=CLOSES, arrived_at=CLOSES + timedelta(seconds=seconds))

    assert strip.arrival_anchor == anchor

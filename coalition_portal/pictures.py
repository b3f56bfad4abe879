"""The drawings of the portal as plain figures: where each shape stands, never how it looks.

`x` and widths are per cent of the drawing, `y` and heights are pixels; there is no viewBox, so a drawing stretches to
its place and its text keeps its size. Templates in templates/components/pictures turn the figures into SVG attributes.
One grammar for all: hatch fails or does not count, an upright line is a rule to be met, a diamond is what is aimed at.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

Number = int | Decimal

AT_MOST = frozenset({"lt", "lte"})

DEADLINE_AT = Decimal(94)
"""The deadline stands at 94 % of a tender's line: the hatched rest is the time that does not count."""

SQUARES_IN_A_ROW = 41
SQUARE_PX = 8

STRIP_START, STRIP_SPAN = Decimal(4), Decimal(92)
DOT_STEP_PX = 15

GAP = Decimal("0.25")
SERIES = 7


def percent(part: Number, whole: Number) -> Decimal:
    """`part` of `whole` in per cent, two decimals, held inside 0..100. Needs whole > 0."""
    return _tidy(min(max(Decimal(part) * 100 / Decimal(whole), Decimal(0)), Decimal(100)))


def _tidy(value: Decimal) -> Decimal:
    """Two decimals at most and no trailing zeros, written without an exponent."""
    rounded = value.quantize(Decimal("0.01"))
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded.normalize()


@dataclass(frozen=True)
class ThresholdBar:
    """A claim against its threshold; what fails is hatched. `claim_width` is None while nothing is claimed."""

    fails_x: Decimal
    fails_width: Decimal
    threshold_x: Decimal
    objective_x: Decimal | None
    claim_width: Decimal | None
    claim_passes: bool | None


def passes(claim: Number, threshold: Number, operator: str) -> bool:
    """Whether `claim` meets `threshold`; `operator` is one of gt, gte, lt, lte, eq in either case of letters."""
    verdicts = {
        "gt": claim > threshold,
        "gte": claim >= threshold,
        "lt": claim < threshold,
        "lte": claim <= threshold,
        "eq": claim == threshold,
    }
    return verdicts[operator.lower()]


def scale_for(threshold: Number, objective: Number | None) -> tuple[Decimal, Decimal]:
    """A low and a high end that show threshold and objective with room beyond them; low < high always.

    Zero is one end where all is on one side of it. A claim far off squeezes nothing: its bar is cut at the end.
    """
    known = [Decimal(0), *(Decimal(value) for value in (threshold, objective) if value is not None)]
    low, high = min(known), max(known)
    room = (high - low) / 4 or Decimal(1)
    return (low - room if low < 0 else low), (high + room if high > 0 or low == 0 else high)


def threshold_bar(
    *,
    claim: Number | None,
    threshold: Number,
    objective: Number | None,
    operator: str,
    low: Number | None = None,
    high: Number | None = None,
) -> ThresholdBar:
    """Where claim, threshold and objective stand between `low` and `high` (chosen by scale_for when left out).

    Needs low < high. For gt and gte the part below the threshold fails, for lt and lte the part above it.
    """
    if low is None or high is None:
        low, high = scale_for(threshold, objective)
    whole = Decimal(high) - Decimal(low)
    mark = percent(Decimal(threshold) - Decimal(low), whole)
    above = operator.lower() in AT_MOST
    return ThresholdBar(
        fails_x=mark if above else Decimal(0),
        fails_width=_tidy(100 - mark) if above else mark,
        threshold_x=mark,
        objective_x=None if objective is None else percent(Decimal(objective) - Decimal(low), whole),
        claim_width=None if claim is None else percent(Decimal(claim) - Decimal(low), whole),
        claim_passes=None if claim is None else passes(claim, threshold, operator),
    )


@dataclass(frozen=True)
class Segment:
    """One piece of a stacked bar; `series` 1..7 names its colour, the last one is for price."""

    label: str
    value: Decimal
    series: int
    x: Decimal
    width: Decimal


def segments(parts: Iterable[tuple[str, Number]], *, whole: Number = 100) -> list[Segment]:
    """Pieces side by side in the given order, a hair of paper between. Needs values >= 0 and a sum <= `whole`."""
    drawn: list[Segment] = []
    before = Decimal(0)
    for index, (label, value) in enumerate(parts):
        share = Decimal(value) * 100 / Decimal(whole)
        drawn.append(
            Segment(
                label=label,
                value=Decimal(value),
                series=min(index + 1, SERIES),
                x=_tidy(before),
                width=_tidy(max(share - GAP, Decimal(0))),
            )
        )
        before += share
    return drawn


@dataclass(frozen=True)
class Tick:
    x: Decimal
    tall: bool


@dataclass(frozen=True)
class TenderLine:
    """A tender from publication to its deadline, a tick for each day and a tall one for each week."""

    now_x: Decimal
    has_passed: bool
    shows_now: bool
    ticks: list[Tick]
    marks: list[Decimal]


def tender_line(
    *, published_at: datetime, closes_at: datetime, now: datetime, marks: Sequence[datetime] = ()
) -> TenderLine:
    """Needs published_at < closes_at. `marks` are other instants of the timetable; those outside the line are left out.

    Tenders shorter than a day get twelve even ticks, longer ones than ninety days a tick for each week.
    """
    whole = closes_at - published_at
    passed = now >= closes_at
    at_now = DEADLINE_AT if passed else _on_line(now - published_at, whole)
    return TenderLine(
        now_x=at_now,
        has_passed=passed,
        shows_now=not passed and at_now <= DEADLINE_AT - 14,
        ticks=_ticks(whole),
        marks=[_on_line(mark - published_at, whole) for mark in marks if published_at < mark < closes_at],
    )


def _on_line(since: timedelta, whole: timedelta) -> Decimal:
    share = Decimal(since // timedelta(seconds=1)) / Decimal(max(whole // timedelta(seconds=1), 1))
    return _tidy(min(max(share, Decimal(0)), Decimal(1)) * DEADLINE_AT)


def _ticks(whole: timedelta) -> list[Tick]:
    days = whole // timedelta(days=1)
    if days < 1:
        return [Tick(x=_tidy(DEADLINE_AT * step / 12), tall=step % 6 == 0) for step in range(13)]
    step_days = 1 if days <= 90 else 7
    tall_days = 7 if days <= 90 else 28
    return [
        Tick(x=_on_line(timedelta(days=day), whole), tall=day % tall_days == 0) for day in range(0, days + 1, step_days)
    ]


@dataclass(frozen=True)
class Dot:
    x: Decimal
    y: int


@dataclass(frozen=True)
class DotStrip:
    """A dot for each reviewer over the described points, equal ones stacked; the mean is a triangle below."""

    height: int
    axis_y: int
    scale: list[tuple[Decimal, Number]]
    dots: list[Dot]
    mean_x: Decimal | None
    minimum_x: Decimal | None

    @property
    def band_y(self) -> int:
        return self.axis_y - 4

    @property
    def band_end_y(self) -> int:
        return self.axis_y + 4

    @property
    def rule_y(self) -> int:
        return self.axis_y - 9

    @property
    def rule_end_y(self) -> int:
        return self.axis_y + 5

    @property
    def text_y(self) -> int:
        return self.axis_y + 16


def dot_strip(
    points: Sequence[Number],
    *,
    mean: Number | None = None,
    minimum: Number | None = None,
    scale: Sequence[Number] = (0, 3, 5, 8, 10),
) -> DotStrip:
    """Needs an ascending scale of at least two values that begins at 0 and holds every point."""
    tallest = max((points.count(point) for point in points), default=1)
    axis = DOT_STEP_PX * tallest + 2
    stacked: dict[Number, int] = {}
    dots = []
    for point in sorted(points):
        stacked[point] = stacked.get(point, 0) + 1
        dots.append(Dot(x=_on_strip(point, scale[-1]), y=axis + 8 - DOT_STEP_PX * stacked[point]))
    return DotStrip(
        height=axis + 18,
        axis_y=axis,
        scale=[(_on_strip(value, scale[-1]), value) for value in scale],
        dots=dots,
        mean_x=None if mean is None else _on_strip(mean, scale[-1]),
        minimum_x=None if not minimum else _on_strip(minimum, scale[-1]),
    )


def _on_strip(value: Number, top: Number) -> Decimal:
    return _tidy(STRIP_START + STRIP_SPAN * Decimal(value) / Decimal(top))


@dataclass(frozen=True)
class FunnelStep:
    """One square for each company; `path` draws them in rows."""

    count: int
    label: str
    width: int
    height: int
    path: str


def funnel_step(count: int, label: str) -> FunnelStep:
    """Needs count >= 1."""
    full, rest = divmod(count, SQUARES_IN_A_ROW)
    rows = [SQUARES_IN_A_ROW] * full + ([rest] if rest else [])
    path = "".join(f"M0 {row * SQUARE_PX + 3}.25h{squares * SQUARE_PX - 2}.5" for row, squares in enumerate(rows))
    return FunnelStep(
        count=count, label=label, width=SQUARES_IN_A_ROW * SQUARE_PX, height=len(rows) * SQUARE_PX, path=path
    )


def column_heights(values: Sequence[Number], *, tallest: int = 140) -> list[int]:
    """Heights in pixels for a few upright bars; the greatest value gets `tallest`. Needs values >= 0, one above 0."""
    greatest = max(Decimal(value) for value in values)
    return [int((Decimal(value) / greatest * tallest).to_integral_value()) for value in values]


@dataclass(frozen=True)
class CutoffStrip:
    """A deadline in the middle and one arrival beside it, each tick a tenth of the shown time."""

    arrival_x: Decimal
    is_late: bool
    ticks: list[int]
    span_seconds: int

    @property
    def arrival_anchor(self) -> str:
        """The arrival's label leads away from the middle, where the deadline has its own, and never over an end."""
        return "start" if 50 <= self.arrival_x <= 80 and self.is_late or self.arrival_x < 20 else "end"


def cutoff_strip(*, closes_at: datetime, arrived_at: datetime) -> CutoffStrip:
    """The shown span grows with the distance: 5 seconds, then a minute, an hour, a day to either side."""
    distance = abs(arrived_at - closes_at)
    spans = (5, 60, 3600, 86400)
    span = next((seconds for seconds in spans if distance <= timedelta(seconds=seconds)), spans[-1])
    microseconds = (arrived_at - closes_at) // timedelta(microseconds=1)
    share = Decimal(50) + Decimal(microseconds) * 50 / (span * 1_000_000)
    return CutoffStrip(
        arrival_x=_tidy(min(max(share, Decimal(3)), Decimal(97))),
        is_late=arrived_at >= closes_at,
        ticks=list(range(0, 101, 10)),
        span_seconds=span,
    )

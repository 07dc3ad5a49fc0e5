"""Where the parts of a picture are; `charts.html` draws them as SVG, and puts the figures in a table behind it.

Coordinates are in units of a picture 480 wide, rounded to a tenth; y runs downwards. Text is small on a desktop and
larger on a telephone, where the same picture is half as wide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from math import ceil, log10

WIDTH, HEIGHT = 480, 210
LEFT, RIGHT, TOP, BOTTOM = 54, 10, 12, 30
SPARK_WIDTH, SPARK_HEIGHT = 160, 40
BAR_HEIGHT, BAR_GAP = 22, 8
LABELS, LETTER, FIGURES = 210, 11, 80
"""Room for the names of bars, at their left, at the most; of a letter on a telephone; of figures at the right."""


@dataclass(frozen=True)
class Sample:
    """A share at a day, 0 to 1, with the ends of its interval."""

    at: date
    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Dot:
    x: float
    y: float


@dataclass(frozen=True)
class Tick:
    """A mark of an axis. value: a share of the y axis; a day of the x axis."""

    place: float
    value: float | date
    anchor: str = "middle"


@dataclass(frozen=True)
class Trend:
    """band, line, other: paths, empty where there is nothing to draw. goal: y of the promise. marks: x of alerts."""

    band: str
    line: str
    dots: list[Dot]
    other: str
    other_dots: list[Dot]
    y_ticks: list[Tick]
    x_ticks: list[Tick]
    goal: float | None = None
    marks: list[float] = field(default_factory=list)
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True)
class Bar:
    """y: of its upper edge; length: in units; label, n: what it stands for."""

    y: float
    length: float
    label: str
    n: int
    is_bad: bool = False


@dataclass(frozen=True)
class Bars:
    bars: list[Bar]
    height: float
    left: int
    width: int = WIDTH


@dataclass(frozen=True)
class Axes:
    """From days and shares to units."""

    first: date
    last: date
    most: float

    def x(self, at: date) -> float:
        span = max((self.last - self.first).days, 1)
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (at - self.first).days / span, 1)

    def y(self, value: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - min(value, self.most) / self.most), 1)


def trend(
    samples: Sequence[Sample],
    span: tuple[date, date],
    other: Sequence[Sample] = (),
    goal: float | None = None,
    marks: Sequence[date] = (),
) -> Trend:
    """A share over time with its interval as a band; a second series as a dashed line; a goal; marks of alerts."""
    tops = [one.high for one in samples] + [one.value for one in other] + ([goal * 1.15] if goal else [])
    axes = Axes(*span, nice(max([*tops, 0.02])))
    return Trend(
        band=band(samples, axes),
        line=path([(one.at, one.value) for one in samples], axes),
        dots=[Dot(axes.x(one.at), axes.y(one.value)) for one in samples],
        other=path([(one.at, one.value) for one in other], axes),
        other_dots=[Dot(axes.x(one.at), axes.y(one.value)) for one in other],
        y_ticks=[Tick(axes.y(axes.most * part / 2), axes.most * part / 2) for part in range(3)],
        x_ticks=x_ticks(axes),
        goal=axes.y(goal) if goal is not None else None,
        marks=[axes.x(at) for at in marks if span[0] <= at <= span[1]],
    )


def band(samples: Sequence[Sample], axes: Axes) -> str:
    """Along the upper ends, and back along the lower ones."""
    if len(samples) < 2:
        return ""
    there = [f"{axes.x(one.at)},{axes.y(one.high)}" for one in samples]
    back = [f"{axes.x(one.at)},{axes.y(one.low)}" for one in reversed(samples)]
    return f"M{' '.join(there + back)}Z"


def path(points: Sequence[tuple[date, float]], axes: Axes) -> str:
    return "M" + " ".join(f"{axes.x(at)},{axes.y(value)}" for at, value in points) if len(points) > 1 else ""


def x_ticks(axes: Axes) -> list[Tick]:
    """First day, middle, last."""
    middle = axes.first + (axes.last - axes.first) / 2
    days = ((axes.first, "start"), (middle, "middle"), (axes.last, "end"))
    return [Tick(axes.x(day), day, anchor) for day, anchor in days]


def nice(value: float) -> float:
    """The next number above that reads well on an axis: 0.02, 0.05, 0.1, 0.2, 0.4, 0.5 …; at the most 1."""
    size = 10.0 ** ceil(log10(value) - 1e-9)
    steps = (0.2, 0.4, 0.5, 0.6, 0.8, 1.0)
    return min(1.0, next(round(size * step, 6) for step in steps if size * step >= value - 1e-9))


def spark(values: Sequence[float]) -> str:
    """A small line without axes, from 0 to the highest; empty of fewer than two."""
    if len(values) < 2:
        return ""
    most, wide = max([*values, 0.02]), (SPARK_WIDTH - 4) / (len(values) - 1)
    heights = [2 + (SPARK_HEIGHT - 4) * (1 - value / most) for value in values]
    return "M" + " ".join(f"{2 + place * wide:.1f},{height:.1f}" for place, height in enumerate(heights))


def bars(rows: Sequence[tuple[str, int, bool]]) -> Bars:
    """Lying bars, one below the other. rows: label, number, whether it stands for something bad."""
    longest = max([*(n for _, n, _ in rows), 1])
    left = min(LABELS, 20 + LETTER * max((len(label) for label, _, _ in rows), default=0))
    room = WIDTH - left - FIGURES
    made = [
        Bar(place * (BAR_HEIGHT + BAR_GAP), round(room * n / longest, 1), label, n, is_bad)
        for place, (label, n, is_bad) in enumerate(rows)
    ]
    return Bars(made, len(made) * (BAR_HEIGHT + BAR_GAP), left)

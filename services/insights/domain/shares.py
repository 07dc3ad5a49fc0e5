"""Shares of bad answers, how two of them differ, and how they went over time; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from typing import Literal

from services.insights.domain.reports import Day, monday_of
from shared.metrics import merged, wilson
from shared.scales import Scale

Step = Literal["day", "week"]
Verdict = Literal["worse", "better", "same"]
Keeping = Literal["kept", "unclear", "broken"]
DAYS_AS_DAYS = 31
"""Up to so many days a trend has a point a day; beyond, a point a week."""


@dataclass(frozen=True)
class BadShare:
    """bad of n answers, and the ends of the share's 95 % interval (Wilson), 0 to 1."""

    bad: int
    n: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share, 0 to 1. Raises ZeroDivisionError of no answers."""
        return self.bad / self.n


@dataclass(frozen=True)
class Difference:
    """A share less another, −1 to 1, with the ends of its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def verdict(self) -> Verdict:
        """Whether it is certain that bad answers became more, or fewer."""
        if self.low > 0:
            return "worse"
        return "better" if self.high < 0 else "same"


@dataclass(frozen=True)
class Point:
    """A day, or a week from Monday, of a trend."""

    start: date
    share: BadShare


def share_of(measure: Scale, counts: Sequence[int]) -> BadShare:
    """counts: whole numbers from the worst score to the best."""
    bad, n = sum(counts[: measure.bad_levels]), sum(counts)
    return BadShare(bad, n, *wilson(bad, n))


def difference(one: BadShare, other: BadShare) -> Difference | None:
    """The first share less the second; None where either has no answers.

    Newcombe's hybrid score interval for independent shares (Newcombe 1998, Statistics in Medicine 17:873, method 10),
    which is MOVER (Zou and Donner 2008, Statistics in Medicine 27:1693) with Wilson's limits.
    """
    if not one.n or not other.n:
        return None
    value = one.value - other.value
    down = sqrt((one.value - one.low) ** 2 + (other.high - other.value) ** 2)
    up = sqrt((one.high - one.value) ** 2 + (other.value - other.low) ** 2)
    return Difference(value, max(-1.0, value - down), min(1.0, value + up))


def keeping(share: BadShare, promised: float) -> Keeping:
    """Whether a promise is kept: for certain, for certain not, or not clear yet. promised: bad answers, 0 to 1."""
    if share.low > promised:
        return "broken"
    return "kept" if share.n and share.high <= promised else "unclear"


def of_channel(days: Iterable[Day], channel: str | None) -> list[Day]:
    """The days with the answers of one channel only; all of them where none is named."""
    if channel is None:
        return list(days)
    return [Day(day.day, {channel: day.channels[channel]}) for day in days if channel in day.channels]


def within(days: Iterable[Day], first: date, last: date) -> list[Day]:
    """The days from first to last, both included."""
    return [day for day in days if first <= day.day <= last]


def counts_of(measure: Scale, days: Iterable[Day]) -> list[int]:
    """The histogram over the days."""
    return merged([counts for day in days for counts in day.channels.values()], measure.levels)


def trend(measure: Scale, days: Iterable[Day], step: Step) -> list[Point]:
    """A point for each day or week that has answers, in order."""
    gathered: dict[date, list[Day]] = {}
    for day in days:
        gathered.setdefault(day.day if step == "day" else monday_of(day.day), []).append(day)
    return [Point(start, share_of(measure, counts_of(measure, gathered[start]))) for start in sorted(gathered)]


def step_of(first: date, last: date) -> Step:
    return "day" if last - first < timedelta(days=DAYS_AS_DAYS) else "week"

"""How often answers are bad over some days, in log-odds, and how sure that is where days differ among themselves.

Days of a touchpoint wander more than counting explains (over-dispersion; Williams 1982, *Appl. Stat.* 31). The
wandering is a variance of a day's log-odds, estimated by moments from Pearson's statistic within periods, and added
to what counting leaves uncertain.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from math import exp, log

from services.insights.domain.student import quantile
from shared.events import Share
from shared.metrics import Z95

LEAST_DAYS = 3
LEAST_ANSWERS = 20
"""A period with fewer days that have answers, or fewer answers, has no level: its own noise could not be told."""


@dataclass(frozen=True)
class Count:
    """A day's bad answers among its n."""

    day: date
    bad: int
    n: int


@dataclass(frozen=True)
class Wandering:
    """What days differ by beyond counting. surplus: of Pearson's statistic; weight: what a variance of 1 would add to
    it; df: degrees of freedom."""

    surplus: float
    weight: float
    df: int

    @property
    def variance(self) -> float:
        """Of a day's log-odds; never below zero."""
        return max(self.surplus / self.weight, 0.0) if self.weight > 0 else 0.0

    def __add__(self, other: Wandering) -> Wandering:
        return Wandering(self.surplus + other.surplus, self.weight + other.weight, self.df + other.df)


@dataclass(frozen=True)
class Level:
    """A share of bad answers. odds: its logarithm of bad to not bad, with half an answer added to each (Haldane 1956);
    variance: of the odds; df: degrees of freedom of that."""

    bad: int
    n: int
    odds: float
    variance: float
    df: float

    @property
    def share(self) -> Share:
        """The share with its 95 % interval."""
        half = quantile(Z95, self.df) * self.variance**0.5
        return Share(bad=self.bad, n=self.n, low=share_of(self.odds - half), high=share_of(self.odds + half))


def has_level(counts: Sequence[Count]) -> bool:
    """Whether there is enough to speak of a level."""
    days = [count for count in counts if count.n]
    return len(days) >= LEAST_DAYS and sum(count.n for count in days) >= LEAST_ANSWERS


def wandering(periods: Iterable[Sequence[Count]]) -> Wandering:
    """How a touchpoint's days wander within periods, each of which has a level of its own."""
    return reduce(Wandering.__add__, map(within, periods), Wandering(0.0, 0.0, 0))


def within(counts: Sequence[Count]) -> Wandering:
    days = [count for count in counts if count.n]
    n, bad = totals(days)
    share = (bad + 0.5) / (n + 1)
    spread = share * (1 - share)
    pearson = sum((one.bad - one.n * share) ** 2 / (one.n * spread) for one in days)
    df = max(len(days) - 1, 0)
    weight = spread * (n - sum(one.n**2 for one in days) / n) if n else 0.0
    return Wandering(pearson - df, weight, df)


def level(counts: Sequence[Count], wanders: float, df: float) -> Level:
    """The level of a period that has one. wanders: variance of a day's log-odds; df: degrees of freedom of that."""
    n, bad = totals(counts)
    share = (bad + 0.5) / (n + 1)
    counting = 1 / ((n + 1) * share * (1 - share))
    days = wanders * sum(one.n**2 for one in counts) / n**2
    return Level(bad, n, log_odds(share), counting + days, max(df, 1.0))


def level_of(share: Share) -> Level:
    """The level that an alert measured, with the interval that allows for its having picked a bad moment."""
    low, high = (min(max(end, 0.5 / (share.n + 1)), 1 - 0.5 / (share.n + 1)) for end in (share.low, share.high))
    deviation = (log_odds(high) - log_odds(low)) / (2 * Z95)
    return Level(share.bad, share.n, (log_odds(high) + log_odds(low)) / 2, deviation**2, float("inf"))


def totals(counts: Iterable[Count]) -> tuple[int, int]:
    """Answers, and the bad ones among them."""
    each = list(counts)
    return sum(one.n for one in each), sum(one.bad for one in each)


def log_odds(share: float) -> float:
    return log(share / (1 - share))


def share_of(odds: float) -> float:
    return 1 / (1 + exp(-odds))

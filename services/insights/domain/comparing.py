"""Whether a touchpoint changed by more than touchpoints change by themselves: one that was treated against several.

A difference in differences with one treated unit. The comparison touchpoints' changes between the same two spans are
pooled as a random-effects meta-analysis; how far they lie apart tells how far a touchpoint drifts for reasons of its
own, so what would have become of the treated one without the treatment is a *prediction* for one more touchpoint
(Higgins, Thompson and Spiegelhalter 2009, *JRSS A* 172). The comparison units thus give the law of the error, which
one treated unit cannot (Conley and Taber 2011, *Rev. Econ. Stat.* 93; weighed by volume as Ferman and Pinto 2019, ibid.
101). Changes are in log-odds: what moves everybody moves 8 % and 20 % by one factor of the odds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from services.insights.domain.levels import Level
from services.insights.domain.student import chance_below, quantile
from shared.metrics import Z95

LEAST_COMPARISONS = 3
HALVINGS = 60


@dataclass(frozen=True)
class Shift:
    """How the log-odds of bad answers moved from one span to another. df: degrees of freedom of the variance."""

    value: float
    variance: float
    df: float


@dataclass(frozen=True)
class Drift:
    """How comparison touchpoints moved. variance: of the mean; between: variance of one touchpoint's own drift."""

    value: float
    variance: float
    between: float
    df: float


@dataclass(frozen=True)
class Effect:
    """What is left of a shift once the drift is taken off, in log-odds, with its 95 % interval.

    chance: of a fall at least this large where nothing was changed, 0 to 1.
    """

    value: float
    low: float
    high: float
    variance: float
    df: float
    chance: float


def shift(before: Level, after: Level) -> Shift:
    """From one level to another. Both know how days wander from the same days: of the degrees of freedom the fewer."""
    return Shift(after.odds - before.odds, before.variance + after.variance, min(before.df, after.df))


def pooled(shifts: Sequence[Shift]) -> Drift:
    """The mean shift, weighed by how sure each is, and what touchpoints drift apart by (Paule and Mandel 1982).

    Raises ValueError for fewer than two shifts: one tells nothing of how far they lie apart.
    """
    if len(shifts) < 2:
        raise ValueError("at least two shifts are pooled")
    df = len(shifts) - 1
    low, high = 0.0, 1.0
    while heterogeneity(shifts, high) > df:
        high *= 2
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if heterogeneity(shifts, middle) > df else (low, middle)
    between = 0.0 if heterogeneity(shifts, 0.0) <= df else high
    value, variance = mean(shifts, between)
    return Drift(value, variance, between, df)


def heterogeneity(shifts: Sequence[Shift], between: float) -> float:
    """Cochran's Q under that variance between touchpoints; falls as it grows."""
    middle, _ = mean(shifts, between)
    return sum((one.value - middle) ** 2 / (one.variance + between) for one in shifts)


def mean(shifts: Sequence[Shift], between: float) -> tuple[float, float]:
    weights = [1 / (one.variance + between) for one in shifts]
    return sum(w * one.value for w, one in zip(weights, shifts, strict=True)) / sum(weights), 1 / sum(weights)


def effect(own: Shift, drift: Drift) -> Effect:
    """The treated touchpoint's shift against the prediction for one more touchpoint that nothing was done at."""
    variance, df = summed([(own.variance, own.df), (drift.variance + drift.between, drift.df)])
    value, deviation = own.value - drift.value, sqrt(variance)
    half = quantile(Z95, df) * deviation
    return Effect(value, value - half, value + half, variance, df, chance_below(value / deviation, df))


def summed(parts: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The sum of independent variances, each with its degrees of freedom, and those of the sum (Satterthwaite 1946)."""
    variance = sum(part for part, _ in parts)
    weight = sum(part * part / df for part, df in parts)
    return variance, variance * variance / weight if weight else float("inf")

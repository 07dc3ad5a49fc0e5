"""The usual histogram of answers, and what tilting it towards the bad end means.

A histogram is a tuple of weights (answers, faded with time) from the worst score to the best.
Pain u runs from 1 at the worst score to 0 at the best; a tilt t multiplies each weight by exp(t u).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import exp, log
from operator import mul
from typing import NamedTuple

from shared.scales import Scale

Histogram = tuple[float, ...]
STEEPEST = 8.0
"""No tilt is looked for beyond this: the worst answer's odds times 3,000."""
CLOSE = 1e-9
"""A tilt is found when a step moves it less than this."""
MOST_STEPS = 60
"""Halving the whole range 34 times comes that close."""

LEAST_LEFT = 0.05
"""What giving answers back leaves of any score's weight, at the least."""


class Outlook(NamedTuple):
    """What is usual at one moment: weights, their sum, mean and variance of pain of one answer."""

    weights: Sequence[float]
    total: float
    mean: float
    variance: float


@lru_cache(maxsize=64)
def pains(scale: Scale) -> Histogram:
    """Pain of each score, from the worst to the best."""
    return tuple(scale.pain(score) for score in range(scale.low, scale.high + 1))


@lru_cache(maxsize=64)
def squares(scale: Scale) -> Histogram:
    """Squared pain of each score."""
    return tuple(u * u for u in pains(scale))


@lru_cache(maxsize=256)
def odds(scale: Scale, tilt: float) -> Histogram:
    """exp(tilt times pain) of each score."""
    return tuple(exp(tilt * u) for u in pains(scale))


def start(scale: Scale, typical: Sequence[float], worth: float) -> Histogram:
    """The histogram of a touchpoint without answers.  Raises ValueError for a wrong shape."""
    if len(typical) != scale.levels or min(typical) <= 0:
        raise ValueError(f"{scale.name} needs {scale.levels} positive weights, not {typical}")
    total = sum(typical)
    return tuple(worth * weight / total for weight in typical)


def tilted(scale: Scale, histogram: Sequence[float], tilt: float) -> list[float]:
    """The histogram with every weight times exp(tilt u); its sum changes."""
    return [w * exp(tilt * u) for w, u in zip(histogram, pains(scale), strict=True)]


def outlook(scale: Scale, histogram: Histogram, tilt: float) -> Outlook:
    """What is usual when the hour tilts the histogram by `tilt`."""
    weights = tilted(scale, histogram, tilt) if tilt else histogram
    total = sum(weights)
    mean = float(sum(map(mul, weights, pains(scale)))) / total
    return Outlook(weights, total, mean, sum(map(mul, weights, squares(scale))) / total - mean * mean)


def included(scale: Scale, histogram: Histogram, counts: Sequence[int], at: Outlook, tilt: float) -> Histogram:
    """The histogram of a neutral hour with a cell's answers, which came at an hour tilted by `tilt`.

    An answer that this hour makes more frequent weighs less, in inverse proportion, so that busy good
    hours and quiet bad ones leave the level where a neutral hour has it.  at: the hour's outlook.
    """
    neutral = at.total / sum(histogram) if tilt else 1.0
    return tuple(
        [w + n * neutral * exp(-tilt * u) if n else w for w, n, u in zip(histogram, counts, pains(scale), strict=True)]
    )


def cost(scale: Scale, usual: Outlook, tilt: float) -> float:
    """log of the mean of exp(tilt u) over the usual: the price of betting on that tilt, per answer."""
    return log(sum(map(mul, usual.weights, odds(scale, tilt))) / usual.total)


def cost_once(scale: Scale, usual: Outlook, tilt: float) -> float:
    """`cost` for a tilt that will not come back (nothing is remembered about it)."""
    return log(sum(tilted(scale, usual.weights, tilt)) / usual.total)


def tilt_to(scale: Scale, histogram: Histogram, mean_pain: float) -> float:
    """The tilt that gives the histogram this mean pain, between plus and minus STEEPEST.

    By Newton's method, as the variance is the mean's slope; by halves where that would leave what is left to search.
    """
    low, high, tilt = -STEEPEST, STEEPEST, 0.0
    for _ in range(MOST_STEPS):
        at = outlook(scale, histogram, tilt)
        low, high = (tilt, high) if at.mean < mean_pain else (low, tilt)
        step = (mean_pain - at.mean) / at.variance if at.variance > 0 else high - low
        if abs(step) < CLOSE or high - low < CLOSE:
            break
        tilt = tilt + step if low < tilt + step < high else (low + high) / 2
    return tilt


def resized(histogram: Sequence[float], total: float) -> Histogram:
    """The same histogram with this sum of weights."""
    factor = total / sum(histogram)
    return tuple([w * factor for w in histogram])


def without(scale: Scale, histogram: Histogram, n: int, mean_pain: float) -> Histogram:
    """The histogram when n of its answers, which had this mean pain, are given back."""
    shape = tilted(scale, histogram, tilt_to(scale, histogram, mean_pain))
    given = resized(shape, float(n))
    left = [max(w - x, LEAST_LEFT * w) for w, x in zip(histogram, given, strict=True)]
    return resized(left, max(sum(histogram) - n, 1.0))


def bad_share(scale: Scale, histogram: Sequence[float]) -> float:
    """Share of bad answers in the histogram."""
    return sum(histogram[: scale.bad_levels]) / sum(histogram)

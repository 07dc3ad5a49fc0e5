"""From a histogram to the figures people know: NPS, CSAT, CES, share of bad answers, each with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import floor, log10, sqrt

from shared.scales import Scale

Z95 = 1.959963984540054
"""Half width of the 95 % interval of a standard normal law."""


@dataclass(frozen=True)
class Figure:
    """A figure with the ends of its 95 % interval, in the figure's own unit."""

    name: str
    value: float
    low: float
    high: float


def wilson(hits: float, n: float, z: float = Z95) -> tuple[float, float]:
    """Interval of a share, 0 to 1 (Wilson 1927, JASA 22). Of no answers it is (0, 1).

    hits, n: need not be whole, as where older answers weigh less.
    """
    if n <= 0:
        return 0.0, 1.0
    share, square = min(max(hits / n, 0.0), 1.0), z * z
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = z * sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def figures(scale: Scale, counts: Sequence[float]) -> list[Figure]:
    """The scale's own figure first, then the share of bad answers. None of no answers: an empty list.

    counts: from the worst score to the best; not whole where answers weigh differently.
    """
    if sum(counts) == 0:
        return []
    own = {"nps": nps, "ces": mean_score}.get(scale.name, satisfied)
    return [holding(own(scale, counts)), holding(bad_share(scale, counts))]


def holding(figure: Figure) -> Figure:
    """The figure with an interval that holds it: one that leans to the middle may miss a lone extreme answer."""
    return replace(figure, low=min(figure.low, figure.value), high=max(figure.high, figure.value))


def nps(scale: Scale, counts: Sequence[float]) -> Figure:
    """Promoters (9, 10) less detractors (0 to 6), −100 to 100.

    Its interval is the adjusted Wald interval of a difference of two classes out of three, with three
    answers added, three quarters of one to each side (Rocks 2016, *Interval estimation for the NPS*).
    """
    detractors, promoters, n = sum(counts[: 7 - scale.low]), sum(counts[9 - scale.low :]), sum(counts)
    up, down, total = promoters + 0.75, detractors + 0.75, n + 3
    middle = (up - down) / total
    spread = sqrt(max(((up + down) / total - middle * middle) / total, 0.0))
    low, high = 100 * (middle - Z95 * spread), 100 * (middle + Z95 * spread)
    return Figure("nps", 100 * (promoters - detractors) / n, max(-100.0, low), min(100.0, high))


def mean_score(scale: Scale, counts: Sequence[float]) -> Figure:
    """Mean score with the normal interval of a mean; within the scale's ends.

    For the interval alone half an answer is added at each end of the scale (as Agresti and Coull 1998
    add answers to a share), so that a few equal answers do not look certain.
    """
    n = sum(counts)
    mean = sum(count * (scale.low + place) for place, count in enumerate(counts)) / n
    squares = sum(count * (scale.low + place - mean) ** 2 for place, count in enumerate(counts))
    squares += ((scale.low - mean) ** 2 + (scale.high - mean) ** 2) / 2
    half = Z95 * sqrt(squares / n / (n + 1))
    return Figure("ces", mean, max(float(scale.low), mean - half), min(float(scale.high), mean + half))


def satisfied(scale: Scale, counts: Sequence[float]) -> Figure:
    """Share of the top answers in percent: 4 and 5 of 5, or the thumb up (CSAT, top two boxes)."""
    top = 1 if scale.levels == 2 else 2
    hits, n = sum(counts[-top:]), sum(counts)
    low, high = wilson(hits, n)
    return Figure("csat", 100 * hits / n, 100 * low, 100 * high)


def bad_share(scale: Scale, counts: Sequence[float]) -> Figure:
    """Share of bad answers in percent, with Wilson's interval."""
    bad, n = sum(counts[: scale.bad_levels]), sum(counts)
    low, high = wilson(bad, n)
    return Figure("bad", 100 * bad / n, 100 * low, 100 * high)


def merged(histograms: Sequence[Sequence[int]], levels: int) -> list[int]:
    """The sum of histograms, place by place."""
    return [sum(histogram[place] for histogram in histograms) for place in range(levels)]


def one_figure(odds: float) -> int:
    """Odds against chance as they are told: one figure that matters, rounded down; nobody needs one in 10,237."""
    if odds < 2:
        return max(floor(odds), 1)
    step: int = 10 ** floor(log10(odds))
    return int(odds // step * step)

"""When a change began: what is remembered of the way here, and which starts it allows.

Of all starts, only the corners of the path of summed pain can be the likeliest, whatever the size of
the change: the path's greatest convex minorant, kept by pooling adjacent violators (Barlow and others
1972; Romano and others 2023, *FOCuS*).  A handful of stretches between corners is remembered.

The interval keeps every start that is hardly less likely than the best one.  Near it, by the law of
the best start's advantage over the true one (Hinkley 1970).  Far from it also by the price of having
chosen a striking stretch among the many that fit in between, as an evidence account would have paid
it: with a faint change, the true start lies far before the burst that gave the change away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import log, sqrt
from typing import NamedTuple

from services.aggregator.domain.detection.usual import Histogram, cost_once, outlook, tilt_to
from shared.scales import Scale

STRETCHES = 6
"""So many stretches are remembered; of more, the two that differ least become one."""

ADVANTAGE_90 = -log(1 - sqrt(0.9))
"""The best start's log likelihood exceeds the true one's by less than this with chance 90 %: the larger
of the maxima of two random walks, each exponential (Hinkley)."""

NO_REST = 0.9
"""With so much of all that is remembered since a start, nothing is left to compare with."""

STEPS = 8
"""An edge of the interval between two corners is looked for in so many halvings."""


class Stretch(NamedTuple):
    """Answers from a cell up to the next stretch: the first cell, answers, and their summed pain with
    what the hour adds to it taken off.
    """

    start: int
    n: int
    pain: float


Road = tuple[Stretch, ...]
"""Stretches in order of time, each with a worse mean than the one before."""


class Since(NamedTuple):
    """A start, and the answers and their summed pain since."""

    start: float
    n: float
    pain: float


def walked(road: Road, cell: int, n: int, pain: float) -> Road:
    """The road after one more cell."""
    start, kept = cell, len(road)
    while kept and road[kept - 1].pain * n >= pain * road[kept - 1].n:
        kept -= 1
        start, n, pain = road[kept].start, n + road[kept].n, pain + road[kept].pain
    longer = (*road[:kept], Stretch(start, n, pain))
    return longer if len(longer) <= STRETCHES else _shortened(longer)


def _shortened(road: Road) -> Road:
    """The road with the two neighbours joined whose joining loses the least likelihood."""
    pairs = pairwise(road)
    losses = [a.n * b.n / (a.n + b.n) * (b.pain / b.n - a.pain / a.n) ** 2 for a, b in pairs]
    at = losses.index(min(losses))
    first, second = road[at], road[at + 1]
    joined = Stretch(first.start, first.n + second.n, first.pain + second.pain)
    return (*road[:at], joined, *road[at + 2 :])


def start_interval(scale: Scale, usual: Histogram, road: Road, now: int) -> tuple[float, float]:
    """The 90 % interval of the start, in cells, up to the end of cell `now`.

    usual: what is remembered of all answers, those since the change included.  Where nothing is left
    to compare with, the interval reaches back to the first cell of the road.
    """
    path = _path(road, now)
    worth = [_apart(scale, usual, start) for start in path]
    best = worth.index(max(worth))

    def possible(start: Since) -> bool:
        slack = ADVANTAGE_90 + abs(log(max(start.n, 0.5) / path[best].n))
        if worth[best] <= slack or start.n >= NO_REST * sum(usual):
            return True
        return _apart(scale, usual, start) >= worth[best] - slack

    return _edge(path[best::-1], possible), _edge(path[best:], possible)


def _path(road: Road, now: int) -> list[Since]:
    """Every corner as a start, from the oldest to the end of the last cell."""
    path = [Since(now + 1, 0.0, 0.0)]
    for stretch in reversed(road):
        path.append(Since(stretch.start, path[-1].n + stretch.n, path[-1].pain + stretch.pain))
    return path[::-1]


def _edge(path: Sequence[Since], possible: Callable[[Since], bool]) -> float:
    """The last possible start on the way from the first point of the path, which is possible."""
    for near, far in pairwise(path):
        if not possible(far):
            return _between(near, far, possible)
    return path[-1].start


def _between(near: Since, far: Since, possible: Callable[[Since], bool]) -> float:
    for _ in range(STEPS):
        middle = Since(*[(a + b) / 2 for a, b in zip(near, far, strict=True)])
        near, far = (middle, far) if possible(middle) else (near, middle)
    return far.start


def _apart(scale: Scale, usual: Histogram, start: Since) -> float:
    """log likelihood ratio of "worse since then" to "the same all along", 0 if not worse."""
    total, view = sum(usual), outlook(scale, usual, 0.0)
    if start.n <= 0 or start.pain <= start.n * view.mean:
        return 0.0
    rest = max(total - start.n, 1.0)
    rest_pain = max(total * view.mean - start.pain, 0.0)
    return _fit(scale, usual, start.n, start.pain) + _fit(scale, usual, rest, rest_pain)


def _fit(scale: Scale, usual: Histogram, n: float, pain: float) -> float:
    """log likelihood ratio of the tilt that fits n answers best to no tilt."""
    tilt = tilt_to(scale, usual, pain / n)
    return tilt * pain - n * cost_once(scale, outlook(scale, usual, 0.0), tilt)

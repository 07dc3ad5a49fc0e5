"""The limit of speed, computed: Page's CUSUM that knows both laws is the best there is (Moustakides 1986).

Its mean delay from a cold start is Lorden's bound: no detector with as many answers between false
alarms has a smaller worst-case mean delay.
"""

from __future__ import annotations

from functools import lru_cache
from math import log

import numpy as np
from scipy.optimize import brentq

from tests.bench.detection_streams import Values

CELLS = 400
"""The CUSUM's way to its threshold is cut into so many steps."""

NEVER = 1e-12
"""What is impossible under one law is taken to be this likely."""

Law = tuple[float, ...]


def steps(before: Law, after: Law) -> Values:
    """log likelihood ratio of each score."""
    ratio: Values = np.log(np.maximum(after, NEVER) / np.maximum(before, NEVER))
    return ratio


def mean_passage(law: Law, gains: Values, threshold: float) -> float:
    """Mean answers until a CUSUM with these gains, begun at 0, reaches the threshold under the law.

    A gain between two lattice points goes to both, in proportion, so that its mean is exact.
    """
    width = threshold / CELLS
    here = np.arange(CELLS)
    stay = np.eye(CELLS)
    for chance, gain in zip(law, gains, strict=True):
        aim = here + gain / width
        below = np.floor(aim)
        for target, share in ((below, 1 - (aim - below)), (below + 1, aim - below)):
            inside = target < CELLS
            landed = np.maximum(target[inside], 0).astype(int)
            np.subtract.at(stay, (here[inside], landed), chance * share[inside])
    return float(np.linalg.solve(stay, np.ones(CELLS))[0])


@lru_cache(maxsize=1024)
def threshold_for(before: Law, after: Law, apart: float) -> float:
    """The CUSUM's threshold with `apart` answers between false alarms on average, > 1."""
    gains = steps(before, after)

    def beyond(threshold: float) -> float:
        return log(mean_passage(before, gains, threshold) / apart)

    return float(brentq(beyond, 0.05, log(apart) + 3, xtol=0.005))


def bound(before: Law, after: Law, apart: float) -> float:
    """The least worst-case mean delay, in answers, with `apart` answers between false alarms.

    A mean over thresholds around the right one, as delays jump where a threshold meets the lattice of gains.
    """
    gains, right = steps(before, after), threshold_for(before, after, float(f"{apart:.3g}"))
    return float(np.mean([mean_passage(after, gains, right * near) for near in (0.97, 1.0, 1.03)]))

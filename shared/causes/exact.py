"""Exact tests on small tables, and the control of false discoveries among many of them. Pure.

Every p-value is one-sided (is it *more*?) and a mid-p: half of what was seen counts, so that it is neither too shy
nor too bold on small counts (Lancaster 1961, JASA 56; Berry and Armitage 1995, The Statistician 44).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import erfc, exp, lgamma, sqrt

Table = tuple[int, int, int, int]
"""bad and all in the segment, bad and all in the rest."""


def normal_tail(z: float) -> float:
    """The chance that a standard normal variable exceeds `z`."""
    return erfc(z / sqrt(2)) / 2


def log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def upper_mid_p(log_weights: Sequence[float], place: int) -> float:
    """Of a law given by the logarithms of its weights: what lies above `place`, and half of what lies there."""
    top = max(log_weights)
    weights = [exp(weight - top) for weight in log_weights]
    return (sum(weights[place + 1 :]) + weights[place] / 2) / sum(weights)


def fisher(table: Table) -> float:
    """That bad answers are more frequent in the segment than in the rest (Fisher's exact test, mid-p)."""
    bad_in, n_in, bad_out, n_out = table
    bad = bad_in + bad_out
    low, high = max(0, bad - n_out), min(bad, n_in)
    weights = [log_choose(n_in, x) + log_choose(n_out, bad - x) for x in range(low, high + 1)]
    return upper_mid_p(weights, bad_in - low)


def zelen(before: Table, after: Table) -> float:
    """That the odds of a bad answer rose more in the segment than in the rest (Zelen 1971, Biometrika 58, mid-p).

    The test of the interaction of segment and change: all that a segment is anyway, worse than others or more
    frequent than before, is held fixed. Of a segment, or a rest, that is empty on one side it says 0.5: nothing.
    """
    bad_in, n_in, bad_out, n_out = after
    old_in, m_in, old_out, m_out = before
    both, bad, old = bad_in + old_in, bad_in + bad_out, old_in + old_out
    low = max(0, bad - n_out, both - min(m_in, old))
    high = min(n_in, bad, both - max(0, old - m_out))
    weights = [
        log_choose(n_in, x)
        + log_choose(n_out, bad - x)
        + log_choose(m_in, both - x)
        + log_choose(m_out, old - both + x)
        for x in range(low, high + 1)
    ]
    return upper_mid_p(weights, bad_in - low)


def q_values(p_values: Sequence[float]) -> list[float]:
    """For each test the share of false ones among all that are at least as strong (Benjamini and Hochberg 1995)."""
    n, smallest = len(p_values), 1.0
    adjusted = [1.0] * n
    for rank, place in sorted(enumerate(sorted(range(n), key=p_values.__getitem__), 1), reverse=True):
        smallest = min(smallest, p_values[place] * n / rank)
        adjusted[place] = smallest
    return adjusted

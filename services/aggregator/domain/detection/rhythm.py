"""The hour of the day and the kind of day, as a small tilt of the usual histogram.

Five smooth features (a daily wave, a half-day wave, the weekend) shrunk towards none: each has a
normal prior and is learned by recursive least squares with a diagonal precision, so a touchpoint
with few answers bends little and says how unsure it is.
"""

from __future__ import annotations

from cmath import rect
from datetime import UTC, datetime
from functools import lru_cache
from math import cos, pi, sin
from typing import NamedTuple
from zoneinfo import ZoneInfo

from services.aggregator.domain.detection.settings import CELL_SECONDS

CELLS_AN_HOUR = 3600 // CELL_SECONDS
SATURDAY = 5
WEEKEND, WEEKDAY = 1.0, 0.0
WEEK, WEEKEND_HOURS = 7 * 24, 48
THURSDAY_HOURS = 3 * 24
"""Into a week at which unix time began; with it no zone is so far from UTC that the wrong week is the nearer one."""
ONE_ON, TWO_ON = rect(1, 2 * pi / 24) - 1, rect(1, 4 * pi / 24) - 1
"""What an hour adds to a point on the circle of the daily and of the half-day wave, as a share of the point."""
SCALE_WORTH = 0.5
"""The expectation of how strong a rhythm is counts as so many known features."""

MISFIT = 0.15
"""Real hours differ from the smooth curve by about this share of its strength."""

Features = tuple[float, float, float, float, float]


class Rhythm(NamedTuple):
    """What is known of the hours: one coefficient (a tilt) and one precision per feature."""

    slopes: tuple[float, ...]
    precision: tuple[float, ...]


def still(sd: tuple[float, ...]) -> Rhythm:
    """No rhythm known yet; `sd` says how strong each feature may be, as a tilt, all > 0."""
    return Rhythm((0.0,) * len(sd), _prior(sd))


def features(cell: int, time_zone: str) -> Features:
    """Local hour and kind of day at the hour that holds the cell.  Raises for unknown zones."""
    return _features(cell // CELLS_AN_HOUR, time_zone)


@lru_cache(maxsize=4096)
def _features(hour: int, time_zone: str) -> Features:
    weekday, clock = _local(hour * 3600, time_zone)
    angle = 2 * pi * clock / 24
    weekend = WEEKEND if weekday >= SATURDAY else WEEKDAY
    return (cos(angle), sin(angle), cos(2 * angle), sin(2 * angle), weekend)


@lru_cache(maxsize=4096)
def _summed(hour: int, time_zone: str) -> Features:
    """The features added up over all hours before this one, counted from some hour on."""
    a, b, c, d, _ = _features(hour, time_zone)
    day, half = complex(a, b) / ONE_ON, complex(c, d) / TWO_ON
    weekday, clock = _local(hour * 3600, time_zone)
    into = weekday * 24 + clock
    weekends = WEEKEND_HOURS * round((hour + THURSDAY_HOURS - into) / WEEK) + max(int(into) - SATURDAY * 24, 0)
    return (day.real, day.imag, half.real, half.imag, weekends)


def met(start: int, cell: int, time_zone: str) -> Features:
    """The mean of the features over the hours from one cell to another, both included."""
    first, end = start // CELLS_AN_HOUR, cell // CELLS_AN_HOUR + 1
    (a, b, c, d, e), (p, q, r, s, t) = _summed(first, time_zone), _summed(end, time_zone)
    span = end - first
    return ((p - a) / span, (q - b) / span, (r - c) / span, (s - d) / span, (t - e) / span)


def _local(seconds: int, time_zone: str) -> tuple[int, float]:
    """Local (weekday 0-6 from Monday, hour with fraction) of a unix time."""
    zone = UTC if time_zone == "UTC" else ZoneInfo(time_zone)
    local = datetime.fromtimestamp(seconds, zone)
    return local.weekday(), local.hour + local.minute / 60


class Hour(NamedTuple):
    """What is known of one hour: its tilt, the variance that answers may still take from it, and the
    variance that no smooth curve can.  fitting: the precisions, had the prior been as wide as what is known asks for.
    """

    tilt: float
    unknown: float
    misfit: float
    fitting: list[float]


def hour_at(rhythm: Rhythm, at: Features, sd: tuple[float, ...]) -> Hour:
    """The hour with these features; `sd` as in `still`."""
    prior = _prior(sd)
    narrower = 1 - 1 / _prior_scale(rhythm, prior)
    fitting = [p - narrower * q for p, q in zip(rhythm.precision, prior, strict=True)]
    unknown = sum([x * x / p for p, x in zip(fitting, at, strict=True)])
    misfit = MISFIT * MISFIT * sum([slope * slope for slope in rhythm.slopes])
    return Hour(tilt_at(rhythm, at), unknown, misfit, fitting)


def taught(hour: Hour, at: Features, seen: Features, information: float) -> float:
    """The share of a tilt that answers would have taught to be usual at this hour, between 0 and more than 1.

    at: the hour's features.  seen: the mean of those at which the answers came; what is learned of nights says little
    of noon, and of whole days nothing.  information: of all those answers.
    """
    (a, b, c, d, e), (p, q, r, s, t), (f, g, h, i, j) = at, seen, hour.fitting
    return max(a * p / f + b * q / g + c * r / h + d * s / i + e * t / j, 0.0) * information


@lru_cache(maxsize=64)
def _prior(sd: tuple[float, ...]) -> tuple[float, ...]:
    """The precisions before any answer."""
    return tuple(1 / (s * s) for s in sd)


def tilt_at(rhythm: Rhythm, at: Features) -> float:
    """How much worse (positive) or better this hour usually is, as a tilt."""
    (a, b, c, d, e), (p, q, r, s, t) = rhythm.slopes, at
    return a * p + b * q + c * r + d * s + e * t


def _prior_scale(rhythm: Rhythm, prior: tuple[float, ...]) -> float:
    """How much wider the prior should have been, as a variance: 1 if what is known fits it.

    A touchpoint whose known features are strong may have strong unknown ones, and a flat one flat
    ones; the expectation itself counts as SCALE_WORTH features (empirical Bayes).
    """
    known = fit = SCALE_WORTH
    for slope, precision, before in zip(*rhythm, prior, strict=True):
        share = 1 - before / precision
        known += share
        fit += share * slope * slope * before
    return fit / known


def learned(rhythm: Rhythm, at: Features, hour: Hour, residual: float, information: float) -> Rhythm:
    """The rhythm after answers whose pain exceeded what was expected of the hour by `residual`.

    information: the variance of that residual if nothing is wrong, >= 0.
    """
    slopes, precision = [], []
    for slope, known, fitting, x in zip(*rhythm, hour.fitting, at, strict=True):
        gained = information * x * x
        slopes.append(slope + x * residual / (fitting + gained))
        precision.append(known + gained)
    return Rhythm(tuple(slopes), tuple(precision))


def faded(rhythm: Rhythm, kept: float, sd: tuple[float, ...]) -> Rhythm:
    """The rhythm when only a share `kept` of what was learned is still trusted."""
    precision = tuple([kept * p + (1 - kept) * q for p, q in zip(rhythm.precision, _prior(sd), strict=True)])
    return Rhythm(rhythm.slopes, precision)

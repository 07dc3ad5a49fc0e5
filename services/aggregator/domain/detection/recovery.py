"""An open alert, and the same evidence the other way round: is it over?

While an alert is open the level before it is kept as it was.  The account bets that answers are back
at that level, against the mildest worsening that the answers since the start allow still being there:
what set the alert off was picked for looking bad.  The answers that look like the end are among them, as
"it goes on" must tell its best story too.  When that evidence passes its threshold, the alert is resolved.
"""

from __future__ import annotations

from math import log, sqrt
from typing import NamedTuple

from services.aggregator.domain.detection.bets import IDLE, Bet, Cell, funded, grown
from services.aggregator.domain.detection.settings import Settings
from services.aggregator.domain.detection.usual import STEEPEST, Histogram, outlook, resized, tilt_to, tilted
from shared.scales import Scale

MILDEST = 0.25
"""No worsening is taken to be milder than this tilt: less could not be told from its end."""

SURE = 1.0
"""The worsening is taken to be so many standard deviations milder than estimated."""

CERTAIN, FIRMEST = 0.5, 0.9
"""However much better answers became, so much of what was estimated before is taken to be true, up to a
tilt of FIRMEST.  Without that a short friction would never be over, as its few answers drown in the good
ones that follow; with more, one noticed by a few of the worst answers would be over too soon.
"""


class Open(NamedTuple):
    """An alert that is not over.

    start: first cell of the worse period.  n, bad, pain: its answers so far.  tilt: how much worse,
    > 0, before answers began to look like the end.  reported: the evidence last told.  before: the
    level before it.  back: the bet that it is over.
    """

    start: int
    n: int
    bad: int
    pain: float
    tilt: float
    reported: float
    before: Histogram
    back: Bet


def opened(bet: Bet, tilt: float, evidence: float, before: Histogram) -> Open:
    """An alert that has just been raised on this bet."""
    return Open(bet.start, bet.n, bet.bad, bet.pain, tilt, evidence, before, IDLE)


def waited(alert: Open, kept: float) -> Open:
    """The alert after time without answers."""
    return alert._replace(back=funded(alert.back, kept, 1 - kept))


def continued(alert: Open, scale: Scale, cell: Cell, hour_tilt: float, variance: float, wander: float) -> Open:
    """The alert after one more cell: bet on recovery, and count.

    variance: of the pain of one answer at the worse level.  wander: as in `grown`.
    """
    tilt = _still(alert, scale, variance, wander)
    worse = outlook(scale, alert.before, hour_tilt + tilt)
    usual = sum(tilted(scale, alert.before, hour_tilt))
    gain = cell.n * log(worse.total / usual) - tilt * cell.pain
    back = grown(alert.back, cell, gain, cell.n * worse.variance, wander)
    n, pain = alert.n + cell.n, alert.pain + cell.pain
    size = _followed(alert, scale, pain / n) if back.walk == 0 else alert.tilt
    return alert._replace(back=back, n=n, bad=alert.bad + cell.bad, pain=pain, tilt=size)


def _still(alert: Open, scale: Scale, variance: float, wander: float) -> float:
    """The worsening against which recovery is bet on; variance and wander as in `continued`."""
    size = alert.tilt
    if alert.back.walk > 0:
        size = min(tilt_to(scale, alert.before, alert.pain / alert.n), size)
    return max(size - SURE * sqrt(1 / (alert.n * variance) + wander), min(CERTAIN * alert.tilt, FIRMEST))


def _followed(alert: Open, scale: Scale, mean_pain: float) -> float:
    """The worsening that the answers since the start speak for: one step of Newton's method.

    Where nearly everything is bad a step may go far; beyond `STEEPEST` nothing could be told any more.
    """
    view = outlook(scale, alert.before, alert.tilt)
    return min(max(alert.tilt + (mean_pain - view.mean) / view.variance, MILDEST), STEEPEST)


def is_over(alert: Open, settings: Settings) -> bool:
    """Whether the evidence of recovery suffices."""
    return alert.back.money >= settings.resolve_threshold and alert.back.n >= settings.least_answers


def lasting(alert: Open, scale: Scale) -> Histogram:
    """The level since the start, as a histogram: the one before, bent to the pain since."""
    bent = tilted(scale, alert.before, tilt_to(scale, alert.before, alert.pain / alert.n))
    return resized(bent, float(alert.n))

"""What an account has to say to the world: an alert was raised, grew stronger, ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import ceil, floor, log, sqrt

from services.aggregator.domain.detection.bets import Bet
from services.aggregator.domain.detection.interval import (
    Share,
    counted,
    sooner,
)
from services.aggregator.domain.detection.recovery import Open
from services.aggregator.domain.detection.settings import CELL_SECONDS
from services.aggregator.domain.detection.usual import (
    STEEPEST,
    Histogram,
    bad_share,
    cost_once,
    outlook,
    tilt_to,
    tilted,
)
from shared.metrics import wilson
from shared.scales import Scale

DOUBTED = 20.0
"""Evidence of 20 contradicts a level at 95 %: by chance it is reached once in 20 (Markov)."""

RAISED, STRENGTHENED, RESOLVED, ADOPTED = "raised", "strengthened", "resolved", "adopted"


@dataclass(frozen=True)
class Flood:
    """Days, UTC, on which far more and happier people answered. times: so many a day, against the middle day."""

    days: tuple[date, ...]
    times: float


@dataclass(frozen=True)
class Transition:
    """One fact about one touchpoint.

    kind: raised (evidence passed the account's threshold), strengthened (it doubled since last
        told), resolved (evidence that it is over), adopted (the worse level lasted and is usual now).
    at: unix seconds, the end of the cell that completed the evidence.
    change_started_at: estimated start of the worse period; change_interval: its 90 % interval.
    before, after: shares of bad answers.
    e_value: evidence; at most 1 on average if nothing changed, so by chance once in `e_value`.
    tilt: estimated strength of the worsening; the worst answer's odds times exp(tilt).
    false_alarms_per_year, version: the settings it was decided under.
    flood: the days before it without which it would not be said.
    """

    kind: str
    at: int
    change_started_at: int
    change_interval: tuple[int, int]
    before: Share
    after: Share
    e_value: float
    tilt: float
    false_alarms_per_year: float
    version: str
    flood: Flood | None = None


def ends_at(cell: int) -> int:
    """Unix seconds at which a cell is complete."""
    return (cell + 1) * CELL_SECONDS


def level_of(scale: Scale, histogram: Histogram) -> Share:
    """The share of bad answers of a level, with Wilson's interval."""
    total = sum(histogram)
    return counted(bad_share(scale, histogram) * total, total)


def share_since(scale: Scale, before: Histogram, bet: Bet, tilt: float, evidence: float) -> Share:
    """The share of bad answers since the change, as wide as the choice of the moment demands.

    Upwards: the level under which the bet on `tilt` would have won so much only after so many answers
    with a chance of 2.5 %.  Downwards: also the level against which there is evidence of less than 20.
    """
    naive_low, naive_high = wilson(bet.bad, bet.n)
    soon, late = (_level(scale, before, bet, tilt, chance) for chance in (0.025, 0.975))
    doubted = _doubted(scale, before, bet, log(evidence / DOUBTED))
    return Share(bet.bad, bet.n, min(soon, naive_low, doubted), max(late, naive_high))


def _doubted(scale: Scale, before: Histogram, bet: Bet, least: float) -> float:
    """The lowest share of bad answers that the evidence does not yet speak against.

    The evidence against "tilted by t" is that against "as before" divided by the likelihood ratio of
    the two; the level is where that ratio's log is `least`.
    """
    total = sum(before)
    low, high = -STEEPEST, tilt_to(scale, before, bet.pain / bet.n)
    for _ in range(30):
        middle = (low + high) / 2
        price = log(sum(tilted(scale, before, middle)) / total)
        if middle * bet.pain - bet.n * price < least:
            low = middle
        else:
            high = middle
    return bad_share(scale, tilted(scale, before, low))


def _level(scale: Scale, before: Histogram, bet: Bet, tilt: float, chance: float) -> float:
    """The share of bad answers under which the bet would have won so soon with this chance."""
    price = cost_once(scale, outlook(scale, before, 0.0), tilt)
    low, high = -STEEPEST, STEEPEST
    for _ in range(30):
        middle = (low + high) / 2
        view = outlook(scale, before, middle)
        drift, spread = tilt * view.mean - price, tilt * sqrt(view.variance)
        if sooner(drift / spread, bet.walk / spread, bet.n) < chance:
            low = middle
        else:
            high = middle
    return bad_share(scale, tilted(scale, before, (low + high) / 2))


def bounds(first: float, last: float) -> tuple[int, int]:
    """Unix seconds of an interval given in cells."""
    return floor(first) * CELL_SECONDS, ceil(last) * CELL_SECONDS


def started_at(alert: Open) -> int:
    """Unix seconds at which the worse period of an open alert began."""
    return alert.start * CELL_SECONDS

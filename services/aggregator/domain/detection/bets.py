"""One bet that answers got worse by a certain tilt: what it won, and since when.

For a cell of n answers with summed pain U, and a usual histogram H, exp(tilt U) / H[exp(tilt u)]^n
has mean one if nothing changed: an e-value.  A bet multiplies the money it holds by it.  Money comes
in with the calendar and is forgotten with it (Shiryaev and Roberts; Shin, Ramdas and Rinaldo 2022).

The level may wander from day to day by a variance v.  The evidence l that one day's answers of
information I give is then worth l / (1 + v I): the marginal likelihood ratio of a normal wandering,
and for any v >= 0 a power below one of an e-value, so its mean stays at most one.
"""

from __future__ import annotations

from math import exp
from typing import NamedTuple

from services.aggregator.domain.detection.settings import CELLS_A_DAY

RICHEST = 1e12
"""Money stops here: beyond it nothing is decided, and floats stay finite."""


NEW = 0.97
"""An excursion of which so much is new has not yet bent what is usual."""

FAINT, MOSTLY = 2.0, 0.3
"""An excursion with less log evidence than FAINT is over when it makes up so much of the usual's answers."""


class Cell(NamedTuple):
    """What one cell of answers says: its place in time, answers, bad ones, summed pain."""

    at: int
    n: int
    bad: int
    pain: float


class Bet(NamedTuple):
    """The state of one tilt.

    money: the evidence.  walk: log evidence of the best start (Page's CUSUM), 0 when idle.
    day_gain, day_information, day_start: the running day of the excursion, undamped.
    start: first cell of the excursion; n, bad, pain: its answers.
    """

    money: float
    walk: float
    day_gain: float
    day_information: float
    day_start: int
    start: int
    n: int
    bad: int
    pain: float


IDLE = Bet(0.0, 0.0, 0.0, 0.0, 0, 0, 0, 0, 0.0)


def stake(bet: Bet, remembered: float, taught: float) -> tuple[Bet, float]:
    """The running bet, and the share of its excursion that is not usual yet: its tilt is multiplied by it.

    An excursion becomes usual as the level, of which `remembered` answers are known, and as what such hours are like;
    taught: the share of its tilt that it taught of this hour.  (With a level or an hour that has to be
    learned, the predictive of "worse since then" is that of "as ever" tilted by so much.)  The usual fades, an
    excursion's answers do not: beyond all of the usual there is nothing left to bet on, least of all that answers got
    better.  A faint excursion that is mostly usual is over: what comes next would be a new one.
    """
    level = bet.n / remembered
    if level > MOSTLY and bet.walk < FAINT:
        return bet._replace(walk=0.0, day_information=0.0, n=0), 1.0
    return bet, max(1 - level, 0.0) * max(1 - taught, 0.0)


def funded(bet: Bet, kept: float, paid: float) -> Bet:
    """The bet after time passed: a share `kept` of its money is left, `paid` comes in."""
    return bet._replace(money=bet.money * kept + paid)


def grown(bet: Bet, cell: Cell, gain: float, information: float, wander: float) -> Bet:
    """The bet after one cell.

    gain: log e-value of the cell.  information: variance of its pain if nothing changed.
    wander: variance of the level from day to day, as a squared tilt, >= 0.
    """
    money, walk, day_gain, day_information, day_start, start, n, bad, pain = bet
    if walk <= 0:
        day_gain, day_information, day_start = 0.0, 0.0, cell.at
        start, n, bad, pain = cell.at, 0, 0, 0.0
    elif cell.at - day_start >= CELLS_A_DAY:
        day_gain, day_information, day_start = 0.0, 0.0, cell.at
    before = _damped(day_gain, wander * day_information)
    day_gain += gain
    day_information += information
    change = _damped(day_gain, wander * day_information) - before
    money = min(money * exp(change), RICHEST)
    if walk + change <= 0:
        return Bet(money, 0.0, 0.0, 0.0, 0, 0, 0, 0, 0.0)
    return Bet(
        money,
        walk + change,
        day_gain,
        day_information,
        day_start,
        start,
        n + cell.n,
        bad + cell.bad,
        pain + cell.pain,
    )


def _damped(gain: float, doubt: float) -> float:
    return gain / (1 + doubt) if gain > 0 else gain

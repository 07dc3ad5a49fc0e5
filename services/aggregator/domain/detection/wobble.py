"""How much the level wanders from day to day beyond what counting explains (over-dispersion).

A day's surplus of pain, divided by its information, estimates that day's own tilt; what its square
exceeds the counting noise by is the variance of the wandering.  Days in which counting noise
dominates say little and weigh little; one wild day cannot count without bound.  Every half day the
day that then ends is looked at.

A day that stands out may be a wild one, or the first of a friction, which must not teach that days are
wild before it is told.  So what is learned while an excursion runs is held back: it counts once the
excursion is over, and is forgotten when an alert is raised.
"""

from __future__ import annotations

from typing import NamedTuple

from services.aggregator.domain.detection.settings import CELLS_A_DAY

BLOCK = CELLS_A_DAY // 2
CLIP = 9.0
"""A day counts as at most three of its standard deviations."""

OVERLAP = 2.0
"""Every answer is looked at in two days."""

STRADDLE = 2.6
"""The level's own days need not begin with ours, which then mix two of them: 1.5 gives that back on
average, 2 at worst; an excursion picks the days that differ most.  Too small a variance raises alarms; a
little too large a one only costs power.  Measured at 500 a day, days wandering by 15 %: with 1.8 the alarms
are 1.35 a touchpoint-year, with 2.6 they are 0.85; a medium change on steady days takes 6 % longer.
"""


class Wobble(NamedTuple):
    """block: index of the running half day; surplus, information: its sums; last_surplus,
    last_information: those of the half day before; drawn, weight: what was learned;
    held_drawn, held_weight: what is held back.
    """

    block: int
    surplus: float
    information: float
    last_surplus: float
    last_information: float
    drawn: float
    weight: float
    held_drawn: float
    held_weight: float


def calm(sd: float, doubt: float) -> Wobble:
    """Before any answer: a wandering of `sd` (a tilt), whose square is uncertain by `doubt` > 0."""
    weight = 1 / (doubt * doubt)
    return Wobble(-1, 0.0, 0.0, 0.0, 0.0, sd * sd * weight, weight, 0.0, 0.0)


def variance(wobble: Wobble) -> float:
    """The variance, as a squared tilt, by which whole days differ; never below zero."""
    return wobble.drawn / wobble.weight if wobble.drawn > 0 else 0.0


def added(wobble: Wobble, residual: float, information: float) -> Wobble:
    """The running half day with one more cell's residual and its information."""
    block, surplus, so_far, *rest = wobble
    return Wobble(block, surplus + residual, so_far + information, *rest)


def restarted(wobble: Wobble) -> Wobble:
    """The state when another level begins: what was learned stays, not the days that hold both, nor what was held."""
    return Wobble(wobble.block, 0.0, 0.0, 0.0, 0.0, wobble.drawn, wobble.weight, 0.0, 0.0)


def rolled(wobble: Wobble, block: int, doubt: float, *, is_held: bool = False) -> Wobble:
    """The state when half day `block` begins: the day that just ended is learned from.

    doubt: the variance of the level that it was compared with.  is_held: whether an excursion runs.
    """
    wobble = wobble if is_held else released(wobble)
    _, surplus, information, last_surplus, last_information, *learned = wobble
    day = information + last_information
    if information <= 0 or day <= 0:
        return Wobble(block, 0.0, 0.0, surplus, information, *learned)
    drawn, weight, held_drawn, held_weight = learned
    noise = 1 / day + doubt
    now = variance(wobble)
    worth = 1 / (2 * (noise + now) ** 2) / OVERLAP
    square = ((surplus + last_surplus) / day) ** 2
    excess = min(square, CLIP * (noise + now)) - noise
    told = worth * STRADDLE * excess
    if is_held:
        return Wobble(block, 0.0, 0.0, surplus, information, drawn, weight, held_drawn + told, held_weight + worth)
    return Wobble(block, 0.0, 0.0, surplus, information, drawn + told, weight + worth, 0.0, 0.0)


def released(wobble: Wobble) -> Wobble:
    """The state when an excursion turns out to have been chance, or wild days: what was held counts."""
    drawn, weight = wobble.drawn + wobble.held_drawn, wobble.weight + wobble.held_weight
    return wobble._replace(drawn=drawn, weight=weight, held_drawn=0.0, held_weight=0.0)

"""What a cell makes of the bets: each wins by how well it foretold the cell, at its share of the tilt."""

from __future__ import annotations

from typing import NamedTuple

from services.aggregator.domain.detection import rhythm as hours
from services.aggregator.domain.detection.account import Account
from services.aggregator.domain.detection.bets import NEW, Bet, Cell, grown, stake
from services.aggregator.domain.detection.settings import Settings
from services.aggregator.domain.detection.usual import Outlook, cost, cost_once
from shared.scales import Scale

LITTLE = 0.1
"""A share of a tilt so small costs no evidence worth reckoning."""


class Sight(NamedTuple):
    """What a cell is held against: what is usual at its hour, how many answers that was learned from, what is known of
    the hour, its features, and the variance by which such days wander.
    """

    view: Outlook
    remembered: float
    hour: hours.Hour
    at: hours.Features
    wander: float


def played(account: Account, cell: Cell, sight: Sight, settings: Settings) -> tuple[Bet, ...]:
    """Every tilt's bet after the cell; those of one start have taught the same."""
    bets, answers, taught = [], 0, 0.0
    for bet, tilt in zip(account.bets, settings.tilts, strict=True):
        if bet.n != answers:
            answers, taught = bet.n, _taught(bet, cell, sight, settings) if bet.n else 0.0
        bets.append(_played(account.scale, bet, tilt, cell, sight, taught))
    return tuple(bets)


def _taught(bet: Bet, cell: Cell, sight: Sight, settings: Settings) -> float:
    """The share of its tilt that an excursion taught of this hour; where that is little, no more than."""
    information = bet.n * sight.view.variance
    most = sight.hour.unknown * information
    if most < LITTLE:
        return most
    return hours.taught(sight.hour, sight.at, hours.met(bet.start, cell.at, settings.time_zone), information)


def _played(scale: Scale, bet: Bet, tilt: float, cell: Cell, sight: Sight, taught: float) -> Bet:
    """One tilt's bet after the cell."""
    view = sight.view
    bet, still_new = stake(bet, sight.remembered, taught) if bet.n else (bet, 1.0)
    if still_new > NEW:
        price = cost(scale, view, tilt)
    else:
        tilt *= still_new
        price = cost_once(scale, view, tilt)
    return grown(bet, cell, tilt * cell.pain - cell.n * price, cell.n * view.variance, sight.wander)

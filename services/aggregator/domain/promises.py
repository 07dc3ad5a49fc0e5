"""Whether a touchpoint keeps its promise: is the share of bad answers of the last weeks above its target?

The account bets, with money that comes in and is forgotten with calendar time, that bad answers are more frequent than
the target m. A cell of n answers, of which b are bad, multiplies a bet on the tilt t by exp(t b) / (1 - m + m e^t)^n:
for any share of at most m, its mean is at most one (an e-value; betting on bounded means, Waudby-Smith and Ramdas
2024). Nothing is learned: what is usual does not matter, only what was promised. Days that wander are allowed for by
the variance that the touchpoint's own account of evidence has learned. It is over when the same bets, the other way
round, say that the share is below the target.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import exp, log

from services.aggregator.domain.detection.bets import IDLE, Bet, Cell, funded, grown
from services.aggregator.domain.detection.detector import STALE_CELLS, TOLD_AGAIN, Settings
from services.aggregator.domain.detection.interval import Share, counted
from services.aggregator.domain.detection.onset import Road, Stretch, start_interval, walked
from services.aggregator.domain.detection.settings import CELL_SECONDS
from services.aggregator.domain.detection.transition import (
    RAISED,
    RESOLVED,
    STRENGTHENED,
    Transition,
    bounds,
    ends_at,
    share_since,
)
from shared.scales import PROMISE

WORTH = 1000.0
"""Answers; how many the target is written as, where a histogram is asked for. Its size does not matter."""
Day = tuple[int, int, int, float]
"""A cell, its answers, the bad ones, and the variance of the level from day to day, as the own account knows it."""


@dataclass(frozen=True)
class Kept:
    """What is remembered of a promise. bets: that it is broken, by tilt; backs: that it is kept again.

    reported: the evidence last told; 0 while no alert is open. start, n, bad: of the open alert.
    """

    cell: int = -1
    bets: tuple[Bet, ...] = ()
    backs: tuple[Bet, ...] = ()
    road: Road = ()
    reported: float = 0.0
    start: int = 0
    n: int = 0
    bad: int = 0

    def to_json(self) -> str:
        """Equal states give equal bytes; nothing is rounded."""
        fields = [self.cell, self.bets, self.backs, self.road, self.reported, self.start, self.n, self.bad]
        return json.dumps(fields, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Kept:
        cell, bets, backs, road, reported, start, n, bad = json.loads(text)
        owned, back = (tuple(Bet(*one) for one in each) for each in (bets, backs))
        return cls(cell, owned, back, tuple(Stretch(*one) for one in road), reported, start, n, bad)


def followed(text: str | None, days: Iterable[Day], target: float, settings: Settings) -> tuple[str, list[Transition]]:
    """What is remembered after these cells, as JSON, and what is said of them, in order. target: 0 < target < 1."""
    kept, said = Kept.from_json(text) if text else Kept(), []
    for cell, n, bad, wander in days:
        kept = played(kept, Cell(cell, n, bad, float(bad)), target, wander, settings)
        kept, found = judged(kept, target, settings)
        said += found
    return kept.to_json(), said


def played(kept: Kept, cell: Cell, target: float, wander: float, settings: Settings) -> Kept:
    """All bets after one more cell."""
    passed = cell.at - kept.cell if kept.cell >= 0 else 1
    share, paid = settings.kept(passed), (1 - settings.kept(min(passed, STALE_CELLS))) / len(settings.tilts)
    bets, backs = (each or (IDLE,) * len(settings.tilts) for each in (kept.bets, kept.backs))
    information = cell.n * target * (1 - target)

    def bet_on(bet: Bet, tilt: float) -> Bet:
        gain = tilt * cell.bad - cell.n * log(1 - target + target * exp(tilt))
        return grown(funded(bet, share, paid), cell, gain, information, wander)

    is_open = kept.reported > 0
    return replace(
        kept,
        cell=cell.at,
        bets=tuple(bet_on(bet, tilt) for bet, tilt in zip(bets, settings.tilts, strict=True)),
        backs=tuple(bet_on(bet, -tilt) for bet, tilt in zip(backs, settings.tilts, strict=True)) if is_open else (),
        road=walked(kept.road, cell.at, cell.n, cell.pain),
        n=kept.n + cell.n if is_open else 0,
        bad=kept.bad + cell.bad if is_open else 0,
    )


def judged(kept: Kept, target: float, settings: Settings) -> tuple[Kept, list[Transition]]:
    """Compares the evidence with what it takes to raise, to tell more, or to close."""
    evidence = sum(bet.money for bet in kept.bets)
    bet, tilt = max(zip(kept.bets, settings.tilts, strict=True), key=lambda pair: pair[0].walk)
    is_enough = bet.n >= settings.least_answers and bet.bad >= 2
    if kept.reported == 0:
        if evidence < settings.threshold or not is_enough:
            return kept, []
        said = told(kept, RAISED, bet, tilt, evidence, target, settings)
        return replace(kept, reported=evidence, start=bet.start, n=bet.n, bad=bet.bad), [said]
    back = sum(one.money for one in kept.backs)
    if back >= settings.resolve_threshold and max(one.n for one in kept.backs) >= settings.least_answers:
        return Kept(kept.cell), [over(kept, back, target, settings)]
    if evidence >= TOLD_AGAIN * kept.reported and is_enough:
        said = told(kept, STRENGTHENED, bet, tilt, evidence, target, settings)
        return replace(kept, reported=evidence), [said]
    return kept, []


def promised(target: float) -> Share:
    """The target as a share of no answers."""
    return Share(0, 0, target, target)


def told(
    kept: Kept, kind: str, bet: Bet, tilt: float, evidence: float, target: float, settings: Settings
) -> Transition:
    """A transition about the time in which the promise was not kept."""
    usual = (WORTH * target, WORTH * (1 - target))
    first, last = start_interval(PROMISE, usual, kept.road, kept.cell)
    return Transition(
        kind=kind,
        at=ends_at(kept.cell),
        change_started_at=bet.start * CELL_SECONDS,
        change_interval=bounds(min(first, bet.start), max(last, bet.start + 1)),
        before=promised(target),
        after=share_since(PROMISE, usual, bet, tilt, evidence),
        e_value=evidence,
        tilt=tilt,
        false_alarms_per_year=settings.false_alarms_per_year,
        version=settings.version,
    )


def over(kept: Kept, evidence: float, target: float, settings: Settings) -> Transition:
    """The promise is kept again."""
    start = kept.start * CELL_SECONDS
    return Transition(
        kind=RESOLVED,
        at=ends_at(kept.cell),
        change_started_at=start,
        change_interval=(start, start),
        before=promised(target),
        after=counted(kept.bad, kept.n),
        e_value=evidence,
        tilt=0.0,
        false_alarms_per_year=settings.false_alarms_per_year,
        version=settings.version,
    )

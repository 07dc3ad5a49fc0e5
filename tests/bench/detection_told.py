"""What can be found in a fleet at all: accounts that are told nearly everything, under our board, beside ours.

    python -m tests.bench.detection_told [--fleets 8]

Fleets of 2,000 touchpoints of which 40 get worse, as in `tests.bench.detection`; only those 40 are fed, so that nobody
is disturbed by a false alert. Each told account knows how levels are spread over the fleet, the rhythm of the hours,
and the moods that people move to, and weighs the answers by Bayes' rule, which makes the most of them; most know how
many people move, how fast, and in which fortnight, too. What ours knows of all that it has to learn. Seeds are fixed;
a quarter of an hour of CPU.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import exp, log
from statistics import fmean
from typing import Any

import numpy as np
from scipy.special import logsumexp
from scipy.stats import gamma

from services.aggregator.domain.detection.interval import Share
from services.aggregator.domain.detection.transition import RAISED, STRENGTHENED, Transition
from shared.scales import SCALES
from tests.bench.detection import Fleet, Watcher, fleet_of
from tests.bench.detection import factory as ours
from tests.bench.detection_event import Event
from tests.bench.detection_measures import FleetWorld, Row, Shared, watched
from tests.bench.detection_run import SEED, Context
from tests.bench.detection_streams import (
    DAY,
    FRICTION,
    MONDAY,
    MOODS,
    SIZES,
    Stream,
    Values,
    World,
    met,
    worse_hours,
)

ASKED = FleetWorld(2000, 40)
LEVELS, MOMENTS, MOMENTS_EVER = 40, 30, 60
"""Points at which levels, moments of the fortnight, and moments of all time are weighed, all equally."""
RAMPS = {0.0: 0.75, 3.0: 0.25}
"""Days that a change takes, and how often."""
MOST = 700.0
"""Log evidence, as a float holds its exponential."""
UNKNOWN = Share(0, 0, 0.0, 1.0)


@dataclass(frozen=True)
class Knowledge:
    """What an account is told beside the rest: the touchpoint's level; the moment of the change; its size,
    how fast it comes, and in which fortnight.
    """

    name: str
    level: bool
    moment: bool
    change: bool = True

    def levels(self, world: World) -> Values:
        """Shares of angry people that it holds for possible, each as likely."""
        if self.level:
            return np.array([world.usual[2]])
        middles = (np.arange(LEVELS) + 0.5) / LEVELS
        return np.asarray(np.clip(gamma.ppf(middles, 3, scale=0.02), 0.01, 0.3))

    def moments(self, stream: Stream) -> Values:
        """Unix seconds at which it holds for possible that the change began, each as likely."""
        if self.moment:
            return np.array([stream.change])
        if self.change:
            days = ASKED.history_days + (np.arange(MOMENTS) + 0.5) / MOMENTS * ASKED.watch_days / 3
        else:
            days = (np.arange(MOMENTS_EVER) + 0.5) / MOMENTS_EVER * (ASKED.history_days + ASKED.watch_days)
        return np.asarray(MONDAY + days * DAY)

    def changes(self, world: World) -> list[tuple[World, float]]:
        """How it may get worse, and how likely each is."""
        if self.change:
            return [(world, 1.0)]
        sizes = [(size, days) for size in SIZES.values() for days in RAMPS]
        return [(replace(world, worse=size, ramp_days=days), RAMPS[days] / len(SIZES)) for size, days in sizes]


TOLD = (
    Knowledge("neither its level nor anything of the change but the moods", level=False, moment=False, change=False),
    Knowledge("all but its level and the moment", level=False, moment=False),
    Knowledge("all but its level", level=False, moment=True),
    Knowledge("all", level=True, moment=True),
)


def mean(logs: Values) -> float:
    """The logarithm of the mean of what these are the logarithms of."""
    return float(logsumexp(logs)) - log(logs.size)


class Informed:
    """One touchpoint's account: how much likelier its answers are with the change than without it, by Bayes' rule."""

    def __init__(self, world: World, stream: Stream, knowledge: Knowledge, fleet: Fleet) -> None:
        self.world, self.fleet, self.name = world, fleet, fleet.join()
        self.low = SCALES[world.scale].low
        moods = np.array(MOODS[world.scale], float)
        self.moods = (moods / moods.sum(axis=1, keepdims=True)).T
        self.angry, self.moments = knowledge.levels(world), knowledge.moments(stream)
        self.changes, weights = zip(*knowledge.changes(world), strict=True)
        self.without = np.zeros(len(self.angry))
        self.since = np.log(np.repeat(weights, len(self.moments)) * len(weights))[:, None] + self.without
        self.said, self.is_over = 0.0, False

    def update(self, timestamp: float, score: int) -> Event | None:
        """Weighs one answer, until the board publishes that it got worse."""
        if self.is_over:
            return None
        mood = self.moods[score - self.low]
        worse = worse_hours(self.world, timestamp)
        usual = mood[0] + self.angry * worse * (2 * (mood[1] - mood[0]) + mood[2] - mood[0])
        share = np.concatenate([met(one, timestamp, self.moments) for one in self.changes])[:, None]
        self.without += np.log(usual)
        self.since += np.log((1 - share) * usual + share * (np.array(FRICTION) @ mood))
        self._tell(int(timestamp))
        for decision in self.fleet.take(self.name, timestamp):
            if decision.kind == RAISED:
                self.is_over = True
                return Event("raised", float(decision.at))
        return None

    @property
    def evidence(self) -> float:
        """Its logarithm. Without a change it is 1 on average over the fleet, as an e-value has to be."""
        return mean(self.since) - mean(self.without)

    def _tell(self, at: int) -> None:
        """Tells the board where its evidence has doubled."""
        evidence = self.evidence
        if evidence > self.said + log(2):
            kind, e_value = STRENGTHENED if self.said else RAISED, exp(min(evidence, MOST))
            self.said = evidence
            self.fleet.tell(self.name, Transition(kind, at, at, (at, at), UNKNOWN, UNKNOWN, e_value, 0, 1, ""))

    def state(self) -> None:
        """Nothing that would be stored."""


Make = Callable[[World, Stream, Shared], Any]


def told(knowledge: Knowledge) -> Make:
    """Accounts that are told that much."""
    return lambda world, stream, shared: Informed(world, stream, knowledge, fleet_of(shared))


def untold(world: World, _: Stream, shared: Shared) -> Watcher:
    """Ours."""
    return ours(Context(SCALES[world.scale].low, SCALES[world.scale].high, shared))


def found_by(make: Make, fleets: int) -> tuple[list[int], dict[tuple[str, float], list[bool]]]:
    """Changes found in each fleet; and by size and answers a day whether each was."""
    sizes = {share: name for name, share in SIZES.items()}
    each: list[int] = []
    by: dict[tuple[str, float], list[bool]] = {}
    for number in range(fleets):
        shared = Shared(ASKED.touchpoints)
        changing = [(world, stream) for world, stream in ASKED.drawn(SEED + 1000 + number) if stream.change is not None]
        row: Row = watched([(make(world, stream, shared), world, stream) for world, stream in changing], ASKED)
        each.append(row["found"])
        for place, (world, _) in enumerate(changing):
            by.setdefault((sizes[world.worse], world.per_day), []).append(place in row["which"])
    return each, by


SHOWN = (("large", 5.0), ("medium", 50.0), ("medium", 5.0), ("small", 50.0), ("small", 5.0))
"""Sizes and answers a day of which something is missed."""


def line(name: str, make: Make, fleets: int) -> str:
    """A row of the table."""
    each, by = found_by(make, fleets)
    cells = [f"{sum(by.get(kind, []))} of {len(by.get(kind, []))}" for kind in SHOWN]
    others = [one for kind, found in by.items() if kind not in SHOWN for one in found]
    cells.append(f"{sum(others)} of {len(others)}")
    return f"| {name} | {fmean(each):.1f} ({min(each)} to {max(each)}) | {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fleets", type=int, default=8)
    fleets = parser.parse_args().fleets
    heads = [f"{size}, {per_day:g} a day" for size, per_day in SHOWN]
    print(f"| the account is told | found of {ASKED.changing} | {' | '.join(heads)} | all others |", flush=True)
    print("|---" * (len(SHOWN) + 3) + "|")
    print(line("nothing (ours)", untold, fleets), flush=True)
    for knowledge in TOLD:
        print(line(knowledge.name, told(knowledge), fleets), flush=True)


if __name__ == "__main__":
    main()

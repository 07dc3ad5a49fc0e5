"""The bench of detection: ours beside the rules in use elsewhere, on streams whose truth is known, as one table.

    python -m tests.bench.detection [--full] [--jobs 2]

Seeds are fixed: the same numbers come out wherever it runs, apart from the CPU column.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

from shared.scales import SCALES
from tests.bench import detection_measures as measures
from tests.bench.detection import SETTINGS, set_to
from tests.bench.detection_event import Rule
from tests.bench.detection_measures import FleetWorld, Make, Row, Shared
from tests.bench.detection_rules import Adwin, DayAgainstWeek, Ewma, Nelson, Oracle, PageHinkley, RollingMean
from tests.bench.detection_streams import SIZES, World
from tests.bench.detection_table import table

OURS = "ours"
SEED = 20231120
MEASURES: dict[str, Callable[..., Row]] = {
    "null": measures.false_alarms,
    "delay": measures.delays,
    "fleet": measures.fleet,
    "cost": measures.cost,
}


@dataclass(frozen=True)
class Context:
    """What ours is told of a touchpoint."""

    low: int
    high: int
    board: Shared | None


@dataclass(frozen=True)
class Plan:
    """How much is measured.  quiet: (answers a day, streams, days) of each scale, with rhythm and without."""

    scales: tuple[str, ...] = ("csat", "nps")
    quiet: tuple[tuple[int, int, int], ...] = ((5, 12, 730), (50, 6, 365), (500, 3, 90), (5000, 1, 30))
    sizes: tuple[str, ...] = ("large", "medium")
    per_day: tuple[int, ...] = (5, 50, 500)
    histories: tuple[int, ...] = (200, 2000)
    streams: int = 10
    fleet: FleetWorld = field(default_factory=lambda: FleetWorld(250, 20))
    fleets: int = 1


SHORT = Plan()
FULL = Plan(
    scales=("thumbs", "csat", "ces", "nps"),
    quiet=((5, 60, 730), (50, 40, 365), (500, 8, 180), (5000, 2, 90)),
    sizes=("large", "medium", "small"),
    per_day=(5, 50, 500, 5000),
    histories=(30, 200, 2000),
    streams=50,
    fleet=FleetWorld(2000, 40),
    fleets=8,
)
AFTER = {"small": 4000, "medium": 1000, "large": 400}
"""Answers after a change within which it has to be found."""

Task = tuple[Row, str, tuple[Any, ...]]


def ours(false_alarms_per_year: float) -> Make:
    """Our detector with this promise."""
    build = set_to(false_alarms_per_year)

    def make(world: World, shared: Shared | None) -> Rule:
        scale = SCALES[world.scale]
        return build(Context(scale.low, scale.high, shared))

    return make


def oracle(world: World, shared: Shared | None) -> Rule:
    """The CUSUM that is told this world."""
    before, after = world.laws()
    laws = tuple(before.tolist()), tuple(after.tolist())
    return Oracle(SCALES[world.scale].low, *laws, 365 * world.per_day)


DETECTORS: dict[str, Make] = {
    OURS: ours(SETTINGS.false_alarms_per_year),
    "rolling mean, n = 30": lambda world, shared: RollingMean(30),
    "rolling mean, n = 100": lambda world, shared: RollingMean(100),
    "EWMA": lambda world, shared: Ewma(),
    "Nelson": lambda world, shared: Nelson(),
    "Page-Hinkley": lambda world, shared: PageHinkley(),
    "ADWIN": lambda world, shared: Adwin(),
    "day against week": lambda world, shared: DayAgainstWeek(),
    "oracle CUSUM": oracle,
}


def main() -> int:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="all scales, more streams, fleets of 2,000: hours")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    asked = parser.parse_args()
    print(table(measured(FULL if asked.full else SHORT, asked.jobs), OURS))
    return 0


def measured(plan: Plan, jobs: int) -> list[Row]:
    """Every detector on every part of the plan, then ours at each other's rate of false alarms."""
    rows = worked(tasks(plan), jobs)
    return rows + worked(matched(plan, rows), jobs)


def tasks(plan: Plan) -> Iterator[Task]:
    """Each piece of work: the row's keys, the measure, and what it is asked."""
    for name in DETECTORS:
        for number in range(plan.fleets):
            yield {"part": "fleet", "detector": name}, name, (plan.fleet, SEED + 1000 + number)
        for per_day in (50, 5000):
            key = {"part": "cost", "detector": name, "per_day": per_day}
            yield key, name, (World("nps", per_day), 20_000, SEED)
        for scale in plan.scales:
            for rhythm in (0, 1):
                for per_day, streams, days in plan.quiet:
                    key = {"part": "null", "detector": name, "scale": scale, "per_day": per_day, "rhythm": rhythm}
                    yield key, name, (World(scale, per_day, rhythm=rhythm), days, streams, SEED)
        yield from changes(plan, name, plan.per_day, {"detector": name})


def changes(plan: Plan, name: str, volumes: Iterable[int], key: Row) -> Iterator[Task]:
    """The delays of one detector at these volumes."""
    for scale in plan.scales:
        for per_day in volumes:
            for size in plan.sizes:
                for history in plan.histories:
                    world = World(scale, per_day, worse=SIZES[size])
                    setting = {"scale": scale, "per_day": per_day, "size": size, "history": history}
                    asked = (world, history, AFTER[size], plan.streams, SEED + 1)
                    yield {**key, "part": "delay", **setting}, name, asked


def matched(plan: Plan, rows: list[Row]) -> Iterator[Task]:
    """Ours with, volume by volume, as many false alarms a year as each other gave; `as` names the other.

    What ours gives of what it is set to is known from the rows.
    """
    given = false_rate(rows, OURS) / SETTINGS.false_alarms_per_year
    for other in DETECTORS:
        for per_day in plan.per_day if other != OURS else ():
            name = f"ours as {other} at {per_day} a day"
            DETECTORS_MATCHED[name] = ours(false_rate(rows, other, per_day) / given)
            yield from changes(plan, name, (per_day,), {"detector": name, "as": other})


DETECTORS_MATCHED: dict[str, Make] = {}
"""Ours at other detectors' rates, filled before the processes that need them begin."""


def false_rate(rows: Iterable[Row], detector: str, per_day: int | None = None) -> float:
    """False alarms per touchpoint-year without rhythm, of one volume or all; at least one is taken as seen."""
    quiet = [r for r in rows if r["part"] == "null" and r["detector"] == detector and not r["rhythm"]]
    here = [r for r in quiet if per_day in (None, r["per_day"])]
    return float(max(sum(r["alarms"] for r in here), 1) / sum(r["years"] for r in here))


def worked(ready: Iterable[Task], jobs: int) -> list[Row]:
    """The rows of these tasks, in their order, by so many processes."""
    waiting, rows = list(ready), []
    with get_context("fork").Pool(jobs) as pool:
        for row in pool.imap(work, waiting):
            rows.append(row)
            if len(rows) % 50 == 0:
                print(f"{len(rows)} of {len(waiting)} measured", file=sys.stderr, flush=True)
    return rows


def work(task: Task) -> Row:
    """One task's row."""
    key, name, asked = task
    make = DETECTORS.get(name) or DETECTORS_MATCHED[name]
    return {**key, **MEASURES[key["part"]](make, *asked)}

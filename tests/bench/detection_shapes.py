"""How friction that is no clean step is found, how alerts end, and whether they say what is true, on known streams.

    python -m tests.bench.detection_shapes [--streams 40] [part …]

Parts: endings (a step that ends), passing (six hours of friction), ramps (a worsening that takes three days), unsteady
(nothing gets worse at once, but days wander by 15 %, hours differ twice as much, or the level drifts by five points a
year), intervals (of an alert's share and start, at the moment of alarm, on all scales). The others are on CSAT; seeds
are fixed. The slowest, unsteady streams of 5,000 answers a day, take a minute each ten.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace

from tests.bench.detection import SCALE_NAMES, SETTINGS
from tests.bench.detection_measures import endings, false_alarms, spotted, truths
from tests.bench.detection_run import SEED, ours
from tests.bench.detection_streams import SIZES, World
from tests.bench.detection_table import yearly

OURS = ours(SETTINGS.false_alarms_per_year)
BEFORE = 40
"""Days of history."""

LASTS = {50: (20, 40), 500: (6, 14)}
"""Days of friction, and days after its end, by answers a day."""

UNSTEADY = {
    "days wander by 15 %": World(day_noise=0.15),
    "rhythm of twice the strength": World(rhythm=2.0),
    "drift of 5 points a year": World(worse=SIZES["small"], ramp_days=365),
}
WITHIN = {"large": 800, "medium": 2000, "small": 4000}
"""Answers within which a change is watched for, by its size."""

DAYS = {50: 365, 500: 180, 5000: 120}


def steps_end(streams: int) -> None:
    """Of alerts on a step, how many were closed before its end, and how long after it the others."""
    print("| friction | answers a day | closed too early | hours after the end: median, mean |\n|---|---|---|---|")
    for per_day, (lasts, after) in LASTS.items():
        for size in ("large", "medium"):
            told_end(
                f"{size}, {lasts} days", World(per_day=per_day, worse=SIZES[size], lasts_days=lasts), after, streams
            )
    told_end("large, 1 day", World(worse=SIZES["large"], lasts_days=1), 40, streams)
    told_end("large, 6 hours", World(per_day=500, worse=SIZES["large"], lasts_days=0.25), 40, streams)


def told_end(name: str, world: World, after: int, streams: int) -> None:
    """One line of that table."""
    row = endings(OURS, world, (BEFORE, after), streams, SEED + 3)
    hours = f"{row['median_hours']:.1f}, {row['mean_hours']:.1f}" if row["median_hours"] is not None else "–"
    print(f"| {name} | {world.per_day:,g} | {row['early']} of {row['raised']} | {hours} |", flush=True)


def six_hours(streams: int) -> None:
    """Of frictions that pass, how many are told within a day of their beginning."""
    print("| six hours | answers a day | found within a day |\n|---|---|---|")
    for size in ("large", "medium"):
        for per_day in DAYS:
            world = World(per_day=per_day, worse=SIZES[size], lasts_days=0.25)
            row = spotted(OURS, world, (BEFORE, 2), streams, SEED + 2)
            print(f"| {size} | {per_day:,} | {row['within_a_day']} of {row['n']} |", flush=True)


def three_days(streams: int) -> None:
    """How soon a worsening is told that takes three days to build up."""
    print("| ramp over three days | answers a day | median hours from its beginning | missed |\n|---|---|---|---|")
    for size in ("large", "medium"):
        for per_day, after in ((50, 60), (500, 12), (5000, 4)):
            world = World(per_day=per_day, worse=SIZES[size], ramp_days=3)
            row = spotted(OURS, world, (BEFORE, after), streams, SEED + 2)
            print(f"| {size} | {per_day:,} | {row['median_hours']:.0f} | {row['missed']} of {row['n']} |", flush=True)


def unsteady(streams: int) -> None:
    """False alarms where nothing gets worse at once."""
    print("| | answers a day | false alarms a touchpoint-year |\n|---|---|---|")
    for name, world in UNSTEADY.items():
        for per_day, days in DAYS.items():
            row = false_alarms(OURS, replace(world, per_day=per_day), days, streams, SEED + 5)
            rate = yearly(row["alarms"], row["years"])
            print(f"| {name} | {per_day:,} | {rate} ({row['alarms']} in {row['years']:.1f}) |", flush=True)


def intervals(streams: int) -> None:
    """How often an alert's intervals hold what they are about."""
    print("| history, answers | change | answers a day | alerts | share held | start held | start reaches back |")
    print("|---|---|---|---|---|---|---|")
    for history in (2000, 200, 30):
        for size, after in WITHIN.items():
            for per_day in (5, 50, 500):
                worlds = [World(scale, per_day, worse=SIZES[size]) for scale in SCALE_NAMES]
                rows = [truths(OURS, world, history, after, streams, SEED + 1) for world in worlds]
                n, share, start, back = (sum(row[key] for row in rows) for key in rows[0])
                print(f"| {history:,} | {size} | {per_day} | {n} | {share} | {start} | {back} |", flush=True)


PARTS: dict[str, Callable[[int], None]] = {
    "endings": steps_end,
    "passing": six_hours,
    "ramps": three_days,
    "unsteady": unsteady,
    "intervals": intervals,
}


def main() -> None:
    """Measure the parts that are named, and print a table of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], metavar="part", help="all where none is named")
    parser.add_argument("--streams", type=int, default=40, help="of each kind")
    asked = parser.parse_args()
    for part in asked.parts or PARTS:
        PARTS[part](asked.streams)
        print()


if __name__ == "__main__":
    main()

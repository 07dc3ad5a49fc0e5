"""What it is worth to know what a company's other touchpoints are like, when a new one begins.

    python -m tests.bench.detection_starts [--streams 48] [--scale csat]

Three companies, of whose touchpoints 3, 8 and 19 % of answers are bad, and which differ by a factor of 1.6 in how many
people are angry. A new touchpoint of each starts knowing nothing, from our default, and from what `etincelle typical`
says of fifty others with 400 answers each. Fifty answers a day; seeds are fixed.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from statistics import fmean

import numpy as np

from cli.typical import fleet
from services.aggregator.domain.detection.settings import TYPICAL, Settings
from shared.scales import SCALES
from tests.bench.detection import SETTINGS, Watcher
from tests.bench.detection_measures import Make, delays, heard, listed
from tests.bench.detection_run import AFTER, SEED, Context
from tests.bench.detection_streams import MOODS, SIZES, World, lasting

ANGRY = (0.02, 0.06, 0.16)
"""The share of angry people, by company; twice as many are lukewarm."""
SPREAD = 0.45
"""Standard deviation, between a company's touchpoints, of the logarithm of that share."""
MOST_ANGRY = 0.3
KNOWN, ANSWERS = 50, 400
CHANGES = ((30, "large"), (30, "medium"), (200, "large"), (200, "medium"))
FIRST_DAYS = 4.0
"""Of fifty answers each: the first two hundred."""


def touchpoint(angry: float, chance: np.random.Generator) -> tuple[float, float, float]:
    """The moods of one of the company's."""
    own = min(angry * float(chance.lognormal(-(SPREAD**2) / 2, SPREAD)), MOST_ANGRY)
    return 1 - 3 * own, 2 * own, own


def starts(scale: str, angry: float) -> Iterator[tuple[str, Settings]]:
    """What a new touchpoint may start from."""
    yield "nothing", replace(SETTINGS, typical_worth=1.0)
    yield "our default", SETTINGS
    chance = np.random.default_rng((SEED, 77))
    laws = [World(scale=scale, usual=touchpoint(angry, chance)).laws()[0] for _ in range(KNOWN)]
    known = fleet([chance.multinomial(ANSWERS, law / law.sum()).tolist() for law in laws], scale)
    own = {**TYPICAL, scale: known.shares}
    yield f"the company's, worth {known.worth}", replace(SETTINGS, typical=own, typical_worth=float(known.worth))


def made(settings: Settings) -> Make:
    """A watcher that starts so."""
    return lambda world, shared: Watcher(Context(SCALES[world.scale].low, SCALES[world.scale].high, shared), settings)


def launched(make: Make, worlds: list[World]) -> int:
    """How many of them raise in their first days, though nothing changes."""
    return sum(raises(make, world, place) for place, world in enumerate(worlds))


def raises(make: Make, world: World, place: int) -> bool:
    times, scores = listed(world, lasting(world, FIRST_DAYS, None, SEED, place))
    return any(event.kind == "raised" for event in heard(make(world, None), times, scores))


def found(make: Make, worlds: list[World], history: int, size: str) -> str:
    """Of changes after so many answers: how many were missed, and the mean answers until they were told."""
    several = [replace(world, worse=SIZES[size]) for world in worlds]
    rows = [delays(make, world, history, AFTER[size], 1, SEED + place) for place, world in enumerate(several)]
    late = [row["mean_answers"] for row in rows if row["n"]]
    return f"{sum(row['missed'] for row in rows)} of {len(late)}, {fmean(late):.0f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=48, help="touchpoints a company")
    parser.add_argument("--scale", default="csat", choices=tuple(MOODS))
    asked = parser.parse_args()
    print("| bad answers | a new touchpoint starts from | raised in its first 200 answers, quiet |", end="")
    print(" " + " | ".join(f"{size} after {history}: missed, answers" for history, size in CHANGES) + " |")
    print("|---" * (3 + len(CHANGES)) + "|")
    for angry in ANGRY:
        chance = np.random.default_rng((SEED, 5))
        worlds = [World(scale=asked.scale, usual=touchpoint(angry, chance)) for _ in range(asked.streams)]
        bad_levels = SCALES[asked.scale].bad_levels
        bad = fmean(float(world.laws()[0][:bad_levels].sum()) for world in worlds)
        for name, settings in starts(asked.scale, angry):
            make = made(settings)
            head = f"| {100 * bad:.0f} % | {name} | {launched(make, worlds)} of {len(worlds)} | "
            print(head + " | ".join(found(make, worlds, *change) for change in CHANGES) + " |", flush=True)


if __name__ == "__main__":
    main()

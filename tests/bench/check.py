"""How sure a check is: coverage of its interval and its verdicts over simulated fleets, as a table for docs/check.md.

python -m tests.bench.check [--runs 500]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np

from services.insights.domain.check import Findings
from tests.checking import Fleet, alarmed, covers, log_odds, simulated

HALVED = log_odds(0.09) - log_odds(0.19)
QUIET = (
    ("40 answers a day, 8 others", Fleet()),
    ("15 answers a day", Fleet(volume=15)),
    ("200 answers a day", Fleet(volume=200)),
    ("3 others", Fleet(others=3)),
    ("20 others", Fleet(others=20)),
    ("days that wander twice as far", Fleet(day_sd=0.4)),
    ("days that keep half of the last one's departure", Fleet(kept=0.5)),
    ("a fleet that drifts three times as far", Fleet(drift=3)),
)
RAISED = (
    ("19 % during, done on the same day", Fleet(waits=0)),
    ("19 % during, done 6 days later", Fleet(waits=6)),
    ("14 % during, done on the same day", Fleet(worse=0.14, waits=0)),
    ("14 % during, done 6 days later", Fleet(worse=0.14, waits=6)),
)


def line(name: str, fleet: Fleet, runs: int, simulate: Callable[..., Findings | None]) -> str:
    """Coverage without an effect and with one, "worked" without and with."""
    cells = []
    for effect in (0.0, HALVED):
        chance = np.random.default_rng(20240301)
        made = Fleet(**{**vars(fleet), "effect": effect})
        found = [one for _ in range(runs) if (one := simulate(made, chance))]
        judged = [one for one in found if one.expected]
        covered = sum(covers(one, effect) for one in judged) / len(judged)
        worked = sum(one.verdict == "worked" for one in found) / len(found)
        cells += [f"{len(judged)}", f"{covered:.1%}", f"{worked:.1%}"]
    return f"| {name} | " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=500)
    runs = parser.parse_args().runs
    print("| fleet | n | covered | “worked” | n | covered | “worked” |\n|---|---|---|---|---|---|---|")
    for name, fleet in QUIET:
        print(line(name, fleet, runs, simulated), flush=True)
    for name, fleet in RAISED:
        print(line(f"alert by the detector: {name}", fleet, runs // 2, alarmed), flush=True)


if __name__ == "__main__":
    main()

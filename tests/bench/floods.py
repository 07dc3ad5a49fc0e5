"""How alerts after a flood of good answers are told: named as its end, or as a worsening of their own.

python -m tests.bench.floods [--worlds 24]

Worlds of 50 answers a day: forty usual days, a flood of one day or three with ten or four times as many answers, all of
them good; afterwards nothing has changed, or answers did get worse.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import replace
from datetime import timedelta

from services.aggregator import usecases
from services.aggregator.domain.answers import Series
from shared.events import AlertEvent
from tests.unit.test_aggregator import deps_at, stored
from tests.worlds import START, WORSE, Flooded, flooded

CHECKOUT = Series("checkout", "customer", "csat")
STARTS = 40


def told(world: Flooded) -> tuple[str, str]:
    """How the first alert after the flood began was told at first, and how it stood last."""
    deps = deps_at(START + timedelta(days=world.days + 1))
    usecases.fold(list(flooded(world)), deps)
    settled = replace(deps, now=lambda: START + timedelta(days=world.days + 1, hours=1))
    usecases.look(CHECKOUT, settled)
    usecases.decide(settled)
    events = [fact.event for fact in stored(settled).written if fact.event.raised_at >= START + timedelta(days=STARTS)]
    raised = [event for event in events if event.state == "raised" and event.alert_id == events[0].alert_id]
    return (said(raised[0]), said(raised[-1])) if raised else ("no alert", "no alert")


def said(event: AlertEvent) -> str:
    return "named" if event.flood else "worse"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=24, help="of each kind")
    worlds = parser.parse_args().worlds
    print("| flood | afterwards | alerts | named as its end, at first | in the end |\n|---|---|---|---|---|")
    for lasting, times in ((1, 10), (3, 10), (3, 4)):
        for after, how in ((None, "as before"), (WORSE, "worse")):
            world = Flooded(0, days=STARTS + lasting + 30, starts=STARTS, lasting=lasting, times=times)
            world = replace(world, after=after) if after else world
            found = Counter(told(replace(world, seed=seed)) for seed in range(worlds))
            alerts = worlds - found["no alert", "no alert"]
            first = sum(n for (at_first, _), n in found.items() if at_first == "named")
            last = sum(n for (_, at_last), n in found.items() if at_last == "named")
            print(f"| {lasting} days, {times} times | {how} | {alerts} of {worlds} | {first} | {last} |", flush=True)


if __name__ == "__main__":
    main()

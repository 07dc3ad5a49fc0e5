"""How good the figures are: planted causes, hand-offs, adjusted figures, money at risk, priorities; in seeded worlds.

The long form of their tests: what was planted, and how often it was found.

python -m tests.bench.figures [--runs 500] [--only ways]
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from statistics import median

from services.aggregator.domain import priorities as ranking
from services.aggregator.domain.value import total
from shared.causes.finding import explained
from shared.events import AlertEvent
from tests.bench.planted import found as found_of
from tests.causes import Change, world
from tests.leaving import found as valued
from tests.leaving import truths
from tests.leaving import world as leaving
from tests.unit.test_adjusted import found as adjusted
from tests.unit.test_adjusted import world as answering
from tests.unit.test_handoffs import after as whole
from tests.unit.test_handoffs import alerts
from tests.unit.test_value import DAYS, places
from tests.worlds import START, Passing

Row = tuple[str, str]


def causes(runs: int) -> Iterator[Row]:
    """Planted causes in first place, by how many answers there are; and what is named where nothing is planted."""
    for before, after in ((400, 80), (600, 150), (1500, 400)):
        change = Change(before=before, after=after)
        found = [explained(*world(seed, change), "customer").causes for seed in range(runs)]
        named = [one.segments[0] for one in found if one.segments]
        said = [one.words[0].text for one in found if one.words]
        right = sum((one.attribute, one.value) == ("browser", "safari") for one in named)
        told = sum("livraison" in text or "retard" in text for text in said)
        where = f"{before:,} answers before, {after} since"
        yield f"planted segment first, {where}", share(right, runs)
        yield f"planted words first, {where}", share(told, runs)
        yield f"another segment first, {where}", share(len(named) - right, runs)
    alike = [(world(seed)[0], world(10_000 + seed, Change(usual=0.3, lift=0))[1]) for seed in range(runs)]
    none = [explained(*one, "customer").causes for one in alike]
    yield "a segment named, worse everywhere alike", share(sum(bool(one.segments) for one in none), runs)
    yield "a word named, worse everywhere alike", share(sum(bool(one.words) for one in none), runs)


def ways(runs: int) -> Iterator[Row]:
    """Whom alerts are about: a fault on the way from one touchpoint to another, and a fault of that touchpoint itself.

    Thirty people a day, two in five of whom come by that way, two by another; bad answers rise from 10 to 45 %.
    """
    several = min(runs, 40)
    for origin, name in (("basket", "a fault on the way"), ("", "a fault of the touchpoint itself")):
        worlds = [Passing(seed=100 + seed, origin=origin) for seed in range(several)]
        told = [since(world) for world in worlds]
        delays = [(first[0].raised_at - changed(worlds[0])).total_seconds() / 86400 for first in told if first]
        both = sum(any(set(one.owners) == {"web", "shop"} for one in each) for each in told)
        lone = sum(any(one.kind == "drop" for one in each) for each in told)
        yield f"{name}: an alert to both owners", share(both, several)
        yield f"{name}: an alert on the touchpoint alone", share(lone, several)
        yield f"{name}: an alert at all; median days until then", f"{share(len(delays), several)}; {median(delays):.2f}"


def planted(runs: int) -> Iterator[Row]:
    """What is found of the worlds that `etincelle simulate --world` brings, by what was planted."""
    several = min(runs, 20)
    right: Counter[str] = Counter()
    for seed in range(1, several + 1):
        right.update({one.about: one.is_right for one in found_of(seed)})
    for about, n in right.items():
        yield f"planted worlds: {about}", share(n, several)


def since(world: Passing) -> list[AlertEvent]:
    """The alerts since the change, oldest first."""
    told = sorted(alerts(whole(world)), key=lambda one: one.raised_at)
    return [one for one in told if one.raised_at > changed(world)]


def changed(world: Passing) -> datetime:
    return START + timedelta(days=world.worse_from or 0)


def adjustments(runs: int) -> Iterator[Row]:
    """How much of a known bias of who answers is gone, and how often the interval holds the truth."""
    raw = better = covered = 0.0
    for seed in range(runs):
        days, answers, truth = answering(seed)
        made = adjusted(days, answers)
        raw += made.raw[-1].value - 100 * truth
        better += made.adjusted[-1].value - 100 * truth
        covered += made.adjusted[-1].low <= 100 * truth <= made.adjusted[-1].high
    yield "mean error of the raw share of bad answers, points", f"{raw / runs:.2f}"
    yield "mean error of the adjusted one, points", f"{better / runs:.2f}"
    yield "adjusted interval holds the truth", share(covered, runs)


def values(runs: int) -> Iterator[Row]:
    """How often the intervals of the money at risk hold the truth."""
    true = truths()
    covered = dict.fromkeys([*true, "total"], 0)
    for seed in range(runs):
        shown, amount = valued(leaving(seed))
        for one in shown:
            covered[one.touchpoint] += one.low <= true[one.touchpoint] <= one.high
        _, low, high = total(shown, amount)
        covered["total"] += low <= sum(true.values()) <= high
    for name, n in covered.items():
        yield f"value at risk holds the truth, {name}", share(n, runs)


def lists(runs: int) -> Iterator[Row]:
    """How stable the top of the list is where three touchpoints are truly worse."""
    several = min(runs, 100)
    stable = [ranking.priorities(places(seed), DAYS).stable for seed in range(several)]
    yield f"same three first, mean of {several} companies", f"{100 * sum(stable) / several:.1f} %"
    yield f"same three first, the least stable of {several}", f"{100 * min(stable):.1f} %"


def share(hits: float, runs: int) -> str:
    return f"{100 * hits / runs:.1f} % of {runs}"


PARTS: tuple[Callable[[int], Iterator[Row]], ...] = (causes, ways, planted, adjustments, values, lists)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--only", choices=[part.__name__ for part in PARTS])
    options = parser.parse_args()
    runs, chosen = options.runs, options.only
    print("| figure | measured |\n|---|---|")
    for part in [one for one in PARTS if chosen in (None, one.__name__)]:
        for name, said in part(runs):
            print(f"| {name} | {said} |", flush=True)


if __name__ == "__main__":
    main()

"""How good the figures are: planted causes, adjusted figures, money at risk, priorities. The long form of their tests.

python -m tests.bench.figures [--runs 500]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator

from services.aggregator.domain import priorities as ranking
from services.aggregator.domain.value import total
from shared.causes.finding import explained
from tests.causes import Change, world
from tests.leaving import found as valued
from tests.leaving import truths
from tests.leaving import world as leaving
from tests.unit.test_adjusted import found as adjusted
from tests.unit.test_adjusted import world as answering
from tests.unit.test_value import DAYS, places

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


PARTS: tuple[Callable[[int], Iterator[Row]], ...] = (causes, adjustments, values, lists)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=500)
    runs = parser.parse_args().runs
    print("| figure | measured |\n|---|---|")
    for part in PARTS:
        for name, said in part(runs):
            print(f"| {name} | {said} |", flush=True)


if __name__ == "__main__":
    main()

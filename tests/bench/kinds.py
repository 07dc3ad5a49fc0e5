"""False alarms and delays of hand-offs, promises and early signs, on seeded streams whose truth is known.

python -m tests.bench.kinds [STREAMS]        prints one line a setting; 20 streams take a minute of CPU
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from statistics import median

from services.aggregator.domain import promises
from services.aggregator.domain.comparing import Comparison
from services.aggregator.domain.detection.detector import Settings, open_account, step
from shared.scales import scale
from tests.bench.detection_table import yearly

QUIET, AFTER = 365, 60
"""Days of a stream without a change; days after the change of one with it."""
CHANGE = 120
"""Days before the change."""
SETTINGS = Settings()
Raised = list[float]
Rates = Callable[[float], float]


def times(chance: random.Random, days: int, per_day: int) -> list[float]:
    return sorted(chance.uniform(0, days) for _ in range(days * per_day))


def sign(name: str, seed: int, days: int, per_day: int, bad: Rates) -> Raised:
    """Days at which the account of an early sign raised."""
    chance, cells = random.Random(seed), Counter[tuple[int, bool]]()
    for at in times(chance, days, per_day):
        cells[int(at * 288), chance.random() < bad(at)] += 1
    account, raised = open_account(scale(name), SETTINGS), []
    for cell in sorted({cell for cell, _ in cells}):
        account, said = step(account, cell, (cells[cell, True], cells[cell, False]), SETTINGS)
        raised += [one.at / 86400 for one in said if one.kind == "raised"]
    return raised


def promise(seed: int, days: int, per_day: int, bad: Rates) -> Raised:
    """Days at which a promise of at most a tenth was said to be broken."""
    chance, cells = random.Random(seed), Counter[tuple[int, bool]]()
    for at in times(chance, days, per_day):
        cells[int(at * 288), chance.random() < bad(at)] += 1
    told = ((c, cells[c, True] + cells[c, False], cells[c, True], 0.0) for c in sorted({c for c, _ in cells}))
    return [one.at / 86400 for one in promises.followed(None, told, 0.1, SETTINGS)[1] if one.kind == "raised"]


def handoff(seed: int, days: int, per_day: int, bad: Rates, others: Rates) -> Raised:
    """Days at which a hand-off was said to be worse; four in ten come by it. Answers are on CSAT."""
    chance, comparison = random.Random(seed), Comparison()
    account, raised = open_account(scale("handoff"), SETTINGS), []
    for cell, answers in by_cell(chance, times(chance, days, per_day), bad, others):
        worse, better = comparison.compare(cell, answers)
        if worse + better:
            account, said = step(account, cell, (worse, better), SETTINGS)
            raised += [one.at / 86400 for one in said if one.kind == "raised"]
    return raised


def by_cell(
    chance: random.Random, moments: list[float], bad: Rates, others: Rates
) -> Iterator[tuple[int, list[tuple[int, bool]]]]:
    cells: dict[int, list[tuple[int, bool]]] = {}
    for at in moments:
        is_mine = chance.random() < 0.4
        is_bad = chance.random() < (bad if is_mine else others)(at)
        level = chance.choice((0, 1)) if is_bad else chance.choice((2, 3, 4, 4, 4))
        cells.setdefault(int(at * 288), []).append((level, is_mine))
    yield from sorted(cells.items())


def steady(share: float) -> Rates:
    return lambda _: share


def changed(before: float, after: float) -> Rates:
    return lambda at: after if at >= CHANGE else before


def report(name: str, streams: int, quiet: Callable[[int, int], Raised], worse: Callable[[int, int], Raised]) -> None:
    """False alarms a year, and days until a change is found, at 5 and 50 events a day."""
    for per_day in (5, 50):
        false = sum(len(quiet(seed, per_day)) for seed in range(streams))
        found = [[at - CHANGE for at in worse(seed + 1000, per_day) if at >= CHANGE] for seed in range(streams)]
        delays = [each[0] for each in found if each]
        late = f"median {median(delays):.1f} days" if delays else "-"
        found_in = f"found {len(delays)} of {streams}, {late}"
        rate = f"{yearly(false, streams)} false alarms a year ({false} in {streams})"
        print(f"{name}, {per_day} a day: {rate}; {found_in}", flush=True)


def main(streams: int) -> None:
    """Prints the figures of docs/detection.md."""
    days = CHANGE + AFTER
    report(
        "hand-off, 10 to 35 % bad, and quiet while all get worse alike",
        streams,
        lambda seed, n: handoff(seed, QUIET, n, changed(0.1, 0.35), changed(0.1, 0.35)),
        lambda seed, n: handoff(seed, days, n, changed(0.1, 0.35), steady(0.1)),
    )
    report(
        "promise of 10 %, lived 7 then 20 %, and quiet at 10 %",
        streams,
        lambda seed, n: promise(seed, QUIET, n, steady(0.1)),
        lambda seed, n: promise(seed, days, n, changed(0.07, 0.2)),
    )
    for name, before, after in (("silence", 0.75, 0.98), ("abandonment", 0.3, 0.6), ("pressure", 0.1, 0.35)):
        report(
            f"{name}, {before:.0%} to {after:.0%}",
            streams,
            lambda seed, n, name=name, before=before: sign(name, seed, QUIET, n, steady(before)),
            lambda seed, n, name=name, pair=(before, after): sign(name, seed, days, n, changed(*pair)),
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)

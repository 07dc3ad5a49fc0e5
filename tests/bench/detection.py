"""The detector as the evaluation harness drives it, and the benchmark that `make bench-detection` runs.

`factory(context)` makes a watcher of one touchpoint from the scale's bounds and, in a fleet, the
board; it is told nothing of the truth.  `main` runs the harness, found in the folder given or beside
the project, over a short form of its settings, and prints one table.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from services.aggregator.domain.board import Board, Decision, Fact, Rules, told
from services.aggregator.domain.detection.detector import Account, Settings, open_account, step
from services.aggregator.domain.detection.settings import CELL_SECONDS
from services.aggregator.domain.detection.transition import RAISED, STRENGTHENED, Transition
from shared.scales import SCALES

SETTINGS = Settings()
SCALE_NAMES = ("thumbs", "csat", "ces", "nps")
DAY = 86400
ROOT = Path(__file__).resolve().parents[2]
OURS = "tests.bench.detection:factory"
OTHERS = ("rolling30", "rolling100", "ewma", "nelson", "page_hinkley", "adwin", "day_vs_week", "oracle_cusum")
PARTS = ("cost", "null", "delay", "fleet")


class Fleet:
    """The board of a simulated fleet: facts of a day are decided on in order of time when it is over."""

    def __init__(self, shared: Any) -> None:
        self.shared = shared
        self.rules = Rules(touchpoints=shared.touchpoints, share_false=shared.share_false)
        self.board, self.members = Board(), 0
        self.facts: list[Fact] = []
        self.decided: dict[str, list[Decision]] = {}
        self.until = 0

    def join(self) -> str:
        """A name for one more touchpoint."""
        self.members += 1
        return f"{self.members:06}"

    def tell(self, name: str, transition: Transition) -> None:
        """Note what an account said."""
        self.facts.append(Fact(name, transition))

    def take(self, name: str, now: float) -> list[Decision]:
        """Decisions about this touchpoint that the days before `now` allow."""
        if now >= self.until:
            self._decide(int(now // DAY * DAY))
        return self.decided.pop(name, [])

    def _decide(self, before: int) -> None:
        due = [fact for fact in self.facts if fact.transition.at <= before]
        self.facts = [fact for fact in self.facts if fact.transition.at > before]
        for at in sorted({fact.transition.at for fact in due}):
            together = tuple(fact for fact in due if fact.transition.at == at)
            self.board, decisions = told(self.board, at, together, self.rules)
            for decision in decisions:
                if decision.kind == STRENGTHENED:
                    continue
                self.decided.setdefault(decision.touchpoint, []).append(decision)
                if decision.kind == RAISED:
                    self.shared.raised(decision.at)
        self.until = before + DAY


class Watcher:
    """One touchpoint: sums answers over cells and steps the account over each complete one."""

    ADVANCE_AFTER = 2 * CELL_SECONDS

    def __init__(self, event: Callable[..., Any], context: Any, settings: Settings) -> None:
        known, bounds = [SCALES[name] for name in SCALE_NAMES], (context.low, context.high)
        self.scale = next(scale for scale in known if (scale.low, scale.high) == bounds)
        self.account: Account = open_account(self.scale, settings)
        self.event, self.settings, self.low = event, settings, context.low
        self.cells: dict[int, list[int]] = {}
        self.latest = self.closed = -1
        self.waiting: deque[Any] = deque()
        self.fleet = _fleet(context.board)
        self.name = self.fleet.join() if self.fleet else ""

    def update(self, timestamp: float, score: int) -> Any:
        """One answer; the event that complete cells before it give."""
        cell = max(int(timestamp // CELL_SECONDS), self.closed + 1)
        counts = self.cells.get(cell)
        if counts is None:
            counts = self.cells[cell] = [0] * self.scale.levels
        counts[score - self.low] += 1
        if cell > self.latest:
            self.latest = cell
            return self._close(cell - 1)
        return None

    def advance(self, now: float) -> Any:
        """Time passed; the event that complete cells give."""
        return self._close(int(now // CELL_SECONDS) - 1)

    def state(self) -> str:
        """What would be stored, as hexadecimal."""
        return self.account.to_json().encode().hex()

    def _close(self, before: int) -> Any:
        ready = [cell for cell in self.cells if cell < before]
        for cell in sorted(ready):
            self.closed = cell
            self.account, said = step(self.account, cell, self.cells.pop(cell), self.settings)
            for transition in said:
                self._tell(transition)
        if self.fleet:
            self.waiting.extend(self.fleet.take(self.name, before * CELL_SECONDS))
        return self._event(self.waiting.popleft()) if self.waiting else None

    def _tell(self, said: Transition) -> None:
        if self.fleet:
            self.fleet.tell(self.name, said)
        elif said.kind != STRENGTHENED:
            self.waiting.append(Decision(self.name, said.kind, said.at, said))

    def _event(self, decision: Decision) -> Any:
        said = decision.transition
        return self.event(
            "raised" if decision.kind == RAISED else "resolved",
            float(decision.at),
            change_time=float(said.change_started_at),
            before=said.before.share,
            after=said.after.share,
            after_low=said.after.low,
            after_high=said.after.high,
            chance=1 / max(said.e_value, 1.0),
        )


def _fleet(shared: Any) -> Fleet | None:
    """Our board of this fleet, kept beside the harness's own."""
    if shared is None:
        return None
    fleet: Fleet = vars(shared).setdefault("etincelle", Fleet(shared))
    return fleet


def factory(context: Any) -> Watcher:
    """A watcher that knows the scale and the board, and nothing of the truth."""
    return set_to(SETTINGS.false_alarms_per_year)(context)


def set_to(false_alarms_per_year: float) -> Callable[[Any], Watcher]:
    """`factory` with another promise; alerts that are easier to raise are as much easier to close."""
    from judge.protocol import Event

    closings = SETTINGS.resolve_per_year * max(false_alarms_per_year, 1.0)
    settings = replace(SETTINGS, false_alarms_per_year=false_alarms_per_year, resolve_per_year=closings)
    return lambda context: Watcher(Event, context, settings)


def short(full: dict[str, Any]) -> dict[str, Any]:
    """The harness's settings cut down to what a few minutes allow; same seeds, fewer streams."""
    full["scales"] = ["csat5", "nps11"]
    full["sizes"] = {name: full["sizes"][name] for name in ("medium", "large")}
    full["null"]["exposure"] = [[5, 12, 730], [50, 6, 365], [500, 3, 90], [5000, 1, 30]]
    full["delay"] |= {"per_day": [5, 50, 500], "history": [200, 2000], "streams": 10}
    full["delay"]["answers_after"] = {"medium": 1000, "large": 400}
    full["fleet"] |= {"touchpoints": 250, "changing": 0.08}
    return full


def main() -> int:
    """Run the harness over ours and what others do, and print the table; 2 if there is no harness."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--judge", type=Path, default=ROOT.parent / "shared" / "detection")
    parser.add_argument("--full", action="store_true", help="all of the harness's settings: hours")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    asked = parser.parse_args()
    public = asked.judge / "judge" / "public.json"
    if not public.exists():
        print(f"no harness at {asked.judge}; give its folder with --judge", file=sys.stderr)
        return 2
    sys.path.insert(0, str(asked.judge))
    settings = json.loads(public.read_text(encoding="utf-8"))
    chosen = settings if asked.full else short(settings)
    rows = measured(chosen, asked.jobs)
    from tests.bench.detection_table import table

    print(table(rows, chosen, OURS))
    return 0


def measured(settings: dict[str, Any], jobs: int) -> list[dict[str, Any]]:
    """Rows of the harness: every detector on every part, then ours at each other's rate of false alarms."""
    from judge import run

    rows = _worked(run.tasks(settings, [OURS, *OTHERS], PARTS), jobs)
    return rows + _worked(matched(settings, rows), jobs)


def matched(settings: dict[str, Any], rows: list[dict[str, Any]]) -> Iterator[Any]:
    """Tasks that measure ours with, volume by volume, as many false alarms a year as each other gave.

    What ours gives of what it is set to is known from the rows.
    """
    from judge import run
    from judge.detectors import FACTORIES

    given = false_rate(rows, OURS) / SETTINGS.false_alarms_per_year
    for other in OTHERS:
        for per_day in settings["delay"]["per_day"]:
            name = f"ours as {other} at {per_day} a day"
            FACTORIES[name] = set_to(false_rate(rows, other, per_day) / given)
            only = {**settings, "delay": {**settings["delay"], "per_day": [per_day]}}
            for key, function, work in run.tasks(only, [name], ("delay",)):
                yield {**key, "as": other}, function, work


def false_rate(rows: Iterable[dict[str, Any]], detector: str, per_day: float | None = None) -> float:
    """False alarms per touchpoint-year without rhythm, of one volume or all; at least one is taken as seen."""
    quiet = [r for r in rows if r["part"] == "null" and r["detector"] == detector and not r["seasonal"]]
    here = [r for r in quiet if per_day in (None, r["per_day"])]
    return float(max(sum(r["alarms"] for r in here), 1) / sum(r["years"] for r in here))


def _worked(tasks: Iterable[Any], jobs: int) -> list[dict[str, Any]]:
    from judge import run

    rows: list[dict[str, Any]] = []
    ready = list(tasks)
    with get_context("fork").Pool(jobs) as pool:
        for row in pool.imap_unordered(run.work, ready):
            rows.append(row)
            if len(rows) % 50 == 0:
                print(f"{len(rows)} of {len(ready)} measured", file=sys.stderr, flush=True)
    return rows


if __name__ == "__main__":
    sys.exit(main())

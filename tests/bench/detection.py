"""The detector as the evaluation harness drives it, and the benchmark that `make bench-detection` runs.

`factory(context)` makes a watcher of one touchpoint from the scale's bounds and, in a fleet, the
board; it is told nothing of the truth.  `main` runs the harness, found in the folder given or beside
the project, over a short form of its settings, and prints its tables.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable
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
OTHERS = "oracle_cusum,rolling30,rolling100,ewma,nelson,page_hinkley,adwin,day_vs_week"


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
                self.decided.setdefault(decision.touchpoint, []).append(decision)
                if decision.kind == RAISED:
                    self.shared.raised(decision.at)
        self.until = before + DAY


class Watcher:
    """One touchpoint: sums answers over cells and steps the account over each complete one."""

    ADVANCE_AFTER = 2 * CELL_SECONDS

    def __init__(self, event: Callable[..., Any], low: int, high: int, shared: Any) -> None:
        known = [SCALES[name] for name in SCALE_NAMES]
        self.scale = next(scale for scale in known if (scale.low, scale.high) == (low, high))
        self.account: Account = open_account(self.scale, SETTINGS)
        self.event, self.low = event, low
        self.cells: dict[int, list[int]] = {}
        self.latest = self.closed = -1
        self.waiting: deque[Any] = deque()
        self.fleet = _fleet(shared)
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
            self.account, said = step(self.account, cell, self.cells.pop(cell), SETTINGS)
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
    from judge.protocol import Event

    return Watcher(Event, context.low, context.high, context.board)


def short(full: dict[str, Any], fleet: bool) -> dict[str, Any]:
    """The harness's settings cut down to what a few minutes allow; same seeds, fewer streams."""
    full["scales"] = ["csat5", "nps11"]
    full["null"]["exposure"] = [[5, 10, 730], [50, 6, 365], [500, 3, 90], [5000, 1, 45]]
    full["delay"] |= {"per_day": [5, 50, 500], "streams": 8}
    full["delay"]["answers_after"] = {"small": 2000, "medium": 1000, "large": 400}
    if fleet:
        full["fleet"] |= {"touchpoints": 300, "changing": 0.04}
    return full


def main() -> int:
    """Run the harness over ours and what others do, and print its tables; 2 if there is no harness."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--judge", type=Path, default=ROOT.parent / "shared" / "detection")
    parser.add_argument("--full", action="store_true", help="all of the harness's settings: hours")
    parser.add_argument("--parts", default="cost,invariance,null,delay,fleet")
    parser.add_argument("--detectors", default=f"{OURS},{OTHERS}")
    parser.add_argument("--out", type=Path, help="keep the rows here (and go on from them)")
    asked = parser.parse_args()
    public = asked.judge / "judge" / "public.json"
    if not public.exists():
        print(f"no harness at {asked.judge}; give its folder with --judge", file=sys.stderr)
        return 2
    settings = json.loads(public.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        config, out = Path(folder) / "settings.json", asked.out or Path(folder) / "rows.jsonl"
        chosen = settings if asked.full else short(settings, fleet="fleet" in asked.parts)
        config.write_text(json.dumps(chosen), encoding="utf-8")
        run = ["--detectors", asked.detectors, "--parts", asked.parts, "--out", str(out)]
        _harness(asked.judge, "judge.run", "--config", str(config), *run)
        _harness(asked.judge, "judge.report", str(out), "--config", str(config))
    return 0


def _harness(folder: Path, module: str, *arguments: str) -> None:
    path = os.pathsep.join([str(ROOT), str(folder)])
    environment = os.environ | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, "-m", module, *arguments], check=True, env=environment)


if __name__ == "__main__":
    sys.exit(main())

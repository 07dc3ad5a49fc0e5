"""The detector as a harness drives it: `factory(context)` makes a watcher of one touchpoint.

It is made from the scale's bounds (`low`, `high`) and, in a fleet, the `board` shared by all, and is
told nothing of the truth.  `python -m tests.bench.detection` runs the bench (`detection_run`).
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from services.aggregator.domain.board import Board, Decision, Fact, Rules, told
from services.aggregator.domain.detection.detector import Account, Settings, open_account, step
from services.aggregator.domain.detection.settings import CELL_SECONDS
from services.aggregator.domain.detection.transition import RAISED, STRENGTHENED, Transition
from shared.scales import SCALES
from tests.bench.detection_event import Event

SETTINGS = Settings()
SCALE_NAMES = ("thumbs", "csat", "ces", "nps")
DAY = 86400


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

    def __init__(self, context: Any, settings: Settings) -> None:
        known, bounds = [SCALES[name] for name in SCALE_NAMES], (context.low, context.high)
        self.scale = next(scale for scale in known if (scale.low, scale.high) == bounds)
        self.account: Account = open_account(self.scale, settings)
        self.settings, self.low = settings, context.low
        self.cells: dict[int, list[int]] = {}
        self.latest = self.closed = -1
        self.waiting: deque[Decision] = deque()
        self.fleet = fleet_of(context.board) if context.board is not None else None
        self.name = self.fleet.join() if self.fleet else ""

    def update(self, timestamp: float, score: int) -> Event | None:
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

    def advance(self, now: float) -> Event | None:
        """Time passed; the event that complete cells give."""
        return self._close(int(now // CELL_SECONDS) - 1)

    def state(self) -> str:
        """What would be stored, as hexadecimal."""
        return self.account.to_json().encode().hex()

    def _close(self, before: int) -> Event | None:
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

    def _event(self, decision: Decision) -> Event:
        said = decision.transition
        return Event(
            "raised" if decision.kind == RAISED else "resolved",
            float(decision.at),
            change_time=float(said.change_started_at),
            change_between=said.change_interval,
            before=said.before.share,
            after=said.after.share,
            after_low=said.after.low,
            after_high=said.after.high,
            chance=1 / max(said.e_value, 1.0),
        )


def fleet_of(shared: Any) -> Fleet:
    """Our board of this fleet, kept beside the harness's own."""
    fleet: Fleet = vars(shared).setdefault("etincelle", Fleet(shared))
    return fleet


def factory(context: Any) -> Watcher:
    """A watcher that knows the scale and the board, and nothing of the truth."""
    return set_to(SETTINGS.false_alarms_per_year)(context)


def set_to(false_alarms_per_year: float) -> Callable[[Any], Watcher]:
    """`factory` with another promise; alerts that are easier to raise are as much easier to close."""
    closings = SETTINGS.resolve_per_year * max(false_alarms_per_year, 1.0)
    settings = replace(SETTINGS, false_alarms_per_year=false_alarms_per_year, resolve_per_year=closings)
    return lambda context: Watcher(context, settings)


if __name__ == "__main__":
    from tests.bench.detection_run import main

    sys.exit(main())

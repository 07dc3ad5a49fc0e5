"""From what all accounts said to what is published, with few false alerts among the published ones.

Every account's transitions are kept as facts. What is published follows from all of them, in order of
event time, and from nothing else: whichever series was looked at first, the same alerts stand.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import accumulate
from typing import Any

from services.aggregator.domain.answers import Series
from services.aggregator.domain.board import Fact, Rules, decide
from services.aggregator.domain.detection.interval import Share
from services.aggregator.domain.detection.transition import Flood, Transition
from services.aggregator.domain.findings import Finding
from shared.catalogue import AUDIENCES

SHARE_FALSE = 0.05
MOST_REMEMBERED = 10_000
"""Of what was read from text, as every decision reads all that was said; some 15 MB."""


@dataclass(frozen=True)
class Said:
    """What one series' account said, or, with no transition, when the series began to be watched.

    at: unix seconds of event time. share_false: of alerts, the share that may be false, as set there.
    """

    series: Series
    at: int
    transition: Transition | None = None
    share_false: float = SHARE_FALSE

    @property
    def kind(self) -> str:
        return self.transition.kind if self.transition else "began"

    @property
    def board(self) -> str:
        """Which board decides on it: so that watching hand-offs or signs costs the touchpoints' own alerts nothing."""
        if self.series.origin:
            return "handoffs"
        return "answers" if self.series.source in AUDIENCES else self.series.source


def published(said: Iterable[Said]) -> dict[Series, list[Transition]]:
    """What is published of each series, in order of event time.

    A series counts among the watched ones from its beginning on, so that a touchpoint added later
    does not change what was published before.
    """
    decided: dict[Series, list[Transition]] = {}
    ordered = sorted(said, key=lambda one: (one.at, one.series.partition, one.kind))
    for board in sorted({one.board for one in ordered}):
        decided |= published_by_one([one for one in ordered if one.board == board])
    return decided


def published_by_one(ordered: Sequence[Said]) -> dict[Series, list[Transition]]:
    """What one board publishes of what is told to it, in order of event time."""
    names = {one.series.partition: one.series for one in ordered}
    facts = [Fact(one.series.partition, one.transition) for one in ordered if one.transition]
    decided: dict[Series, list[Transition]] = {}
    for decision in decide(facts, rules_over(ordered)):
        stamped = replace(decision.transition, kind=decision.kind, at=decision.at)
        decided.setdefault(names[decision.touchpoint], []).append(stamped)
    return decided


def rules_over(ordered: Sequence[Said]) -> Callable[[int], Rules]:
    """The rules at any time: how many series were watched by then, and the strictest share of false alerts said."""
    times = [one.at for one in ordered]
    watched = list(accumulate(int(one.transition is None) for one in ordered))
    strictest = list(accumulate((one.share_false for one in ordered), min))

    def rules_at(at: int) -> Rules:
        last = bisect_right(times, at) - 1
        return Rules(max(watched[last], 1), strictest[last])

    return rules_at


def to_json(transition: Transition) -> str:
    """The transition as JSON text; equal transitions give equal text."""
    return json.dumps(asdict(transition), sort_keys=True, default=date.isoformat)


@lru_cache(maxsize=MOST_REMEMBERED)
def from_json(text: str) -> Transition:
    """The transition, or finding, that was written as this text."""
    fields: dict[str, Any] = json.loads(text)
    fields["change_interval"] = tuple(fields["change_interval"])
    fields["flood"] = flood_of(fields["flood"])
    fields |= {name: Share(**fields[name]) for name in ("before", "after", "otherwise") if fields.get(name)}
    return Finding(**fields) if "seen_first" in fields else Transition(**fields)


def flood_of(fields: dict[str, Any] | None) -> Flood | None:
    if fields is None:
        return None
    return Flood(tuple(date.fromisoformat(day) for day in fields["days"]), fields["times"])

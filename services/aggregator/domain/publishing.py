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
from itertools import accumulate
from typing import Any

from services.aggregator.domain.answers import Series
from services.aggregator.domain.board import Fact, Rules, decide
from services.aggregator.domain.detection.interval import Share
from services.aggregator.domain.detection.transition import Flood, Transition

SHARE_FALSE = 0.05


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


def published(said: Iterable[Said]) -> dict[Series, list[Transition]]:
    """What is published of each series, in order of event time.

    A series counts among the watched ones from its beginning on, so that a touchpoint added later
    does not change what was published before.
    """
    ordered = sorted(said, key=lambda one: (one.at, one.series.partition, one.kind))
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


def from_json(text: str) -> Transition:
    fields: dict[str, Any] = json.loads(text)
    first, last = fields.pop("change_interval")
    before, after = Share(**fields.pop("before")), Share(**fields.pop("after"))
    flood = flood_of(fields.pop("flood"))
    return Transition(**fields, change_interval=(first, last), before=before, after=after, flood=flood)


def flood_of(fields: dict[str, Any] | None) -> Flood | None:
    if fields is None:
        return None
    return Flood(tuple(date.fromisoformat(day) for day in fields["days"]), fields["times"])

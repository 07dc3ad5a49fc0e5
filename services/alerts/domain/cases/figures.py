"""What closed cases were about, and how long people waited: medians with their 95 % intervals.

A case that is still open has waited at least so long: it is censored, not left out, or a team that leaves its hard
cases lying would look quick.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.alerts.domain.cases.case import Case

Z = 1.959963984540054
"""Of the normal distribution, for 95 %."""
METHOD = "Kaplan-Meier median, 95 % interval of Brookmeyer and Crowley, log-log transformed"


@dataclass(frozen=True)
class Wait:
    """How long one case waited, and whether that is over."""

    lasted: timedelta
    is_over: bool


@dataclass(frozen=True)
class Waiting:
    """How long cases wait. n: cases; over: of those that wait no more. In hours; None: not reached.

    low, high: 95 % interval of the median.
    """

    n: int
    over: int
    median: float | None
    low: float | None
    high: float | None


def until_contact(cases: Iterable[Case], now: datetime) -> list[Wait]:
    """A case that was closed without any contact had none up to then, which says as little as an open one."""
    return [wait(one.opened_at, one.contacted_at, one.closed_at or now) for one in cases]


def until_closed(cases: Iterable[Case], now: datetime) -> list[Wait]:
    return [wait(one.opened_at, one.closed_at, now) for one in cases]


def wait(since: datetime, until: datetime | None, last_seen: datetime) -> Wait:
    return Wait(max((until or last_seen) - since, timedelta()), until is not None)


def waiting(waits: Sequence[Wait]) -> Waiting:
    """The median of Kaplan and Meier (1958) with the interval of Brookmeyer and Crowley (1982): those times at which a
    half is within the 95 % interval of the share still waiting, which is Greenwood's, log-log transformed (Kalbfleisch
    and Prentice), as `survfit(…, conf.type = "log-log")` of R's `survival` has it.
    """
    curve = survival(waits)
    return Waiting(
        n=len(waits),
        over=sum(one.is_over for one in waits),
        median=first_time(curve, lambda share, _: share),
        low=first_time(curve, lambda share, spread: bound(share, spread, -1)),
        high=first_time(curve, lambda share, spread: bound(share, spread, 1)),
    )


ShareOf = Callable[[float, float], float | None]
Point = tuple[float, float, float]
"""Hours, the share still waiting after them, and the sum of Greenwood's formula (infinite where nobody is left)."""


def survival(waits: Sequence[Wait]) -> list[Point]:
    """The share that still waits, at each time at which a wait was over. Of one instant, what is over comes first."""
    over = Counter(hours(one) for one in waits if one.is_over)
    curve, share, spread = [], 1.0, 0.0
    for time in sorted(over):
        at_risk, ended = sum(hours(one) >= time for one in waits), over[time]
        share *= 1 - ended / at_risk
        spread += ended / (at_risk * (at_risk - ended)) if at_risk > ended else math.inf
        curve.append((time, share, spread))
    return curve


def hours(wait: Wait) -> float:
    return wait.lasted / timedelta(hours=1)


def bound(share: float, spread: float, side: int) -> float | None:
    """An end of the interval of the share that still waits; None where nobody does, and it has none."""
    if share <= 0:
        return None
    middle = math.log(-math.log(share))
    width = Z * math.sqrt(spread) / -math.log(share)
    return math.exp(-math.exp(middle - side * width))


def first_time(curve: Sequence[Point], share_of: ShareOf) -> float | None:
    """The first time at which at most a half waits; None where that is never reached."""
    shares = ((time, share_of(share, spread)) for time, share, spread in curve)
    return next((time for time, share in shares if share is not None and share <= 0.5), None)


@dataclass(frozen=True)
class CauseCount:
    """How many of a touchpoint's cases were closed with a cause; of all its closed ones, n."""

    touchpoint: str
    cause: str
    count: int
    n: int


def causes_of(cases: Iterable[Case]) -> list[CauseCount]:
    """Of closed cases: by touchpoint, the most frequent first."""
    closed = [one for one in cases if one.is_closed and one.cause is not None]
    totals = Counter(one.touchpoint for one in closed)
    counts = Counter((one.touchpoint, str(one.cause)) for one in closed)
    ordered = sorted(counts.items(), key=lambda entry: (entry[0][0], -entry[1], entry[0][1]))
    return [CauseCount(place, cause, count, totals[place]) for (place, cause), count in ordered]

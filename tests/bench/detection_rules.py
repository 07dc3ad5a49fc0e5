"""What teams use elsewhere, and an oracle: rolling means, control charts, drift detectors, a day against a week.

Each rule is fed (unix seconds, score) and says when a worse period began to be alerted on, and when it was over.
All learn what is usual from answers while nothing is alerted on.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from math import sqrt
from typing import Any

from river import drift

from tests.bench.detection_event import Event
from tests.bench.detection_limit import Law, steps, threshold_for
from tests.bench.detection_streams import DAY

WARM = 30
"""Answers after which a rule trusts what it has learned."""

BACK = 1.0
"""So many standard deviations below the usual an alert is over."""


class Usual:
    """Mean and standard deviation of all that was added (Welford 1962)."""

    def __init__(self) -> None:
        self.n, self.mean, self.squares = 0, 0.0, 0.0

    def add(self, value: float) -> None:
        self.n += 1
        off = value - self.mean
        self.mean += off / self.n
        self.squares += off * (value - self.mean)

    def below(self, value: float, weight: float) -> float | None:
        """How many standard errors the value lies above the mean (below: negative), if its variance is `weight` of one
        answer's; None while too little is known.
        """
        if self.n < WARM or not self.squares:
            return None
        return (value - self.mean) / sqrt(self.squares / (self.n - 1) * weight)


class Switch:
    """Turns "worse" and "back" into events that alternate."""

    def __init__(self) -> None:
        self.open = False

    def said(self, at: float, worse: bool, back: bool, start: float | None = None) -> Event | None:
        if not self.open and worse:
            self.open = True
            return Event("raised", at, change_time=start)
        if self.open and back:
            self.open = False
            return Event("resolved", at)
        return None


class RollingMean(Switch):
    """The mean of the last n answers lies three standard errors below that of all before them."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.n, self.usual = n, Usual()
        self.last: deque[tuple[float, int]] = deque()
        self.total = 0

    def update(self, timestamp: float, score: int) -> Event | None:
        self.last.append((timestamp, score))
        self.total += score
        if len(self.last) <= self.n:
            return None
        left = self.last.popleft()[1]
        self.total -= left
        if not self.open:
            self.usual.add(left)
        z = self.usual.below(self.total / self.n, 1 / self.n)
        return None if z is None else self.said(timestamp, z < -3, z > -BACK, self.last[0][0])

    def state(self) -> Any:
        return [list(self.last), self.total, vars(self.usual), self.open]


class Ewma(Switch):
    """An exponentially weighted mean (weight 0.1) with limits at three standard errors (Roberts 1959)."""

    WEIGHT = 0.1

    def __init__(self) -> None:
        super().__init__()
        self.usual, self.smooth = Usual(), 0.0

    def update(self, timestamp: float, score: int) -> Event | None:
        self.smooth += (self.WEIGHT if self.usual.n else 1.0) * (score - self.smooth)
        if not self.open:
            self.usual.add(score)
        z = self.usual.below(self.smooth, self.WEIGHT / (2 - self.WEIGHT))
        return None if z is None else self.said(timestamp, z < -3, z > -BACK)

    def state(self) -> Any:
        return [vars(self.usual), self.smooth, self.open]


class Nelson(Switch):
    """Nelson's rules 1, 2, 3, 5 and 6 (1984), on the worse side, over means of ten answers."""

    GROUP, LONGEST = 10, 9

    def __init__(self) -> None:
        super().__init__()
        self.usual = Usual()
        self.group: list[tuple[float, int]] = []
        self.points: deque[tuple[float, float]] = deque(maxlen=self.LONGEST)

    def update(self, timestamp: float, score: int) -> Event | None:
        self.group.append((timestamp, score))
        if not self.open:
            self.usual.add(score)
        if len(self.group) < self.GROUP:
            return None
        start, mean = self.group[0][0], sum(score for _, score in self.group) / self.GROUP
        self.group = []
        z = self.usual.below(mean, 1 / self.GROUP)
        if z is None:
            return None
        self.points.append((start, z))
        worse, back = self._broken(), len(self.points) > 2 and all(z > -BACK for _, z in [*self.points][-3:])
        first = next((at for at, z in self.points if z < 0), start)
        event = self.said(timestamp, worse, back, first)
        if event is not None:
            self.points.clear()
        return event

    def _broken(self) -> bool:
        z = [z for _, z in self.points]
        return (
            z[-1] < -3
            or (len(z) == self.LONGEST and max(z) < 0)
            or (len(z) >= 6 and all(b < a for a, b in pairwise(z[-6:])))
            or sum(x < -2 for x in z[-3:]) >= 2
            or sum(x < -1 for x in z[-5:]) >= 4
        )

    def state(self) -> Any:
        return [vars(self.usual), self.group, list(self.points), self.open]


class DayAgainstWeek(Switch):
    """A day's mean lies a tenth below that of the seven days with answers before it."""

    def __init__(self) -> None:
        super().__init__()
        self.day, self.total, self.n = -1, 0, 0
        self.week: deque[tuple[int, int]] = deque(maxlen=7)

    def update(self, timestamp: float, score: int) -> Event | None:
        event, day = None, int(timestamp // DAY)
        if day != self.day and self.n:
            event = self._closed(timestamp)
            self.week.append((self.total, self.n))
            self.total = self.n = 0
        self.day = day
        self.total += score
        self.n += 1
        return event

    def _closed(self, timestamp: float) -> Event | None:
        if len(self.week) < 7:
            return None
        usual = sum(total for total, _ in self.week) / sum(n for _, n in self.week)
        worse = self.total / self.n < 0.9 * usual
        return self.said(timestamp, worse, not worse, self.day * DAY)

    def state(self) -> Any:
        return [self.day, self.total, self.n, list(self.week), self.open]


class Adwin(Switch):
    """ADWIN (Bifet and Gavaldà 2007) as river has it; told apart by the way its mean went."""

    def __init__(self) -> None:
        super().__init__()
        self.window = drift.ADWIN()

    def update(self, timestamp: float, score: int) -> Event | None:
        before = self.window.estimation
        self.window.update(score)
        if not self.window.drift_detected:
            return None
        fell = self.window.estimation < before
        return self.said(timestamp, fell, not fell)

    def state(self) -> Any:
        return self.window


class PageHinkley(Switch):
    """Page-Hinkley as river has it: downwards for a worsening, then upwards for its end."""

    def __init__(self) -> None:
        super().__init__()
        self.down, self.up = drift.PageHinkley(mode="down"), drift.PageHinkley(mode="up")

    def update(self, timestamp: float, score: int) -> Event | None:
        watch = self.up if self.open else self.down
        watch.update(score)
        if not watch.drift_detected:
            return None
        event = self.said(timestamp, True, True)
        self.down, self.up = drift.PageHinkley(mode="down"), drift.PageHinkley(mode="up")
        return event

    def state(self) -> Any:
        return [self.down, self.up, self.open]


class Oracle(Switch):
    """Page's CUSUM that is told both laws, at one false alarm a year: the optimum, not a product."""

    def __init__(self, low: int, before: Law, after: Law, answers_a_year: float) -> None:
        super().__init__()
        self.low, self.gains = low, steps(before, after).tolist()
        self.threshold = threshold_for(before, after, max(answers_a_year, 50.0))
        self.sum, self.start = 0.0, 0.0

    def update(self, timestamp: float, score: int) -> Event | None:
        if self.sum <= 0:
            self.sum, self.start = 0.0, timestamp
        gain = self.gains[score - self.low]
        self.sum += -gain if self.open else gain
        if self.sum < self.threshold:
            return None
        self.sum = 0.0
        return self.said(timestamp, True, True, self.start)

    def state(self) -> Any:
        return [self.sum, self.start, self.open]

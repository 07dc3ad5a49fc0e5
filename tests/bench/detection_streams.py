"""Answers whose truth is known, for the bench of detection: seeded, and made by moods.

Whoever answers is happy, lukewarm or angry, and each mood has a histogram of its own per scale.  A
worsening moves a share of the people to bad moods.  With rhythm, nights and weekends are worse and
fewer answer then.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

HOUR, DAY = 3600.0, 86400.0
YEAR = 365 * DAY
MONDAY = 1_700_438_400.0

MOODS: dict[str, tuple[tuple[float, ...], ...]] = {
    "thumbs": ((0.02, 0.98), (0.35, 0.65), (0.95, 0.05)),
    "csat": ((0, 0.005, 0.035, 0.24, 0.72), (0.02, 0.1, 0.56, 0.28, 0.04), (0.62, 0.28, 0.08, 0.02, 0)),
    "ces": (
        (0.002, 0.003, 0.01, 0.03, 0.115, 0.3, 0.54),
        (0.02, 0.06, 0.2, 0.34, 0.26, 0.09, 0.03),
        (0.48, 0.26, 0.16, 0.07, 0.02, 0.01, 0),
    ),
    "nps": (
        (0.001, 0.001, 0.001, 0.002, 0.003, 0.012, 0.02, 0.07, 0.16, 0.24, 0.49),
        (0.01, 0.01, 0.02, 0.04, 0.06, 0.24, 0.17, 0.2, 0.15, 0.06, 0.04),
        (0.36, 0.1, 0.11, 0.12, 0.09, 0.12, 0.06, 0.02, 0.01, 0, 0.01),
    ),
}
"""Per scale, the histograms of the happy, the lukewarm and the angry, from the worst score to the best."""

USUAL = (0.82, 0.12, 0.06)
FRICTION = (0.0, 0.25, 0.75)
"""The moods of people in general, and of those whom a friction meets."""

SIZES = {"small": 0.05, "medium": 0.12, "large": 0.35}
"""Shares of people whom a friction meets."""


@dataclass(frozen=True)
class World:
    """One touchpoint: its scale, answers a day, moods; rhythm: strength, 0 for none; worse: share of people whom the
    friction meets; ramp_days: how long that share takes to build up; lasts_days: how long the friction lasts;
    day_noise: by how much days differ, as the standard deviation of the logarithm of their bad moods.
    """

    scale: str = "csat"
    per_day: float = 50.0
    usual: tuple[float, float, float] = USUAL
    rhythm: float = 0.0
    worse: float = 0.0
    ramp_days: float = 0.0
    lasts_days: float = inf
    day_noise: float = 0.0

    def laws(self) -> tuple[Values, Values]:
        """The histograms before and after the change, hours aside."""
        moods = np.array(MOODS[self.scale], float)
        moods /= moods.sum(axis=1, keepdims=True)
        before = np.array(self.usual) @ moods
        return before, (1 - self.worse) * before + self.worse * (np.array(FRICTION) @ moods)


@dataclass(frozen=True)
class Stream:
    """Answers in order of time (unix seconds), as steps above the worst score; change: when it got worse, if it did."""

    times: Values
    levels: NDArray[np.int64]
    change: float | None


def lasting(world: World, days: float, change_day: float | None, *seed: int) -> Stream:
    """A stream of so many days; the change, if any, after `change_day` days."""
    chance = np.random.default_rng(seed)
    times = _times(world, days, chance)
    change = None if change_day is None else float(MONDAY + change_day * DAY)
    return Stream(times, _levels(world, times, change, chance), change)


def after_history(world: World, history: int, after: int, *seed: int) -> Stream:
    """A stream that changes right after `history` answers and ends `after` answers later."""
    chance = np.random.default_rng(seed)
    begun = chance.uniform(0, 7)
    days = begun + 1.15 * (history + after) / world.per_day + 3
    times = _times(world, days, chance)
    times = times[times >= MONDAY + begun * DAY][: history + after]
    change = float(times[history - 1]) + 0.001
    return Stream(times, _levels(world, times, change, chance), change)


def _times(world: World, days: float, chance: np.random.Generator) -> Values:
    hours = np.arange(int(np.ceil(days * 24)))
    busy = 1 + 0.75 * min(world.rhythm, 1.2) * np.cos(2 * np.pi * (hours % 24 - 15) / 24)
    busy *= np.where(_weekend(hours), 1 - 0.4 * min(world.rhythm, 1.2), 1)
    counts = chance.poisson(world.per_day / 24 * busy / busy[:168].mean())
    times = MONDAY + (np.repeat(hours, counts) + chance.random(counts.sum())) * HOUR
    ordered: Values = np.sort(times[times < MONDAY + days * DAY])
    return ordered


def _weekend(hours: Any) -> Any:
    return hours % 168 >= 120


def _levels(world: World, times: Values, change: float | None, chance: np.random.Generator) -> NDArray[np.int64]:
    bad = worse_hours(world, times)
    if world.day_noise:
        days = ((times - MONDAY) // DAY).astype(int)
        bad *= chance.lognormal(-(world.day_noise**2) / 2, world.day_noise, days[-1] + 1)[days]
    lukewarm, angry = world.usual[1] * bad, world.usual[2] * bad
    moods = np.stack([1 - lukewarm - angry, lukewarm, angry], axis=1)
    share = met(world, times, change)[:, None]
    moods = (1 - share) * moods + share * np.array(FRICTION)
    mood = _drawn(np.cumsum(moods, axis=1), chance)
    histograms = np.cumsum(MOODS[world.scale], axis=1)
    return _drawn((histograms / histograms[:, -1:])[mood], chance)


def worse_hours(world: World, times: Any) -> Any:
    """So many times as many people as on the whole are lukewarm or angry at that time."""
    hours = (times - MONDAY) / HOUR
    daily = 1 + 0.25 * world.rhythm * np.cos(2 * np.pi * (hours % 24 - 3) / 24)
    return daily * np.where(_weekend(hours), 1 + 0.35 * world.rhythm, 1)


def met(world: World, times: Values | float, change: Values | float | None) -> Values:
    """The share of people whom the friction meets, at each time; or at one, for each moment of the change."""
    if change is None:
        return np.zeros(np.shape(times))
    since = (times - change) / DAY
    share: Values = world.worse * np.clip(since / max(world.ramp_days, 1e-9), 0, 1)
    return np.where(since < world.lasts_days, share, 0.0)


def _drawn(cumulative: Any, chance: np.random.Generator) -> NDArray[np.int64]:
    drawn: NDArray[np.int64] = (chance.random(len(cumulative))[:, None] > cumulative[:, :-1]).sum(axis=1)
    return drawn

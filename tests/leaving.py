"""A seeded world in which people leave more often after friction, by a known excess."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.aggregator.domain.value import Mean, Met, Value, concerned, excesses, mean_of, people_met, values

START = datetime(2024, 1, 1, tzinfo=UTC)
TOUCHPOINTS = {"checkout": (0.7, 0.2), "delivery": (0.5, 0.35), "support": (0.3, 0.5)}
"""Of each: the share of people who are met there, and of these who fare badly."""
USUAL, EXCESS = 0.08, 0.12
AMOUNT, SPREAD = 240.0, 90.0
PASSED = 3
"""So many go through for each who answers."""


@dataclass(frozen=True)
class Leaving:
    """What one world shows of itself: answers, when people left, and what some of them are worth."""

    met: list[Met]
    left: dict[str, list[datetime]]
    amounts: list[float]


def world(seed: int, people: int = 1200) -> Leaving:
    chance = random.Random(seed)
    met: list[Met] = []
    left: dict[str, list[datetime]] = {}
    for number in range(people):
        name = f"{seed}-{number}"
        mine = [
            Met(name, touchpoint, START + timedelta(hours=chance.randrange(500)), chance.random() < bad)
            for touchpoint, (share, bad) in TOUCHPOINTS.items()
            if chance.random() < share
        ]
        has_friction = any(one.is_bad for one in mine)
        if mine and chance.random() < USUAL + (EXCESS if has_friction else 0.0):
            left[name] = [START + timedelta(days=40)]
        met += mine
    amounts = [max(0.0, chance.gauss(AMOUNT, SPREAD)) for _ in range(people // 4)]
    return Leaving(met, left, amounts)


def found(shown: Leaving) -> tuple[list[Value], Mean]:
    """What is said of the world, and the mean amount."""
    amount = mean_of(shown.amounts)
    lately = concerned(shown.met, passed(shown.met))
    return values(lately, excesses(people_met(shown.met, shown.left)), amount), amount


def passed(met: list[Met]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for one in met:
        counted[one.touchpoint] = counted.get(one.touchpoint, 0) + PASSED
    return counted


def truths(people: int = 1200) -> dict[str, float]:
    """What is at risk at each touchpoint, worked out: over all ways of being met and of faring badly."""
    expected = dict.fromkeys(TOUCHPOINTS, 0.0)
    for name, part in parts():
        expected[name] += part
    return {name: PASSED * people * part * EXCESS * AMOUNT for name, part in expected.items()}


def parts() -> list[tuple[str, float]]:
    """Of each touchpoint and each set of places with friction: how probable it is, times the touchpoint's part."""
    names = list(TOUCHPOINTS)
    found = []
    for pattern in range(1, 2 ** len(names)):
        bad = [name for place, name in enumerate(names) if pattern >> place & 1]
        probability = 1.0
        for name, (share, hurt) in TOUCHPOINTS.items():
            probability *= share * hurt if name in bad else 1 - share * hurt
        found += [(name, probability / len(bad)) for name in bad]
    return found

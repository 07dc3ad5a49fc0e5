"""What friction costs: how much more often people leave after it, times people and amounts. Pure.

Each person who answered is met at one or several touchpoints, and left within `HORIZON` or did not. People with a bad
answer are compared with those who had none. Whoever had bad answers at several touchpoints is shared among these in
equal parts: the Shapley value of a game in which any friction is enough. So what touchpoints are said to cost adds up
to the total, and nobody is counted twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from shared.metrics import Z95, wilson

METHOD = "excess-leaving/1"
HORIZON = timedelta(days=90)
LEAST_PEOPLE = 20
"""With friction, and without, at a touchpoint; of fewer nothing is said."""


@dataclass(frozen=True)
class Met:
    """One answer of one person. person: the keyed hash of who they are."""

    person: str
    touchpoint: str
    at: datetime
    is_bad: bool


@dataclass(frozen=True)
class Person:
    """Where somebody fared badly, and whether they left in time. frictions: empty where nowhere."""

    frictions: frozenset[str]
    has_left: bool

    @property
    def part(self) -> float:
        """Of the person, that each of these touchpoints has."""
        return 1 / len(self.frictions) if self.frictions else 0.0


@dataclass(frozen=True)
class Rate:
    """A share of people who left, of n equally weighing ones, with its 95 % interval (Wilson)."""

    share: float
    n: float
    low: float
    high: float


@dataclass(frozen=True)
class Mean:
    """A mean with its standard error."""

    value: float
    error: float


@dataclass(frozen=True)
class Concerned:
    """People of a touchpoint with friction, each by their part: of those who answered lately, for all who passed."""

    touchpoint: str
    people: Mean


@dataclass(frozen=True)
class Excess:
    """How much more often people leave after friction. after, without: shares who left."""

    after: Rate
    without: Rate

    @property
    def points(self) -> float:
        return self.after.share - self.without.share

    @property
    def interval(self) -> tuple[float, float]:
        """Newcombe's for a difference of two shares (1998, Statistics in Medicine 17, method 10)."""
        down = sqrt((self.after.share - self.after.low) ** 2 + (self.without.high - self.without.share) ** 2)
        up = sqrt((self.after.high - self.after.share) ** 2 + (self.without.share - self.without.low) ** 2)
        return self.points - down, self.points + up


@dataclass(frozen=True)
class Value:
    """Money at risk with its 95 % interval: people x excess x amount."""

    touchpoint: str
    excess: Excess
    people: Mean
    amount: float
    low: float
    high: float


def people_met(met: Iterable[Met], left: Mapping[str, Sequence[datetime]]) -> list[Person]:
    """Each person once: from their first bad answer on, or their first one. Who had left before is passed over."""
    by_person: dict[str, list[Met]] = {}
    for one in met:
        by_person.setdefault(one.person, []).append(one)
    found = []
    for name, answers in sorted(by_person.items()):
        bad = [one for one in answers if one.is_bad]
        begins = min(one.at for one in bad or answers)
        ends = left.get(name, ())
        if not any(at <= begins for at in ends):
            has_left = any(begins < at <= begins + HORIZON for at in ends)
            found.append(Person(frozenset(one.touchpoint for one in bad), has_left))
    return found


def rate(weighted: Iterable[tuple[float, bool]]) -> Rate:
    """The share who left, of people who weigh differently; n is Kish's effective one."""
    several = list(weighted)
    total, squares = sum(w for w, _ in several), sum(w * w for w, _ in several)
    if not total:
        return Rate(0.0, 0.0, 0.0, 1.0)
    share, n = sum(w for w, has_left in several if has_left) / total, total * total / squares
    return Rate(share, n, *wilson(share * n, n))


def excesses(people: Sequence[Person]) -> dict[str, Excess]:
    """By touchpoint, where enough is known; under the empty name that of all people with friction."""
    without = rate((1.0, one.has_left) for one in people if not one.frictions)
    if without.n < LEAST_PEOPLE:
        return {}
    touchpoints = sorted({name for one in people for name in one.frictions})
    found = {name: rate((one.part, one.has_left) for one in people if name in one.frictions) for name in touchpoints}
    found[""] = rate((1.0, one.has_left) for one in people if one.frictions)
    return {name: Excess(after, without) for name, after in found.items() if after.n >= LEAST_PEOPLE}


def concerned(met: Sequence[Met], passed: Mapping[str, int]) -> list[Concerned]:
    """Lately: how many people with friction each touchpoint has, each by their part.

    passed: how many people went through; those who answered speak for them.
    """
    frictions: dict[str, set[str]] = {}
    answered: dict[str, set[str]] = {}
    for one in met:
        answered.setdefault(one.touchpoint, set()).add(one.person)
        if one.is_bad:
            frictions.setdefault(one.person, set()).add(one.touchpoint)
    found = []
    for name, people in sorted(answered.items()):
        parts = [1 / len(frictions[who]) if name in frictions.get(who, ()) else 0.0 for who in people]
        mean = mean_of(parts)
        n = max(passed.get(name, 0), len(parts))
        found.append(Concerned(name, Mean(n * mean.value, n * mean.error)))
    return found


def mean_of(values: Sequence[float]) -> Mean:
    """The mean of these values with its standard error; of none it is 0."""
    if not values:
        return Mean(0.0, 0.0)
    mean = sum(values) / len(values)
    squares = sum((value - mean) ** 2 for value in values)
    return Mean(mean, sqrt(squares / max(len(values) - 1, 1) / len(values)))


def values(concerned: Iterable[Concerned], excesses: Mapping[str, Excess], amount: Mean) -> list[Value]:
    """The money at risk at each touchpoint of which enough is known."""
    return [value_of(one, excesses[one.touchpoint], amount) for one in concerned if one.touchpoint in excesses]


def value_of(one: Concerned, excess: Excess, amount: Mean) -> Value:
    """The product with its interval: the parts' errors are added as squares (Zou and Donner 2008, MOVER)."""
    stake = one.people.value * amount.value
    spread = Z95 * sqrt((one.people.error * amount.value) ** 2 + (one.people.value * amount.error) ** 2)
    low, high = excess.interval
    middle = stake * excess.points
    own = spread * excess.points
    return Value(
        touchpoint=one.touchpoint,
        excess=excess,
        people=one.people,
        amount=middle,
        low=middle - sqrt((stake * (excess.points - low)) ** 2 + own**2),
        high=middle + sqrt((stake * (high - excess.points)) ** 2 + own**2),
    )


def total(found: Sequence[Value], amount: Mean) -> tuple[float, float, float]:
    """All touchpoints together, with the interval. Those without friction and the amount err alike for all of them."""
    whole = sum(one.amount for one in found)
    if not found:
        return 0.0, 0.0, 0.0
    without = found[0].excess.without
    stakes = [one.people.value * amount.value for one in found]
    errors = [Z95 * one.people.error * amount.value * one.excess.points for one in found]
    alike = Z95 * amount.error * sum(one.people.value * one.excess.points for one in found)
    down = [stake * (one.excess.after.share - one.excess.after.low) for stake, one in zip(stakes, found, strict=True)]
    up = [stake * (one.excess.after.high - one.excess.after.share) for stake, one in zip(stakes, found, strict=True)]
    base = sum(stakes)
    low = sqrt(squared([*down, *errors, alike, base * (without.high - without.share)]))
    high = sqrt(squared([*up, *errors, alike, base * (without.share - without.low)]))
    return whole, whole - low, whole + high


def squared(parts: Iterable[float]) -> float:
    return sum(part * part for part in parts)

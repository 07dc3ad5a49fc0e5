"""One list of what to mend first: reach x severity x value x certainty, each factor shown. Pure.

reach      people who go through in four weeks
severity   how much an answer hurts, 0 to 1, drawn towards that of all touchpoints as if `PRIOR` answers were like them
value      what more is lost of a person after friction here, drawn to that of all; 1 for each where nothing is known
certainty  how much of the severity is the touchpoint's own: n / (n + PRIOR)

Whether the three first would be the three first in other days, too, is told by drawing the days anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from math import prod
from operator import mul

METHOD = "reach-severity-value-certainty/1"
PRIOR = 50.0
"""Answers; also people with friction, for what is lost of each."""
DRAWS = 200
TOP = 3
WEEKS_4 = 28


@dataclass(frozen=True)
class DayPain:
    """A touchpoint's answers of a day: how many, and how much they hurt together."""

    n: int
    pain: float


@dataclass(frozen=True)
class Place:
    """A touchpoint as it comes into the list. reach: None where only answers are known; lost: of a person."""

    touchpoint: str
    owner: str
    days: Mapping[date, DayPain]
    reach: float | None
    lost: float | None


@dataclass(frozen=True)
class Priority:
    """A place in the list, with every factor; score is their product. n: answers."""

    touchpoint: str
    owner: str
    score: float
    reach: float
    is_reach_of_answers: bool
    severity: float
    value: float | None
    certainty: float
    n: int


@dataclass(frozen=True)
class Priorities:
    """The list, the first first. stable: of so many draws of the days, the share with the same three at the top."""

    places: tuple[Priority, ...]
    stable: float
    draws: int


def priorities(places: Sequence[Place], days: Sequence[date]) -> Priorities:
    """The list over these days, and how stable its top is."""
    columns = [column(one, days) for one in sorted(places, key=lambda one: one.touchpoint)]
    listed = ranked(columns, [1] * len(days))
    if len(listed) <= TOP:
        return Priorities(tuple(listed), 1.0, 0)
    top = first_of(listed)
    same = sum(first_of(ranked(columns, drawn(len(days), turn))) == top for turn in range(DRAWS))
    return Priorities(tuple(listed), same / DRAWS, DRAWS)


def first_of(listed: Sequence[Priority]) -> set[str]:
    """The touchpoints at the top."""
    return {one.touchpoint for one in listed[:TOP]}


def drawn(days: int, turn: int) -> list[int]:
    """How often each of so many days is drawn, with replacement; always the same for the same turn."""
    times = [0] * days
    for place in range(days):
        times[int.from_bytes(sha256(f"{turn}:{place}".encode()).digest()[:6], "big") % days] += 1
    return times


@dataclass(frozen=True)
class Column:
    """A place with its answers and their pain on each of the days, in order; so that drawn days are summed fast."""

    place: Place
    n: tuple[int, ...]
    pain: tuple[float, ...]

    def summed(self, times: Sequence[int]) -> tuple[int, float]:
        """Answers and pain, where each day counts so many times."""
        return sum(map(mul, self.n, times)), sum(map(mul, self.pain, times))


def column(place: Place, days: Iterable[date]) -> Column:
    held = [place.days.get(day, DayPain(0, 0.0)) for day in days]
    return Column(place, tuple(one.n for one in held), tuple(one.pain for one in held))


def ranked(columns: Sequence[Column], times: Sequence[int]) -> list[Priority]:
    """The list, where each day counts so many times."""
    sums = [one.summed(times) for one in columns]
    n_all, pain_all = sum(n for n, _ in sums), sum(pain for _, pain in sums)
    if not n_all:
        return []
    usual, span = pain_all / n_all, len(times)
    found = [weighed(one.place, n, pain, usual, span) for one, (n, pain) in zip(columns, sums, strict=True) if n]
    return sorted(found, key=lambda one: (-one.score, one.touchpoint))


def weighed(place: Place, n: int, pain: float, usual: float, span: int) -> Priority:
    """The touchpoint with its factors."""
    reach = place.reach if place.reach is not None else n * WEEKS_4 / span
    severity, certainty = (pain + PRIOR * usual) / (n + PRIOR), n / (n + PRIOR)
    factors = (reach, severity, 1.0 if place.lost is None else place.lost, certainty)
    return Priority(
        touchpoint=place.touchpoint,
        owner=place.owner,
        score=prod(factors),
        reach=reach,
        is_reach_of_answers=place.reach is None,
        severity=severity,
        value=place.lost,
        certainty=certainty,
        n=n,
    )


def shrunk(own: float, n: float, usual: float) -> float:
    """An estimate from n people, drawn towards the usual one; never below 0."""
    return max(0.0, (n * own + PRIOR * usual) / (n + PRIOR))
